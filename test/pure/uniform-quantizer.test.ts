import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { roundHalfEven, UniformQuantizer } from "../../src/quantize/uniform-quantizer.js";
import { refused } from "../support/refused.js";

// Subnormal numbers have fewer digits than a step needs; no measurement comes near them.
const real = fc
  .double({ min: -1e6, max: 1e6, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-290 ? 0 : value));
const matrix = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc
      .array(real, { minLength: rows * columns, maxLength: rows * columns })
      .map((values): Tensor => ({ shape: [rows, columns], data: Float64Array.from(values) })),
  );
const calibration = fc.record({
  nBits: fc.integer({ min: 2, max: 16 }),
  signed: fc.boolean(),
  granularity: fc.constantFrom("global" as const, "perFeature" as const),
});

function scaleAt(quantizer: UniformQuantizer, i: number): number {
  return quantizer.scale[i % quantizer.scale.length] ?? Number.NaN;
}

test("calibration data comes back within one step", () => {
  // Half a step of rounding, and up to half a step where the integer zero point moves an end of the range.
  fc.assert(
    fc.property(matrix, calibration, (x, settings) => {
      const quantizer = UniformQuantizer.calibrate(x, settings);
      const back = quantizer.dequantize(quantizer.quantize(x));
      back.data.forEach((value, i) => {
        const scale = scaleAt(quantizer, i);
        const original = x.data[i] ?? Number.NaN;
        assert.ok(Math.abs(value - original) <= scale * (1 + 1e-6) + Math.abs(original) * 1e-9);
      });
    }),
  );
});

test("quantized values are integers within the width", () => {
  fc.assert(
    fc.property(matrix, matrix, calibration, (x, other, settings) => {
      const quantizer = UniformQuantizer.calibrate(x, { ...settings, granularity: "global" });
      const half = 2 ** (settings.nBits - 1);
      const [low, high] = settings.signed ? [-half, half - 1] : [0, 2 * half - 1];
      for (const q of quantizer.quantize(other).data) {
        assert.ok(Number.isInteger(q) && q >= low && q <= high && !Object.is(q, -0));
      }
    }),
  );
});

test("quantize undoes dequantize on every integer", () => {
  fc.assert(
    fc.property(matrix, calibration, (x, settings) => {
      const nBits = Math.min(settings.nBits, 8);
      const quantizer = UniformQuantizer.calibrate(x, {
        ...settings,
        nBits,
        granularity: "global",
      });
      const all = Float64Array.from({ length: 2 ** nBits }, (_, i) => quantizer.qMin + i);
      const again = quantizer.quantize(quantizer.dequantize({ shape: [all.length], data: all }));
      assert.deepEqual(again.data, all);
    }),
  );
});

test("quantization keeps order", () => {
  fc.assert(
    fc.property(matrix, calibration, real, real, (x, settings, a, b) => {
      const quantizer = UniformQuantizer.calibrate(x, { ...settings, granularity: "global" });
      const q = quantizer.quantize({
        shape: [2],
        data: Float64Array.of(Math.min(a, b), Math.max(a, b)),
      });
      assert.ok((q.data[0] ?? 0) <= (q.data[1] ?? 0));
    }),
  );
});

test("symmetric: -x maps to -q, 0 to 0, and the greatest weight is exact", () => {
  fc.assert(
    fc.property(matrix, fc.integer({ min: 2, max: 12 }), (x, nBits) => {
      const quantizer = UniformQuantizer.calibrate(x, { nBits, signed: true, symmetric: true });
      const negated = { shape: x.shape, data: x.data.map((value) => -value) };
      const q = quantizer.quantize(x);
      assert.deepEqual(
        quantizer.quantize(negated).data,
        q.data.map((value) => -value + 0),
      );
      assert.ok(quantizer.qMin === -quantizer.qMax && quantizer.zeroPoint[0] === 0);
      const top = x.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (top > 1e-300)
        assert.equal(
          q.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
          quantizer.qMax,
        );
    }),
  );
});

