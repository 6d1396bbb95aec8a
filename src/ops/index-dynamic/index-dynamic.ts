import type { Shape, Tensor } from "../../base/tensor.js";
import {
  axesOfOperands,
  decidersOf,
  filled,
  indexOperands,
  withPositions,
} from "../../op-spec/choice.js";
import {
  type IndexItem,
  indexText,
  readIndex,
  resolveIndex,
} from "../../op-spec/index-expression.js";
import { extremesOf } from "../../op-spec/interval.js";
import { notInDialect, withSign } from "../../op-spec/mlir/mlir-forms.js";
import { castToIndex } from "../../op-spec/mlir/mlir-index.js";
import {
  extracted,
  extractedSlice,
  reshaped,
  withoutAxes,
} from "../../op-spec/mlir/mlir-shapes.js";
import type { MlirCall, MlirEmitter, MlirValue } from "../../op-spec/mlir-emitter.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { sliceOf } from "../index-static/index-static.js";

/** `x[index]` where some entries of the index are values of their own: operand 0 is `x`, the others are positions. */
export const indexDynamic = defineOp<readonly IndexItem[]>({
  name: "index_dynamic",
  guessedType: "first operand",
  doc: "Elements at places that are known only at run time. One look-up for each position of each place, and one or more for each element that may be picked.",
  operands: "any",
  read: readIndex,
  text: (items) => `{0}[${indexText(items)}]`,
  shape: (items, shapes, path) => {
    const [shape] = operandPair(shapes, path);
    return resolveIndex(atZero(items, shapes), shape, path).shape;
  },
  evaluate: (items, operands, path) => {
    const [x] = operandPair(operands, path);
    const known = withPositions(items, (operand) => operands[operand] ?? filled([], 0));
    const { shape, source } = resolveIndex(known, x.shape, path);
    return { shape, data: Float64Array.from(source, (from) => x.data[from] ?? 0) };
  },
  range: (items, operands, path) => {
    const [x] = operandPair(operands, path);
    const shapes = operands.map(({ low }) => low.shape);
    const { shape } = resolveIndex(atZero(items, shapes), x.low.shape, path);
    return extremesOf([x], shape);
  },
  widths: () => ({ equal: "first operand and result", spareBits: 0 }),
  choice: (items, shapes, path) => {
    const [shape] = operandPair(shapes, path);
    const shapeOf = (operand: number): Shape => shapes[operand] ?? [];
    const indices = indexOperands(items);
    const axes = axesOfOperands(items, shape, shapeOf, path);
    return {
      parts: [0],
      indices,
      shape: resolveIndex(atZero(items, shapes), shape, path).shape,
      lengths: axes.map((axis) => shape[axis] ?? 1),
      deciders: decidersOf(items, shape, shapeOf, path),
      sources: (positions) => {
        let at = 0;
        const known = withPositions(items, (operand) =>
          filled(shapeOf(operand), positions[at++] ?? 0),
        );
        return resolveIndex(known, shape, path).source;
      },
    };
  },
  mlir: (items, call, emitter) => {
    const [x] = operandPair(call.operands, call.path);
    return withSign(taken(items, x, call, emitter), call.result.signed, emitter);
  },
});

function atZero(items: readonly IndexItem[], shapes: readonly Shape[]): IndexItem[] {
  return withPositions(items, (operand): Tensor => filled(shapes[operand] ?? [], 0));
}

function taken(
  items: readonly IndexItem[],
  x: MlirValue,
  call: MlirCall,
  emitter: MlirEmitter,
): MlirValue {
  const shapes = call.operands.map(({ type }) => type.shape);
  const names = dynamicOffsets(items, x.type.shape, call, emitter);
  const lists = indexOperands(items).some((operand) => (shapes[operand] ?? []).length > 0);
  if (lists) {
    const [only] = names;
    if (x.type.shape.length !== 1 || only === undefined) throw notInDialect(call);
    return emitter.emit("FHELinalg.fancy_index", [x, only.value], {
      ...x.type,
      shape: only.value.type.shape,
    });
  }
  const index = resolveIndex(atZero(items, shapes), x.type.shape, call.path);
  if (index.axes.some(({ item }) => item.kind === "positions")) throw notInDialect(call);
  const slice = sliceOf(index);
  const offsets = slice.offsets.map(
    (offset, axis) => names.find((name) => name.axis === axis)?.value.name ?? offset,
  );
  const dropped = index.axes.filter(({ item }) => item.kind === "position");
  if (dropped.length === index.axes.length) {
    return reshaped(extracted(x, offsets, emitter), index.shape, emitter);
  }
  const part = extractedSlice(x, { ...slice, offsets }, emitter);
  if (index.newAxes) return reshaped(part, index.shape, emitter);
  return withoutAxes(
    part,
    dropped.map(({ axis }) => axis),
    emitter,
  );
}

/** The run-time positions as index values, with the axes that they pick from. */
export function dynamicOffsets(
  items: readonly IndexItem[],
  shape: Shape,
  call: MlirCall,
  emitter: MlirEmitter,
): { readonly axis: number; readonly value: MlirValue }[] {
  const shapeOf = (operand: number): Shape => call.operands[operand]?.type.shape ?? [];
  const axes = axesOfOperands(items, shape, shapeOf, call.path);
  return indexOperands(items).map((operand, at) => {
    const value = call.operands[operand];
    const axis = axes[at] ?? 0;
    if (value?.type.kind !== "clear") throw notInDialect(call);
    return { axis, value: castToIndex(value, shape[axis] ?? 1, call, emitter) };
  });
}
