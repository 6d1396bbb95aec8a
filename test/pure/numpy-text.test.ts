import assert from "node:assert/strict";
import { test } from "node:test";
import { type Shape, scalar, shapeText, sizeOf, type Tensor } from "../../src/base/tensor.js";
import { numpyText, shortText } from "../../src/graph/numpy-text.js";
import { fixture } from "../compile/concrete-programs.js";

interface Recorded {
  readonly numpy: string;
  readonly arrays: readonly {
    readonly start: number;
    readonly step: number;
    readonly shape: Shape;
    readonly text: string;
  }[];
}

const recorded: Recorded = JSON.parse(fixture("numpy-texts.json"));

function progression(start: number, step: number, shape: Shape): Tensor {
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => start + step * i) };
}

for (const { start, step, shape, text } of recorded.arrays) {
  test(`${start}, ${start + step}, ... as ${shapeText(shape)}`, () => {
    assert.equal(numpyText(progression(start, step, shape)), text);
  });
}

test("25 characters stay, 26 are cut in the middle", () => {
  const fits = progression(10, 1, [8]);
  assert.equal(numpyText(fits).length, 25);
  assert.equal(shortText(fits), "[10 11 12 13 14 15 16 17]");
  const tooLong = progression(99, 1, [6]);
  assert.equal(shortText(tooLong), "[ 99 100 101 102 103 104]");
  assert.equal(shortText(progression(99, 1, [7])), "[ 99 100 1 ... 3 104 105]");
});

test("scalars and tables for each element", () => {
  assert.equal(numpyText(scalar(-7)), "-7");
  const items = [progression(0, 1, [2]), progression(5, -10, [3])];
  assert.equal(numpyText({ shape: [2], items }), "[[0, 1] [5, -5, -15]]");
});
