import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LabelEncoder } from "../../src/models/preprocessing/label-encoder.js";

const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "nothing thrown";
};

test("classes are sorted, numbered and named again, as in scikit-learn's own example", () => {
  const cities = new LabelEncoder<string>().fit(["paris", "paris", "tokyo", "amsterdam"]);
  assert.deepEqual(cities.classes, ["amsterdam", "paris", "tokyo"]);
  assert.deepEqual(Array.from(cities.transform(["tokyo", "tokyo", "paris"])), [2, 2, 1]);
  assert.deepEqual(cities.inverseTransform([2, 2, 1]), ["tokyo", "tokyo", "paris"]);
  const numbers = new LabelEncoder<number>();
  assert.deepEqual(Array.from(numbers.fitTransform([10, 2, 2, 6])), [2, 0, 0, 1]);
  assert.deepEqual(numbers.classes, [2, 6, 10]);
});

test("names come back from their numbers, whatever they are", () => {
  const labels = fc.oneof(
    fc.array(fc.string(), { minLength: 1 }),
    fc.array(fc.integer(), { minLength: 1 }),
    fc.array(fc.boolean(), { minLength: 1 }),
  );
  fc.assert(
    fc.property(labels, (y) => {
      const encoder = new LabelEncoder();
      assert.deepEqual(encoder.inverseTransform(encoder.fitTransform(y)), y);
    }),
  );
});

test("what cannot be a label is refused where it stands", () => {
  const fitted = new LabelEncoder<string>().fit(["a", "b"]);
  assert.equal(
    message(() => new LabelEncoder().fit([])),
    "LabelEncoder.fit y: is empty. Pass one label a row",
  );
  assert.equal(
    message(() => new LabelEncoder().fit(["a", 1])),
    "LabelEncoder.fit y[1]: is of type number, and labels are all text, all numbers or all booleans. Give every row a label of one type",
  );
  assert.equal(
    message(() => new LabelEncoder().fit([1, Number.NaN])),
    "LabelEncoder.fit y[1]: is NaN. Leave out rows without a label",
  );
  assert.equal(
    message(() => fitted.transform(["a", "c"])),
    "LabelEncoder.transform y[1]: is c, which was not there when the encoder was fitted. Fit the encoder on all labels, training and test",
  );
  assert.equal(
    message(() => fitted.inverseTransform([2])),
    "LabelEncoder.inverseTransform [0]: is 2, and classes have the numbers 0 to 1. Pass what predict of a classifier gives that was fitted on the encoder's numbers",
  );
  assert.equal(
    message(() => new LabelEncoder().transform(["a"])),
    "LabelEncoder: has not been fitted. Call fit first",
  );
});
