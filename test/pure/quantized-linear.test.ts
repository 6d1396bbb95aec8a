import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { toMatrix } from "../../src/models/check-data.js";
import { classifierTable } from "../../src/models/linear/class-table.js";
import { LinearClassifier } from "../../src/models/linear/linear-classifier.js";
import { QuantizedLinearModel } from "../../src/models/linear/quantized-linear.js";
import { classIndices } from "../../src/quantize/class-scores.js";
import { UniformQuantizer } from "../../src/quantize/uniform-quantizer.js";
import { refused } from "../support/refused.js";

function unit(nBits: number): UniformQuantizer {
  return new UniformQuantizer({
    nBits,
    signed: false,
    symmetric: false,
    scale: [1],
    zeroPoint: [0],
  });
}

/** Small models with any weights, with the inputs that they accept. */
const small = fc
  .tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .chain(([nBits, features, outputs]) =>
    fc
      .record({
        weights: fc.array(fc.integer({ min: -9, max: 9 }), {
          minLength: features * outputs,
          maxLength: features * outputs,
        }),
        bias: fc.array(fc.integer({ min: -40, max: 40 }), {
          minLength: outputs,
          maxLength: outputs,
        }),
      })
      .map(
        ({ weights, bias }) =>
          new QuantizedLinearModel({
            inputQuantizer: unit(nBits),
            weights: { shape: [features, outputs], data: Float64Array.from(weights) },
            bias: Float64Array.from(bias),
            scoreScale: 0.5,
          }),
      ),
  );

/** Every input that the quantizer can give. */
function allInputs(model: QuantizedLinearModel): Tensor {
  const base = model.inputQuantizer.qMax + 1;
  const rows = base ** model.features;
  const data = Float64Array.from({ length: rows * model.features }, (_, i) => {
    const row = Math.floor(i / model.features);
    return Math.floor(row / base ** (i % model.features)) % base;
  });
  return { shape: [rows, model.features], data };
}

test("scores are q W + b in integers", () => {
  fc.assert(
    fc.property(small, (model) => {
      const q = allInputs(model);
      const scores = model.scores(q);
      for (let row = 0; row < (q.shape[0] ?? 0); row++) {
        for (let k = 0; k < model.outputs; k++) {
          let expected = BigInt(model.bias[k] ?? 0);
          for (let j = 0; j < model.features; j++) {
            const input = BigInt(q.data[row * model.features + j] ?? 0);
            expected += input * BigInt(model.weights.data[j * model.outputs + k] ?? 0);
          }
          assert.equal(BigInt(scores.data[row * model.outputs + k] ?? Number.NaN), expected);
        }
      }
    }),
  );
});

test("score and product ranges are reached and never left", () => {
  fc.assert(
    fc.property(small, (model) => {
      const scores = model.scores(allInputs(model));
      for (let k = 0; k < model.outputs; k++) {
        const own = scores.data.filter((_, i) => i % model.outputs === k);
        const bias = model.bias[k] ?? 0;
        const range = { min: Math.min(...own), max: Math.max(...own) };
        assert.deepEqual(model.scoreRange[k], range);
        assert.deepEqual(model.productRange[k], { min: range.min - bias, max: range.max - bias });
        assert.ok(
          range.min >= -(2 ** (model.scoreBits - 1)) && range.max < 2 ** (model.scoreBits - 1),
        );
      }
    }),
  );
});

test("class table decides as the score's sign does, for every input", () => {
  fc.assert(
    fc.property(
      small.filter((model) => model.outputs === 1),
      (model) => {
        const table = classifierTable(model, 8);
        const q = allInputs(model);
        const scores = model.scores(q);
        const classes = classIndices(scores);
        const reached = new Set<number>();
        scores.data.forEach((score, row) => {
          const index = score - (model.bias[0] ?? 0) + table.offset;
          assert.ok(index >= 0 && index <= table.maxIndex && index < 2 ** table.bits);
          assert.equal(table.values[index], classes[row]);
          assert.equal(Number(index >= table.threshold), classes[row]);
          reached.add(index);
        });
        assert.ok(reached.has(0) && reached.has(table.maxIndex));
        assert.equal(table.values.length, 2 ** table.bits);
        assert.ok(table.bits === 1 || table.maxIndex >= 2 ** (table.bits - 1));
      },
    ),
  );
});

test("a score of 0 is class 0", () => {
  const model = new QuantizedLinearModel({
    inputQuantizer: unit(1),
    weights: toTensor([[1]]),
    bias: Float64Array.of(0),
    scoreScale: 1,
  });
  assert.deepEqual(Array.from(classifierTable(model, 4).values), [0, 1]);
});

