import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../src/base/bytes.js";
import {
  clearLayout,
  clearPartBytes,
  readClearPart,
  writeClearPart,
} from "../../src/tfhe/wire-clear.js";

test("numbers of every range come back as they were sent, in the fewest bytes", () => {
  const edge = fc.integer({ min: 0, max: 52 }).map((bits) => 2 ** bits);
  fc.assert(
    fc.property(
      fc.boolean(),
      edge,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (...drawn) => {
        const [signed, size, parts] = drawn;
        const [min, max] = [signed ? -size : 0, size - 1];
        const numbers = [min, max, ...parts.map((part) => Math.floor(min + part * (max - min)))];
        const layout = clearLayout(numbers.length, min, max);
        assert.equal(layout.signed, signed);
        const bits = Math.log2(size) + (signed ? 1 : 0);
        assert.equal(layout.numberBytes, Math.max(1, Math.ceil(bits / 8)));
        const bytes = new Uint8Array(clearPartBytes(layout));
        writeClearPart(new ByteWriter(bytes), layout, numbers);
        const reader = new ByteReader(bytes, "input");
        assert.deepEqual([...readClearPart(reader, layout, "input", "w")], numbers);
      },
    ),
  );
});

test("little-endian two's complement behind a head of 8 bytes", () => {
  const layout = clearLayout(3, -300, 300);
  const bytes = new Uint8Array(clearPartBytes(layout));
  writeClearPart(new ByteWriter(bytes), layout, [-2, 258, -300]);
  assert.deepEqual(
    [...bytes],
    [...[3, 0, 0, 0], ...[2, 1, 0xea, 0xc1], ...[0xfe, 0xff, 2, 1, 0xd4, 0xfe]],
  );
});

test("another length, width or sign is refused by name", () => {
  const layout = clearLayout(2, 0, 255);
  const bytes = new Uint8Array(clearPartBytes(layout));
  writeClearPart(new ByteWriter(bytes), layout, [1, 2]);
  for (const other of [clearLayout(1, 0, 255), clearLayout(2, 0, 256), clearLayout(2, -1, 100)]) {
    assert.throws(() => readClearPart(new ByteReader(bytes, "input"), other, "input", "w"), {
      code: "file-corrupt",
      message: /clear input "w" has another layout than the circuit's/,
    });
  }
  const short = bytes.subarray(0, 9);
  assert.throws(() => readClearPart(new ByteReader(short, "input"), layout, "input", "w"), {
    code: "file-truncated",
  });
});
