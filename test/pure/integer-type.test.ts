import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  integerTypeText,
  maximumOf,
  minimalIntegerType,
  minimumOf,
} from "../../src/graph/integer-type.js";
import { valueTypeText } from "../../src/graph/value-type.js";

for (const [low, high, text] of [
  [0, 0, "uint1"],
  [0, 1, "uint1"],
  [2, 2, "uint2"],
  [0, 7, "uint3"],
  [0, 8, "uint4"],
  [-1, 0, "int1"],
  [-1, 1, "int2"],
  [-8, 7, "int4"],
  [-9, 7, "int5"],
  [-8, 8, "int5"],
  [-56, 49, "int7"],
  [0, 2 ** 32 - 1, "uint32"],
  [0, 2 ** 32, "uint33"],
  [-(2 ** 32), 0, "int33"],
  [-(2 ** 32) - 1, 0, "int34"],
  [0, Number.MAX_SAFE_INTEGER, "uint53"],
  [0, Number.MAX_SAFE_INTEGER - 1, "uint53"],
  [-Number.MAX_SAFE_INTEGER, 0, "int54"],
] as const) {
  test(`[${low}, ${high}] is ${text}`, () => {
    assert.equal(integerTypeText(minimalIntegerType(low, high)), text);
  });
}

test("the type holds its bounds and no narrower one does", () => {
  const integer = fc.maxSafeInteger();
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const type = minimalIntegerType(low, high);
      assert.ok(minimumOf(type) <= low && high <= maximumOf(type));
      const narrower = { signed: type.signed, bits: type.bits - 1 };
      if (type.bits > 1) assert.ok(minimumOf(narrower) > low || high > maximumOf(narrower));
    }),
  );
});

test("value types print as in Python", () => {
  const type = { signed: false, bits: 2 };
  assert.equal(
    valueTypeText({ encrypted: true, type, shape: [1] }),
    "EncryptedTensor<uint2, shape=(1,)>",
  );
  assert.equal(
    valueTypeText({ encrypted: false, type: { signed: true, bits: 5 }, shape: [2, 3] }),
    "ClearTensor<int5, shape=(2, 3)>",
  );
  assert.equal(valueTypeText({ encrypted: true, type, shape: [] }), "EncryptedScalar<uint2>");
});
