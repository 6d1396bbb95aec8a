// Secret random bytes: the platform gives at most 65,536 of them a call, keys and noise take many more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../src/base/random.js";

/** Pieces of 32 bytes as texts; that two of a few thousand are equal by chance has a probability below 2^-230. */
function pieces(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.floor(bytes.length / 32) }, (_, i) =>
    bytes.subarray(32 * i, 32 * i + 32).join(),
  );
}

for (const length of [32, 65535, 65536, 65537, 3 * 65536 + 33]) {
  test(`all of ${length} bytes are overwritten, by others each time`, () => {
    const [first, second] = [new Uint8Array(length), new Uint8Array(length)];
    systemRandom.fill(first);
    systemRandom.fill(second);
    const last = (bytes: Uint8Array): Uint8Array => bytes.slice(-32);
    const found = [...pieces(first), ...pieces(second)];
    assert.equal(new Set(found).size, found.length);
    assert.notDeepEqual(last(first), last(second));
  });
}

test("a view is filled, and nothing beside it", () => {
  const buffer = new Uint8Array(96);
  systemRandom.fill(buffer.subarray(32, 64));
  assert.deepEqual(buffer.subarray(0, 32), new Uint8Array(32));
  assert.deepEqual(buffer.subarray(64), new Uint8Array(32));
  assert.notDeepEqual(buffer.subarray(32, 64), new Uint8Array(32));
});
