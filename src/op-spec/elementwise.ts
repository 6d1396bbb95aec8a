import type { Shape, Tensor } from "../base/tensor.js";
import { sizeOf } from "../base/tensor.js";
import { AffineBuilder, type AffineMap } from "../program/affine.js";
import { broadcastIndices, broadcastShapes } from "./broadcast.js";
import { exact } from "./exact.js";
import type { LinearOperand } from "./spec.js";

/** `combine(a, b)` element by element, with broadcasting. */
export function zip(
  a: Tensor,
  b: Tensor,
  path: string,
  combine: (left: number, right: number) => number,
): Tensor {
  const shape = broadcastShapes(a.shape, b.shape, path);
  const left = broadcastIndices(a.shape, shape);
  const right = broadcastIndices(b.shape, shape);
  const data = new Float64Array(left.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = exact(combine(a.data[left[i] ?? 0] ?? 0, b.data[right[i] ?? 0] ?? 0), path);
  }
  return { shape, data };
}

/** Value of one result element, from one element of each operand. */
export type ElementFunction = (...values: number[]) => number;

/** `fn` on the elements of the operands, stretched to `shape`. */
export function applyElements(
  fn: ElementFunction,
  operands: readonly Tensor[],
  shape: Shape,
): Tensor {
  const places = operands.map((operand) => broadcastIndices(operand.shape, shape));
  const [a, b] = operands;
  const [at, bt] = places;
  const size = places[0]?.length ?? 0;
  const data = new Float64Array(size);
  if (operands.length === 1 && a !== undefined) {
    for (let i = 0; i < size; i++) data[i] = fn(a.data[i] ?? 0);
  } else if (operands.length === 2 && a !== undefined && b !== undefined && at && bt) {
    for (let i = 0; i < size; i++) data[i] = fn(a.data[at[i] ?? 0] ?? 0, b.data[bt[i] ?? 0] ?? 0);
  } else {
    for (let i = 0; i < size; i++) {
      data[i] = fn(...operands.map((operand, k) => operand.data[places[k]?.[i] ?? 0] ?? 0));
    }
  }
  return { shape, data };
}

/** `change(a)` element by element. */
export function map(a: Tensor, path: string, change: (value: number) => number): Tensor {
  return { shape: a.shape, data: a.data.map((value) => exact(change(value), path)) };
}

/** Affine form of `sum of factors[k] * operands[k]`, element by element with broadcasting. */
export function weightedSum(
  operands: readonly LinearOperand[],
  factors: readonly number[],
  path: string,
): AffineMap {
  const shape = operands.map(shapeOf).reduce((a, b) => broadcastShapes(a, b, path));
  const terms = operands.map((operand, k) => ({
    operand,
    factor: factors[k] ?? 0,
    indices: broadcastIndices(shapeOf(operand), shape),
    start: encryptedStart(operands, k),
  }));
  const builder = new AffineBuilder(encryptedStart(operands, operands.length));
  for (let i = 0; i < sizeOf(shape); i++) {
    let constant = 0;
    for (const { operand, factor, indices, start } of terms) {
      const index = indices[i] ?? 0;
      if (operand.kind === "clear") constant += factor * (operand.value.data[index] ?? 0);
      else builder.term(start + index, factor);
    }
    builder.endRow(constant);
  }
  return builder.finish();
}

export function shapesOf(operands: readonly Tensor[]): Shape[] {
  return operands.map(({ shape }) => shape);
}

export function shapeOf(operand: LinearOperand): Shape {
  return operand.kind === "clear" ? operand.value.shape : operand.shape;
}

/** Number of encrypted elements before operand `position` when encrypted operands are joined in order. */
export function encryptedStart(operands: readonly LinearOperand[], position: number): number {
  let start = 0;
  for (const operand of operands.slice(0, position)) {
    if (operand.kind === "encrypted") start += sizeOf(operand.shape);
  }
  return start;
}
