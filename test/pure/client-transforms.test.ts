import assert from "node:assert/strict";
import { test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { toTensor } from "../../src/base/tensor.js";
import { OneHotEncoder } from "../../src/models/preprocessing/one-hot-encoder.js";
import { SimpleImputer } from "../../src/models/preprocessing/simple-imputer.js";
import { RegressorCoding } from "../../src/quantize/regressor-coding.js";
import { AffineTransform } from "../../src/quantize/transforms/affine-transform.js";
import { ColumnSplit } from "../../src/quantize/transforms/column-split.js";
import { Fill } from "../../src/quantize/transforms/fill.js";
import { OneHot } from "../../src/quantize/transforms/one-hot.js";
import { Projection } from "../../src/quantize/transforms/projection.js";
import { readTransforms } from "../../src/quantize/transforms/read-transform.js";
import { RowNorm } from "../../src/quantize/transforms/row-norm.js";
import { UniformQuantizer } from "../../src/quantize/uniform-quantizer.js";

const x = toTensor([
  [1, 2, 3],
  [3, 0, 6],
]);
const scaler = new AffineTransform({ center: [1, 2, 3], scale: [2, 4, 8], low: 0.5, clip: null });
const clipped = new AffineTransform({
  center: [1, 2, 3],
  scale: [2, 4, 8],
  low: 0,
  clip: [0, 0.2],
});
const projection = new Projection(
  [1, 1, 1],
  toTensor([
    [1, 0, 1],
    [0, 2, 0],
  ]),
);
const oneHot = new OneHot({
  categories: [
    [1, 3],
    [0, 2],
    [3, 6],
  ],
  handleUnknown: "error",
  dropped: [-1, 0, -1],
});
const fill = new Fill([7, 8, 9]);
const split = new ColumnSplit(3, [
  { columns: [2, 0], step: new RowNorm("l1", 2) },
  { columns: [1], step: null },
]);

test("steps compute what they say", () => {
  assert.deepEqual(Array.from(scaler.apply(x, "X").data), [0.5, 0.5, 0.5, 1.5, 0, 0.875]);
  assert.deepEqual(Array.from(clipped.apply(x, "X").data), [0, 0, 0, 0.2, 0, 0.2]);
  assert.deepEqual(Array.from(projection.apply(x, "X").data), [2, 2, 7, -2]);
  assert.deepEqual(Array.from(oneHot.apply(x, "X").data), [1, 0, 1, 1, 0, 0, 1, 0, 0, 1]);
  const holes = toTensor([[Number.NaN, 2, 3]]);
  assert.deepEqual(Array.from(fill.apply(holes, "X").data), [7, 2, 3]);
  assert.deepEqual(Array.from(split.apply(x, "X").data), [0.75, 0.25, 2, 2 / 3, 1 / 3, 0]);
});

test("an affine step as a matrix is the same step", () => {
  for (const step of [scaler, projection]) {
    const map = step.affine;
    assert.ok(map !== undefined);
    const made = step.apply(x, "X");
    made.data.forEach((value, at) => {
      const [row, k] = [Math.floor(at / step.outputs), at % step.outputs];
      let sum = map.offset[k] ?? 0;
      for (let j = 0; j < 3; j++)
        sum += (map.weights.data[3 * k + j] ?? 0) * (x.data[3 * row + j] ?? 0);
      assert.ok(Math.abs(sum - value) < 1e-12);
    });
  }
  assert.equal(clipped.affine, undefined);
});

test("JSON keeps every step, and a damaged one is refused", () => {
  const steps = [scaler, clipped, projection, oneHot, new RowNorm("max", 3), fill, split];
  const form = JSON.parse(JSON.stringify(steps));
  assert.deepEqual(JSON.parse(JSON.stringify(readTransforms(form, "steps"))), form);
  const damage: [number, object][] = [
    [0, { scale: [1, 0, 1] }],
    [0, { center: [1, 2] }],
    [1, { clip: [1] }],
    [2, { components: [[1, 2]] }],
    [3, { handleUnknown: "guess" }],
    [3, { dropped: [-1, 5, -1] }],
    [4, { norm: "l3" }],
    [5, { values: [1, "x"] }],
    [6, { parts: [{ columns: [3], step: null }] }],
    [6, { inputs: 0 }],
    [0, { kind: "magic" }],
  ];
  for (const [at, change] of damage) {
    assert.throws(
      () => readTransforms([{ ...form[at], ...change }], "steps"),
      (error: unknown) => error instanceof VelumError && error.code === "file-corrupt",
      JSON.stringify(change),
    );
  }
  const nested = (depth: number): object =>
    depth === 0
      ? form[5]
      : {
          kind: "column-split",
          inputs: 3,
          parts: [{ columns: [0, 1, 2], step: nested(depth - 1) }],
        };
  assert.equal(readTransforms([nested(5)], "steps").length, 1);
  assert.throws(() => readTransforms([nested(20)], "steps"), /is not a list of steps/);
});

test("a regressor's coding: steps, scales and link survive JSON; damage is refused", () => {
  const inputQuantizer = UniformQuantizer.calibrate(x, { nBits: 4, granularity: "perFeature" });
  const scales = Float64Array.of(0.5, 2);
  const coding = new RegressorCoding({
    inputQuantizer,
    features: 3,
    scales,
    link: "log",
  }).withSteps([fill]);
  const read = RegressorCoding.fromJSON(JSON.parse(JSON.stringify(coding)));
  assert.deepEqual(read.toJSON(), coding.toJSON());
  assert.deepEqual(read.values(toTensor([[2, 1]])).data, Float64Array.of(Math.E, Math.exp(2)));
  assert.deepEqual(read.quantize(toTensor([[Number.NaN, 2, 3]])).shape, [1, 3]);
  const cases: [object, RegExp][] = [
    [{ kind: "other" }, /holds no regressor/],
    [{ scales: [0] }, /scales is not a list of finite numbers above 0/],
    [{ link: "logit" }, /link is neither identity nor log/],
    [{ features: 2 }, /a step has another number of features/],
    [{ features: 4, steps: [] }, /the input quantizer has another number of features/],
  ];
  for (const [change, text] of cases) {
    assert.throws(() => RegressorCoding.fromJSON({ ...coding.toJSON(), ...change }), text);
  }
});

test("a number that means missing, and given categories, travel to the client; wrong ones are refused", () => {
  const X = [
    [1, 5],
    [-1, 7],
    [3, -1],
  ];
  const { step } = new SimpleImputer({ missingValues: -1 }).fit(X);
  const [copy] = readTransforms(JSON.parse(JSON.stringify([step])), "steps");
  const filled = Float64Array.of(1, 5, 2, 7, 3, 6);
  assert.deepEqual(copy?.apply(toTensor(X), "X").data, filled);
  assert.throws(() => copy?.apply(toTensor([[Number.NaN, 1]]), "X"), /only -1 counts as missing/);
  assert.throws(
    () => new SimpleImputer({ missingValues: 2 }).fit([[2], [2]]),
    /missing in every row/,
  );
  assert.throws(
    () => new OneHotEncoder({ categories: [[1, 3], [5]] }).fit(X),
    /OneHotEncoder.fit X row 1, column 0: the value is none of the categories/,
  );
  assert.throws(
    () => new OneHotEncoder({ categories: [[3, 1], [5]] }).fit(X),
    /categories: is \[\[3,1\],\[5\]\]\. Pass "auto", or a list of ascending numbers for each of the 2/,
  );
});
