import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Checksum, checksum } from "../../src/base/checksum.js";

const vectors: readonly (readonly [string, number])[] = [
  ["", 0x02cc5d05],
  ["a", 0x550d7456],
  ["abc", 0x32d153ff],
  ["Nobody inspects the spammish repetition", 0xe2293b2f],
];

for (const [text, expected] of vectors) {
  test(`XXH32 of "${text}"`, () => {
    assert.equal(checksum(new TextEncoder().encode(text)), expected);
  });
}

test("pieces of any size give the checksum of the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
      const sum = new Checksum();
      for (const piece of pieces) sum.update(piece);
      assert.equal(sum.digest(), checksum(new Uint8Array(Buffer.concat(pieces))));
    }),
  );
});

test("any flipped bit changes it", () => {
  const bytes = Uint8Array.from({ length: 61 }, (_, i) => i * 7);
  const before = checksum(bytes);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(checksum(changed), before);
  }
});
