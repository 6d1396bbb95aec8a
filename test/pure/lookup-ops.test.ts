import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toTensor } from "../../src/base/tensor.js";
import { opSpec } from "../../src/ops/registry.js";

/** Definitions on big integers, written without any code of the operations. */
const definitions: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  maximum: (a, b) => (a - b > 0n ? a : b),
  minimum: (a, b) => (a - b < 0n ? a : b),
  equal: (a, b) => BigInt(a === b),
  not_equal: (a, b) => BigInt(a !== b),
  less: (a, b) => BigInt(a < b),
  less_equal: (a, b) => BigInt(a <= b),
  greater: (a, b) => BigInt(a > b),
  greater_equal: (a, b) => BigInt(a >= b),
  bitwise_and: (a, b) => a & b,
  bitwise_or: (a, b) => a | b,
  bitwise_xor: (a, b) => a ^ b,
  logical_and: (a, b) => BigInt(a !== 0n && b !== 0n),
  logical_or: (a, b) => BigInt(a !== 0n || b !== 0n),
  logical_xor: (a, b) => BigInt((a !== 0n) !== (b !== 0n)),
  floor_divide: (a, b) => {
    if (b === 0n) return 0n;
    const quotient = a / b;
    return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
  },
  remainder: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
  fmod: (a, b) => (b === 0n ? 0n : a % b),
  gcd: (a, b) => {
    for (let d = abs(a) + abs(b); d > 0n; d--) {
      if (a % d === 0n && b % d === 0n) return d;
    }
    return 0n;
  },
};

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

for (const [name, define] of Object.entries(definitions)) {
  test(`${name} is its definition`, () => {
    const reach = name === "gcd" ? 60 : 2 ** 40;
    const number = fc.oneof(
      fc.integer({ min: -20, max: 20 }),
      fc.integer({ min: -reach, max: reach }),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [result] = opSpec(name).evaluate({}, [toTensor(a), toTensor(b)], name).data;
        assert.equal(result, Number(define(BigInt(a), BigInt(b))), `${a}, ${b}`);
      }),
      { numRuns: 300 },
    );
  });
}

function value(
  name: string,
  attributes: Parameters<ReturnType<typeof opSpec>["evaluate"]>[0],
  ...operands: number[]
): number {
  const tensors = operands.map((operand) => toTensor(operand));
  return opSpec(name).evaluate(attributes, tensors, name).data[0] ?? Number.NaN;
}

test("shifts, powers and bits of numbers of either sign", () => {
  fc.assert(
    fc.property(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: 0, max: 12 }), (a, b) => {
      assert.equal(value("left_shift", {}, a, b), Number(BigInt(a) << BigInt(b)));
      assert.equal(value("right_shift", {}, a, b), Number(BigInt(a) >> BigInt(b)));
      assert.equal(value("extract_bit_pattern", { bits: b }, a), (a >> b) & 1);
      assert.equal(value("extract_bit_pattern", { bits: [b, b + 5, null] }, a), (a >> b) & 31);
      assert.equal(value("truncate_bit_pattern", { lsbs_to_remove: b }, a), (a >> b) << b);
      const half = b === 0 ? 0 : 1 << (b - 1);
      const rounding = { lsbs_to_remove: b, overflow_protection: true, exactness: null };
      assert.equal(value("round_bit_pattern", rounding, a), ((a + half) >> b) << b);
      assert.equal(value("invert", {}, a), ~a);
    }),
  );
  assert.equal(value("power", {}, -3, 3), -27);
  assert.throws(() => value("power", {}, 2, -1), { code: "not-a-number" });
  assert.throws(() => value("power", {}, 10, 20), { code: "out-of-range" });
  // Python's slice from above: bits 3, 2 and 1 of 0b1010, the first one lowest.
  assert.equal(value("extract_bit_pattern", { bits: [3, 0, -1] }, 10), 5);
  assert.equal(value("extract_bit_pattern", { bits: [null, null, 2] }, 21), 7);
});

test("rounding has ties to even; to integers towards zero", () => {
  const inputs = toTensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6]);
  const rounded = opSpec("round").evaluateFloat({}, [inputs], "round");
  assert.deepEqual(
    [...rounded.data].map((item) => item + 0),
    [-2, -2, 0, 0, 2, 2, 3],
  );
  const integers = opSpec("astype").evaluateFloat({ dtype: "int_" }, [inputs], "astype");
  assert.deepEqual([...integers.data], [-2, -1, 0, 0, 1, 2, 2]);
  const tens = opSpec("around").evaluate({ decimals: -1 }, [toTensor([14, 15, 25])], "around");
  assert.deepEqual([...tens.data], [10, 20, 20]);
});

test("sound ranges contain every result", () => {
  const names = [...Object.keys(definitions), "left_shift", "right_shift"];
  const bounds = fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.nat(6))
    .map(([low, span]) => [low, low + span] as const);
  const shifts = fc.nat(4).map((high) => [0, high] as const);
  fc.assert(
    fc.property(fc.constantFrom(...names), bounds, bounds, shifts, (name, a, other, shift) => {
      const b = name.endsWith("shift") ? shift : other;
      const spec = opSpec(name);
      const range = spec.range(
        {},
        [a, b].map(([low, high]) => ({ low: toTensor(low), high: toTensor(high) })),
        name,
      );
      let [least, most] = [Infinity, -Infinity];
      for (let x = a[0]; x <= a[1]; x++) {
        for (let y = b[0]; y <= b[1]; y++) {
          const result = value(name, {}, x, y);
          [least, most] = [Math.min(least, result), Math.max(most, result)];
        }
      }
      assert.deepEqual([range.low.data[0], range.high.data[0]], [least, most], name);
    }),
    { numRuns: 400 },
  );
});
