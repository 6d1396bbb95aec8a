// What a client makes of the sums that trees give: scores, answers and probabilities by what the sums mean.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ColumnQuantizer } from "../../src/quantize/column-quantizer.js";
import { TreeCoding, type TreeCodingParts } from "../../src/quantize/tree-coding.js";
import { refusal } from "../support/refused.js";

const rule = { left: "<=", precision: "float32", missing: "none" } as const;
const inputQuantizer = new ColumnQuantizer(1, rule, []);

function coding(given: Partial<TreeCodingParts>): TreeCoding {
  const parts = { inputQuantizer, features: 1, step: 0.5, base: Float64Array.of(1) };
  const targets = { meaning: "identity", classes: new Float64Array(0) } as const;
  return new TreeCoding({ ...parts, ...targets, ...given });
}

const results = (columns: number, ...data: number[]) => ({
  shape: [data.length / columns, columns],
  data: Float64Array.from(data),
});

test("scores are a base of their own for each output, and steps of their own size", () => {
  const base = Float64Array.of(1, -2);
  assert.deepEqual(coding({ base }).scores(results(2, 4, 4, 0, -6)), results(2, 3, 0, 1, -5));
  const scaled = coding({ base, scales: Float64Array.of(1, 10) });
  assert.deepEqual(scaled.scores(results(2, 4, 4)), results(2, 3, 18));
});

test("targets are scores, their exponentials, or their logistic function", () => {
  const sums = results(1, -2, 0);
  assert.deepEqual(coding({}).answers(sums), Float64Array.of(0, 1));
  const exponential = coding({ meaning: "exponential" }).answers(sums);
  assert.deepEqual(exponential, Float64Array.of(1, Math.E));
  const shares = coding({ meaning: "logistic" }).answers(sums);
  assert.deepEqual(shares, Float64Array.of(0.5, 1 / (1 + Math.exp(-1))));
});

test("labels are those of the greatest score, or of the sign; probabilities fit them", () => {
  const two = coding({ meaning: "logistic", classes: Float64Array.of(3, 8) });
  assert.deepEqual(two.answers(results(1, -2, 0, -4)), Float64Array.of(3, 8, 3));
  const [low, high] = two.probabilities(results(1, 0), "p").data;
  assert.deepEqual([low, high], [1 / (1 + Math.E), 1 / (1 + Math.exp(-1))]);
  const three = coding({
    ...{ meaning: "softmax", base: Float64Array.of(0, 0, 0) },
    classes: Float64Array.of(1, 5, 7),
  });
  assert.deepEqual(three.answers(results(3, 1, 3, 2)), Float64Array.of(5));
  const shares = coding({ meaning: "probabilities", base: Float64Array.of(0, 0, 0) });
  const counted = new TreeCoding({ ...shares, step: 0.25, classes: three.classes });
  assert.deepEqual(counted.probabilities(results(3, 1, 3, 0), "p"), results(3, 0.25, 0.75, 0));
});

test("an isolation forest's outliers are the rows whose score lies below the offset, and no others", () => {
  // The score of a mean path of 1 is -1/2.
  const forest = coding({ meaning: "path length", base: Float64Array.of(0), offset: -0.5 });
  assert.deepEqual(forest.answers(results(1, 1, 2, 3)), Float64Array.of(-1, 1, 1));
});

test("where the server decides, its answer is the answer", () => {
  const limit = coding({ result: "bit" });
  assert.deepEqual(limit.answers(results(1, 0, 1)), Float64Array.of(0, 1));
  const forest = coding({ result: "bit", meaning: "path length" });
  assert.deepEqual(forest.answers(results(1, 0, 1)), Float64Array.of(-1, 1));
  const classes = Float64Array.of(1, 5, 7);
  const best = coding({ result: "classes", top: 2, meaning: "softmax", classes });
  assert.deepEqual(best.answers(results(2, 2, 0, 1, 2)), Float64Array.of(7, 5));
  assert.deepEqual(best.topClasses(results(2, 2, 0), "top"), results(2, 7, 1));
  for (const decided of [limit, best]) {
    assert.throws(() => decided.scores(results(1, 0)), refusal("bad-argument", /do not leave/));
  }
});
