import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { broadcastIndices } from "../../op-spec/broadcast.js";
import {
  type IndexItem,
  indexText,
  type ResolvedIndex,
  readIndex,
  resolveIndex,
} from "../../op-spec/index-expression.js";
import { withSign } from "../../op-spec/mlir/mlir-forms.js";
import {
  broadcast,
  encrypted,
  insertedSlice,
  reshaped,
  scattered,
} from "../../op-spec/mlir/mlir-shapes.js";
import type { MlirEmitter, MlirValue } from "../../op-spec/mlir-emitter.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";
import { sliceOf } from "../index-static/index-static.js";

/** The first operand with the elements at `index` replaced by the second, which may stretch over them. */
export const assignStatic = defineSelection<readonly IndexItem[]>({
  name: "assign_static",
  guessedType: "first operand",
  doc: "A copy with the elements at fixed places replaced. Free.",
  operands: 2,
  read: readIndex,
  text: (items) => `({0}[${indexText(items)}] = {1})`,
  select: (items, shapes, path) => {
    const [shape, value] = operandPair(shapes, path);
    return { shape, source: assignedSource(items, shape, value, path) };
  },
  mlir: (items, call, emitter) => {
    const { result, path } = call;
    const [x, y] = operandPair(call.operands, path);
    const signed = x.type.kind === "encrypted" ? x.type.signed : result.signed;
    const own = encrypted(y, { ...result, signed }, emitter);
    const index = resolveIndex(items, x.type.shape, path);
    const lists = index.axes.some(({ item }) => item.kind === "positions");
    const value = lists
      ? listed(own, index.shape.length === 0 ? [1] : index.shape, emitter)
      : fitted(own, index, emitter);
    const into = withSign(encrypted(x, result, emitter), result.signed, emitter);
    const placed = withSign(value, result.signed, emitter);
    if (lists) return scattered(placed, into, index.source, emitter);
    return index.axes.length === 0 ? placed : insertedSlice(placed, into, sliceOf(index), emitter);
  },
});

/** Where every element comes from: number `i` of the operand, or `size + j` for element `j` of the value. */
export function assignedSource(
  items: readonly IndexItem[],
  shape: Shape,
  value: Shape,
  path: string,
): Int32Array {
  const places = resolveIndex(items, shape, path);
  const source = inOrder(sizeOf(shape));
  const from = stretched(value, places.shape, path);
  // A place that is named twice keeps the later value.
  places.source.forEach((place, i) => {
    source[place] = source.length + (from[i] ?? 0);
  });
  return source;
}

function listed(value: MlirValue, shape: Shape, emitter: MlirEmitter): MlirValue {
  const fills = sizeOf(value.type.shape) === sizeOf(shape);
  return fills ? reshaped(value, shape, emitter) : broadcast(value, shape, emitter);
}

/** The value stretched over the places, with an axis of length 1 for every axis that has one position. */
export function fitted(value: MlirValue, index: ResolvedIndex, emitter: MlirEmitter): MlirValue {
  const { sizes } = sliceOf(index);
  const size = sizeOf(value.type.shape);
  if (size === sizeOf(sizes)) return reshaped(value, sizes, emitter);
  const positions = index.axes.map(({ item }) => item.kind === "position");
  const aligned = !index.newAxes && positions.lastIndexOf(true) <= positions.indexOf(false);
  if (aligned || (size === 1 && value.type.shape.length <= sizes.length)) {
    return broadcast(value, sizes, emitter);
  }
  return reshaped(broadcast(value, index.shape, emitter), sizes, emitter);
}

function stretched(value: Shape, places: Shape, path: string): Int32Array {
  // Axes of length 1 in front may be left over, as in NumPy.
  let own = value;
  while (own.length > places.length && own[0] === 1) own = own.slice(1);
  const ends = places.slice(places.length - own.length);
  const fits = own.every((length, axis) => length === 1 || length === ends[axis]);
  if (own.length <= places.length && fits) return broadcastIndices(own, places);
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `a value of shape ${shapeText(value)} does not stretch over places of shape ${shapeText(places)}`,
    cure: "Assign a scalar, or a value whose last axes are those of the places",
  });
}
