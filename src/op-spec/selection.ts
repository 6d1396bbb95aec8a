import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import type { AffineMap } from "../program/affine.js";
import { encryptedStart, shapeOf } from "./elementwise.js";
import { gatherKernel } from "./kernel.js";
import { defineOp, type LinearOperand, type OpDefinition, type OpSpec } from "./spec.js";

/** Element `i` of a result is element `source[i]` of the operands, flattened and joined in order. */
export interface Selection {
  readonly shape: Shape;
  readonly source: Int32Array;
}

/** What an operation that only moves elements has to say. */
export interface SelectionDefinition<A>
  extends Pick<
    OpDefinition<A>,
    "name" | "doc" | "operands" | "encrypts" | "guessedType" | "text" | "read" | "mlir"
  > {
  readonly select: (attributes: A, shapes: readonly Shape[], path: string) => Selection;
}

/** An operation that copies elements of its operands into a new shape: exact, linear, and of the operands' width. */
export function defineSelection<A>(definition: SelectionDefinition<A>): OpSpec {
  const { select, ...rest } = definition;
  return defineOp({
    ...rest,
    shape: (attributes, shapes, path) => select(attributes, shapes, path).shape,
    evaluate: (attributes, operands, path) =>
      gather(select(attributes, operands.map(shapeOfTensor), path), operands),
    kernel: (attributes, shapes, _, path) =>
      gatherKernel(select(attributes, shapes, path).source, shapes.map(sizeOf)),
    range: (attributes, operands, path) => {
      const shapes = operands.map((operand) => operand.low.shape);
      const selection = select(attributes, shapes, path);
      const low = operands.map((operand) => operand.low);
      const high = operands.map((operand) => operand.high);
      return { low: gather(selection, low), high: gather(selection, high) };
    },
    widths: () => ({ equal: "operands and result", spareBits: 0 }),
    affine: (attributes, operands) =>
      mapOfSelection(select(attributes, operands.map(shapeOf), definition.name), operands),
  });
}

function shapeOfTensor(tensor: Tensor): Shape {
  return tensor.shape;
}

function gather({ shape, source }: Selection, operands: readonly Tensor[]): Tensor {
  const joined = joinData(operands);
  const data = new Float64Array(source.length);
  for (let i = 0; i < data.length; i++) data[i] = joined[source[i] ?? 0] ?? 0;
  return { shape, data };
}

function joinData(operands: readonly Tensor[]): Float64Array {
  const [first] = operands;
  if (operands.length === 1 && first !== undefined) return first.data;
  const joined = new Float64Array(operands.reduce((sum, { data }) => sum + data.length, 0));
  let start = 0;
  for (const { data } of operands) {
    joined.set(data, start);
    start += data.length;
  }
  return joined;
}

/** Clear elements become constants of their rows. */
function mapOfSelection(
  { source }: Selection,
  operands: readonly LinearOperand[],
): AffineMap | undefined {
  const total = operands.reduce((sum, operand) => sum + sizeOf(shapeOf(operand)), 0);
  const columnOf = new Int32Array(total).fill(-1);
  const clear = new Float64Array(total);
  let start = 0;
  operands.forEach((operand, position) => {
    const size = sizeOf(shapeOf(operand));
    const column = encryptedStart(operands, position);
    for (let i = 0; i < size; i++) {
      if (operand.kind === "encrypted") columnOf[start + i] = column + i;
      else clear[start + i] = operand.value.data[i] ?? 0;
    }
    start += size;
  });
  const rowStart = new Int32Array(source.length + 1);
  const columns = new Int32Array(source.length);
  const constant = new Float64Array(source.length);
  let terms = 0;
  source.forEach((element, row) => {
    const column = columnOf[element] ?? -1;
    if (column < 0) constant[row] = clear[element] ?? 0;
    else columns[terms++] = column;
    rowStart[row + 1] = terms;
  });
  return {
    inputs: encryptedStart(operands, operands.length),
    outputs: source.length,
    rowStart,
    column: columns.slice(0, terms),
    weight: new Float64Array(terms).fill(1),
    constant,
  };
}

/** `0, 1, ..., size - 1`: all elements in their order. */
export function inOrder(size: number): Int32Array {
  const order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  return order;
}