test("quantized scores follow the real ones, for both granularities", () => {
  const entry = fc.double({ min: -100, max: 100, noNaN: true });
  const array = (length: number) => fc.array(entry, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(array(24), array(6), array(2), fc.boolean(), (values, coef, intercept, global) => {
      const x = toMatrix({ shape: [8, 3], data: Float64Array.from(values) }, "X");
      const classifier = new LinearClassifier(
        { shape: [2, 3], data: Float64Array.from(coef) },
        Float64Array.from(intercept),
        Float64Array.of(0, 1),
      );
      const granularity = global ? "global" : "perFeature";
      const nBits = { inputs: 16, weights: 16 };
      const model = QuantizedLinearModel.fromWeights(classifier, x, nBits, granularity);
      assert.ok(model.scoreBits <= 16 + 16 + 2 + 2);
      const real = classifier.scores(x);
      const back = model.dequantizeScores(model.scores(model.quantizeInput(x)));
      const largest = 3 * 100 * 100;
      back.data.forEach((score, i) => {
        assert.ok(Math.abs(score - (real.data[i] ?? Number.NaN)) <= largest * 2 ** -12);
      });
    }),
  );
});

test("an intercept that dwarfs the weights does not widen the score", () => {
  const x = toMatrix([[0], [1]], "X");
  const classifier = new LinearClassifier(
    { shape: [1, 1], data: Float64Array.of(1e-9) },
    Float64Array.of(0.7),
    Float64Array.of(0, 1),
  );
  const nBits = { inputs: 8, weights: 8 };
  const model = QuantizedLinearModel.fromWeights(classifier, x, nBits, "global");
  assert.ok(model.scoreBits <= 18);
  const scores = model.dequantizeScores(model.scores(model.quantizeInput(x)));
  for (const score of scores.data) assert.ok(Math.abs(score - 0.7) < 0.7 * 2 ** -8);
});

test("JSON keeps the model exactly", () => {
  fc.assert(
    fc.property(small, (model) => {
      const again = QuantizedLinearModel.fromJSON(JSON.parse(JSON.stringify(model)));
      assert.deepEqual(again, model);
    }),
  );
});

test("a damaged JSON form is refused", () => {
  const good = new QuantizedLinearModel({
    inputQuantizer: unit(2),
    weights: toTensor([[1], [2]]),
    bias: Float64Array.of(3),
    scoreScale: 1,
  }).toJSON();
  const cases: [unknown, string][] = [
    [undefined, "model: is not a quantized linear model"],
    [{ ...good, inputQuantizer: {} }, "model inputQuantizer: is not a uniform quantizer"],
    [{ ...good, shape: [2] }, "model: shape is not a pair of lengths"],
    [{ ...good, shape: [2, 2] }, "model: weights is not a list of integers of that shape"],
    [{ ...good, weights: [1, 0.5] }, "model: weights is not a list of integers of that shape"],
    [{ ...good, bias: [] }, "model: bias is not one integer for each output"],
    [{ ...good, scoreScale: 0 }, "model: scoreScale is not a finite number above 0"],
    [
      {
        ...good,
        inputQuantizer: { ...good.inputQuantizer, scale: [1, 1, 1], zeroPoint: [0, 0, 0] },
      },
      "model: the input quantizer has another number of features than the weights",
    ],
  ];
  for (const [value, start] of cases) {
    assert.throws(
      () => QuantizedLinearModel.fromJSON(value),
      (error: unknown) =>
        error instanceof VelumError &&
        error.code === "file-corrupt" &&
        error.message.startsWith(`${start}. Make the file again from the `),
    );
  }
});

test("bad parts and inputs are refused", () => {
  const parts = {
    inputQuantizer: unit(2),
    weights: toTensor([[1], [2]]),
    bias: Float64Array.of(3),
    scoreScale: 1,
  };
  const model = new QuantizedLinearModel(parts);
  refused(
    () => new QuantizedLinearModel({ ...parts, weights: toTensor([[1.5], [2]]) }),
    "not-integer",
    "quantized weights: an entry is not an integer below 2^53. " +
      "Quantize with fewer bits, or scale the features to a common size",
  );
  refused(
    () => new QuantizedLinearModel({ ...parts, bias: Float64Array.of(1, 2) }),
    "bad-shape",
    "quantized linear model: weights (2, 1) and 2 biases do not fit together. " +
      "Pass weights (features, outputs) and one bias for each output",
  );
  refused(
    () => new QuantizedLinearModel({ ...parts, weights: toTensor([[2 ** 52], [2 ** 52]]) }),
    "width-too-wide",
    "quantized linear model: a score needs 56 bits, limit 53. " +
      "Lower nBits, or scale the features to a common size",
  );
  refused(
    () => model.scores(toTensor([[0, 4]])),
    "out-of-range",
    "quantized inputs: an entry is not an integer from 0 to 3. Pass what quantizeInput gave",
  );
  refused(
    () => model.scores(toTensor([[0, 1, 2]])),
    "bad-shape",
    "quantized inputs: their shape is (1, 3), not (rows, 2). Pass what quantizeInput gave",
  );
  refused(
    () => classifierTable(model, 3),
    "width-too-wide",
    "class table: the score needs 4 bits, limit 3. " +
      "Choose narrower inputs and weights with chooseNarrowWidths",
  );
  refused(
    () =>
      classifierTable(
        new QuantizedLinearModel({
          ...parts,
          weights: toTensor([[1, 2]]),
          bias: Float64Array.of(0, 0),
        }),
        8,
      ),
    "unsupported-op",
    "class table: the model has 2 scores, a table reads one. " +
      "Return the scores and let the client take the greatest, or train one class against the rest",
  );
});