test("an integer zero point makes real 0 exact", () => {
  const quantizer = UniformQuantizer.calibrate(toTensor([-0.3, 0.9]), { nBits: 4 });
  assert.equal(quantizer.zeroPoint[0], 4);
  assert.equal(quantizer.dequantize(quantizer.quantize(toTensor([0]))).data[0], 0);
});

test("per feature: each column has its own scale", () => {
  const x = toTensor([
    [0, 100],
    [15, 400],
  ]);
  const quantizer = UniformQuantizer.calibrate(x, { nBits: 4, granularity: "perFeature" });
  assert.deepEqual(Array.from(quantizer.scale), [1, 20]);
  assert.deepEqual(Array.from(quantizer.zeroPoint), [0, -5]);
  assert.deepEqual(Array.from(quantizer.quantize(x).data), [0, 0, 15, 15]);
});

test("a constant feature is exact", () => {
  for (const value of [0, 5, -7.25, 1e300, -3e-300]) {
    for (const nBits of [1, 8]) {
      for (const signed of [false, true]) {
        const x = toTensor([[value], [value]]);
        const quantizer = UniformQuantizer.calibrate(x, {
          nBits,
          signed,
          granularity: "perFeature",
        });
        assert.deepEqual(Array.from(quantizer.dequantize(quantizer.quantize(x)).data), [
          value,
          value,
        ]);
      }
    }
  }
});

test("the widest doubles do not overflow", () => {
  const x = toTensor([-Number.MAX_VALUE, Number.MAX_VALUE]);
  const quantizer = UniformQuantizer.calibrate(x, { nBits: 8 });
  // The integer zero point is 127, next to the middle 127.5.
  assert.deepEqual(Array.from(quantizer.quantize(x).data), [0, 254]);
});

test("values outside the range are clipped", () => {
  const quantizer = UniformQuantizer.calibrate(toTensor([0, 15]), { nBits: 4 });
  assert.deepEqual(Array.from(quantizer.quantize(toTensor([-3, 99, 1e300])).data), [0, 15, 15]);
});

test("tail: a share of the values is clipped at each end", () => {
  const x = toTensor([...Array.from({ length: 101 }, (_, i) => i)]);
  const quantizer = UniformQuantizer.calibrate(x, { nBits: 4, tail: 0.05 });
  assert.equal(quantizer.scale[0], 6);
  const q = quantizer.quantize(toTensor([0, 5, 95, 100]));
  assert.equal(q.data[0], q.data[1]);
  assert.equal(q.data[2], q.data[3]);
});

test("halves are rounded to the even integer", () => {
  assert.deepEqual(
    [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, 2 ** 52 + 1].map(
      (x) => roundHalfEven(x) + 0,
    ),
    [-2, -2, 0, 0, 2, 2, 0, 2 ** 52 + 1],
  );
});

test("JSON keeps every double", () => {
  fc.assert(
    fc.property(matrix, calibration, (x, settings) => {
      const quantizer = UniformQuantizer.calibrate(x, settings);
      const again = UniformQuantizer.fromJSON(JSON.parse(JSON.stringify(quantizer)));
      assert.deepEqual(again, quantizer);
    }),
  );
});

test("NaN and infinities are refused with row and column", () => {
  const quantizer = UniformQuantizer.calibrate(toTensor([0, 1]), { nBits: 4 });
  const cure = "Fill or drop missing and infinite values before quantizing";
  const x = toTensor([
    [0, 1],
    [2, Number.NaN],
  ]);
  refused(
    () => quantizer.quantize(x),
    "not-a-number",
    `X row 1, column 1: the value is NaN. ${cure}`,
  );
  refused(
    () => UniformQuantizer.calibrate(toTensor([1, Number.POSITIVE_INFINITY]), { nBits: 4 }),
    "not-a-number",
    `calibration data entry 1: the value is Infinity. ${cure}`,
  );
  refused(
    () => quantizer.quantize(toTensor([[[0, 1]], [[Number.NEGATIVE_INFINITY, 1]]])),
    "not-a-number",
    `X [1, 0, 0]: the value is -Infinity. ${cure}`,
  );
});

