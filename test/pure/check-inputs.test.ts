// What a client takes as the inputs of a circuit: whole numbers of the right shape, from the least to the greatest that it was compiled for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInputs } from "../../src/client/check-inputs.js";
import { refusal } from "../support/refused.js";

const range = { min: -3, max: 4, shift: 0 };
const vector = { name: "x", shape: [2], ...range };
const fed = { name: "y", shape: [], ...range, composable: true };

test("both ends of the range are inputs, one beyond them is none", () => {
  const [tensor] = checkInputs([[-3, 4]], [vector], "encrypt");
  assert.deepEqual(tensor, { shape: [2], data: Float64Array.of(-3, 4) });
  for (const [value, at] of [
    [[-4, 0], 0],
    [[0, 5], 1],
    [[0, Number.POSITIVE_INFINITY], 1],
  ] as const) {
    assert.throws(
      () => checkInputs([value], [vector], "encrypt"),
      refusal("out-of-range", new RegExp(`"x", number ${at}: lies outside -3 to 4`)),
    );
  }
});

test("what is no whole number is refused, and the value is not told", () => {
  assert.throws(
    () => checkInputs([[1, Number.NaN]], [vector], "encrypt"),
    refusal("not-a-number", /number 1: is NaN/),
  );
  assert.throws(
    () => checkInputs([[2.25, 1]], [vector], "encrypt"),
    refusal("not-integer", /^input "x", number 0: is not a whole number\. Quantize/),
  );
});

test("shapes fit, single numbers in any; null stands for zeros only where an answer may come in its place", () => {
  assert.throws(
    () => checkInputs([[1, 2, 3]], [vector], "encrypt"),
    refusal("bad-shape", /\(3,\)/),
  );
  const tensors = checkInputs([[1, 2], [[3]]], [vector, fed], "encrypt");
  assert.deepEqual(tensors[1], { shape: [], data: Float64Array.of(3) });
  assert.deepEqual(checkInputs([[1, 2], null], [vector, fed], "encrypt")[1], {
    shape: [],
    data: Float64Array.of(0),
  });
  assert.throws(() => checkInputs([null], [vector], "encrypt"), refusal("bad-shape", /"x"/));
  assert.throws(
    () => checkInputs([], [vector, fed], "encrypt"),
    refusal(
      "bad-argument",
      "encrypt: 0 values were given for 2 inputs. Give one value for each of x, y",
    ),
  );
});
