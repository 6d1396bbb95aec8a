import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { broadcastIndices, broadcastShapes } from "../../op-spec/broadcast.js";
import type { Contraction } from "../../op-spec/contraction.js";

/**
 * NumPy's `matmul`: a 1-D left side is one row, a 1-D right side one column, and their axis is dropped from the result;
 * axes before the last two are batches and broadcast. Errors: `bad-shape`.
 */
export function matrixProduct(a: Shape, b: Shape, path: string): Contraction {
  if (a.length === 0 || b.length === 0) {
    throw mismatch(a, b, path, "a scalar is no matrix", "Use multiply for products with a scalar");
  }
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const rows = left[left.length - 2] ?? 1;
  const inner = left[left.length - 1] ?? 1;
  const columns = right[right.length - 1] ?? 1;
  const rightInner = right[right.length - 2] ?? 1;
  if (inner !== rightInner) {
    throw mismatch(
      a,
      b,
      path,
      `rows of ${inner} meet columns of ${rightInner}`,
      "Make the last axis of the left side as long as the second-to-last of the right side (the only one if 1-D)",
    );
  }
  const leftBatch = left.slice(0, -2);
  const rightBatch = right.slice(0, -2);
  const batch = broadcastShapes(leftBatch, rightBatch, path);
  const leftMatrix = broadcastIndices(leftBatch, batch);
  const rightMatrix = broadcastIndices(rightBatch, batch);
  const aStart = new Int32Array(sizeOf(batch) * rows * columns);
  const bStart = new Int32Array(aStart.length);
  let next = 0;
  for (let matrix = 0; matrix < leftMatrix.length; matrix++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        aStart[next] = ((leftMatrix[matrix] ?? 0) * rows + row) * inner;
        bStart[next] = (rightMatrix[matrix] ?? 0) * inner * columns + column;
        next++;
      }
    }
  }
  const shape = [...batch, ...(a.length === 1 ? [] : [rows]), ...(b.length === 1 ? [] : [columns])];
  return { shape, inner, aStart, aStep: 1, bStart, bStep: columns };
}

function mismatch(a: Shape, b: Shape, path: string, what: string, cure: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path,
    problem: `shapes ${shapeText(a)} and ${shapeText(b)} do not fit: ${what}`,
    cure,
  });
}