test("settings that make no quantizer are refused", () => {
  const x = toTensor([0, 1]);
  refused(
    () => UniformQuantizer.calibrate(x, { nBits: 0 }),
    "bad-argument",
    "nBits: is 0. Pass an integer from 1 to 32",
  );
  refused(
    () => UniformQuantizer.calibrate(x, { nBits: 1, signed: true, symmetric: true }),
    "bad-argument",
    "nBits: is 1. Pass an integer from 2 to 32",
  );
  refused(
    () => UniformQuantizer.calibrate(x, { nBits: 4, symmetric: true }),
    "bad-argument",
    "symmetric: is set for an unsigned quantizer. Set signed too",
  );
  refused(
    () => UniformQuantizer.calibrate(x, { nBits: 4, tail: 0.5 }),
    "bad-argument",
    "tail: is 0.5. Pass a share from 0 to below 0.5",
  );
  refused(
    () => UniformQuantizer.calibrate(toTensor([]), { nBits: 4 }),
    "empty-inputset",
    "calibration data: holds no numbers (shape (0,)). Pass data like that which will be quantized",
  );
  const form = { nBits: 4, signed: false, symmetric: false };
  refused(
    () => new UniformQuantizer({ ...form, scale: [0], zeroPoint: [0] }),
    "bad-argument",
    "scale: is 0. Pass finite numbers above 0",
  );
  refused(
    () => new UniformQuantizer({ ...form, scale: [1], zeroPoint: [Number.NaN] }),
    "bad-argument",
    "zeroPoint: is NaN. Pass finite numbers",
  );
  refused(
    () => new UniformQuantizer({ ...form, scale: [1], zeroPoint: [] }),
    "bad-argument",
    "scale and zeroPoint: have 1 and 0 entries. Pass one of each for every feature, or one in all",
  );
});

test("another number of features is refused", () => {
  const x = toTensor([[0, 1, 2]]);
  const quantizer = UniformQuantizer.calibrate(x, { nBits: 4, granularity: "perFeature" });
  refused(
    () => quantizer.quantize(toTensor([[0, 1]])),
    "bad-shape",
    "X: its shape (1, 2) does not end in the quantizer's 3 features. " +
      "Pass the features that the quantizer was calibrated on, in the same order",
  );
});

test("a damaged JSON form is refused", () => {
  const good = UniformQuantizer.calibrate(toTensor([0, 1]), { nBits: 4 }).toJSON();
  const cases: [unknown, string][] = [
    [null, "is not a uniform quantizer"],
    [{ ...good, kind: "other" }, "is not a uniform quantizer"],
    [{ ...good, nBits: 33 }, "nBits is not an integer from 1 to 32"],
    [{ ...good, nBits: "4" }, "nBits is not an integer from 1 to 32"],
    [{ ...good, signed: 1 }, "signed and symmetric do not fit together"],
    [{ ...good, symmetric: true }, "signed and symmetric do not fit together"],
    [{ ...good, scale: [] }, "scale is not a list of finite numbers above 0"],
    [{ ...good, scale: [-1] }, "scale is not a list of finite numbers above 0"],
    [{ ...good, scale: [null] }, "scale is not a list of finite numbers above 0"],
    [{ ...good, zeroPoint: [0, 0] }, "zeroPoint is not a list of finite numbers as long as scale"],
    [
      { ...good, signed: true, symmetric: true, zeroPoint: [1] },
      "a symmetric quantizer has a zero point other than 0",
    ],
  ];
  for (const [value, problem] of cases) {
    const message = `client.json: ${problem}. Make the file again from the compiled model`;
    refused(() => UniformQuantizer.fromJSON(value, "client.json"), "file-corrupt", message);
  }
});
