import assert from "node:assert/strict";
import { test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { ClassifierCoding } from "../../src/quantize/classifier-coding.js";
import { UniformQuantizer } from "../../src/quantize/uniform-quantizer.js";

const inputQuantizer = UniformQuantizer.calibrate(
  { shape: [2, 3], data: Float64Array.of(0, -1, 2.5, 1, 1, 7) },
  { nBits: 6, granularity: "perFeature" },
);
const parts = { inputQuantizer, features: 3, classes: Float64Array.of(-1, 4, 9) };
const scores = new ClassifierCoding({ ...parts, result: "scores", scoreScale: 0.1 });
const classes = new ClassifierCoding({ ...parts, result: "class", scoreScale: null });

const matrix = (columns: number, ...data: number[]) => ({
  shape: [data.length / columns, columns],
  data: Float64Array.from(data),
});

test("results become labels, scores and probabilities", () => {
  assert.equal(scores.outputs, 3);
  assert.equal(classes.outputs, 1);
  const results = matrix(3, 1, 5, 2, 8, 8, 7);
  assert.deepEqual(scores.labels(results), Float64Array.of(4, -1));
  assert.deepEqual(scores.scores(matrix(3, 10, -20, 0)).data, Float64Array.of(1, -2, 0));
  const { shape, data } = scores.probabilities(results);
  assert.deepEqual(shape, [2, 3]);
  assert.ok(Math.abs((data[0] ?? 0) + (data[1] ?? 0) + (data[2] ?? 0) - 1) < 1e-12);
  assert.deepEqual(classes.labels(matrix(1, 2, 0)), Float64Array.of(9, -1));
});

test("results that list classes begin with the likeliest", () => {
  const best = new ClassifierCoding({ ...parts, result: "class", top: 2, scoreScale: null });
  assert.equal(best.outputs, 2);
  const listed = matrix(2, 2, 1, 0, 2);
  assert.deepEqual(best.labels(listed), Float64Array.of(9, -1));
  assert.deepEqual(best.topClasses(listed), matrix(2, 9, 4, -1, 9));
});

test("JSON keeps every number", () => {
  for (const coding of [scores, classes]) {
    const read = ClassifierCoding.fromJSON(JSON.parse(JSON.stringify(coding)));
    assert.deepEqual(read.toJSON(), coding.toJSON());
  }
});

test("damaged JSON is refused field by field", () => {
  const cases: [object, string][] = [
    [{ kind: "other" }, "holds no classifier"],
    [{ features: 0 }, "features is not a whole number above 0"],
    [{ features: 4 }, "the input quantizer has another number of features"],
    [{ classes: [1, 1] }, "classes is not a list of different labels"],
    [{ classes: [1, "x"] }, "classes is not a list of different labels"],
    [{ result: "both" }, "result is neither scores nor class"],
    [{ scoreScale: 0 }, "scoreScale does not fit the result"],
    [{ scoreScale: null }, "scoreScale does not fit the result"],
    [{ result: "class" }, "scoreScale does not fit the result"],
  ];
  for (const [change, problem] of cases) {
    assert.throws(
      () => ClassifierCoding.fromJSON({ ...scores.toJSON(), ...change }),
      (error: unknown) => {
        assert.ok(error instanceof VelumError);
        assert.equal(error.code, "file-corrupt");
        assert.equal(
          error.message,
          `classifier coding: ${problem}. Use the client file of a compiled classifier`,
        );
        return true;
      },
    );
  }
});
