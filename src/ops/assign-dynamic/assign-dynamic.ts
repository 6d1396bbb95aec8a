import { VelumError } from "../../base/error.js";
import { type Shape, shapeText } from "../../base/tensor.js";
import { axesOfOperands, filled, indexOperands, withPositions } from "../../op-spec/choice.js";
import {
  type IndexItem,
  indexText,
  readIndex,
  resolveIndex,
} from "../../op-spec/index-expression.js";
import { extremesOf } from "../../op-spec/interval.js";
import { notInDialect, withSign } from "../../op-spec/mlir/mlir-forms.js";
import { encrypted, insertedSlice } from "../../op-spec/mlir/mlir-shapes.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { assignedSource, fitted } from "../assign-static/assign-static.js";
import { dynamicOffsets } from "../index-dynamic/index-dynamic.js";
import { sliceOf } from "../index-static/index-static.js";

/** A copy of operand 0 with the elements at `index` replaced by the last operand; those between are positions. */
export const assignDynamic = defineOp<readonly IndexItem[]>({
  name: "assign_dynamic",
  guessedType: "first operand",
  doc: "A copy with the elements at places replaced that are known only at run time. A few look-ups for each element that may be replaced.",
  operands: "any",
  read: readIndex,
  text: (items, operands) => `({0}[${indexText(items)}] = {${operands - 1}})`,
  shape: (items, shapes, path) => {
    const [shape] = operandPair(shapes, path);
    for (const operand of indexOperands(items)) checkScalar(shapes[operand] ?? [], path);
    assignedSource(
      atPositions(items, () => 0),
      shape,
      lastOf(shapes, path),
      path,
    );
    return shape;
  },
  evaluate: (items, operands, path) => {
    const [x] = operandPair(operands, path);
    const value = lastOf(operands, path);
    const at = atPositions(items, (operand) => operands[operand]?.data[0] ?? 0);
    const source = assignedSource(at, x.shape, value.shape, path);
    const size = x.data.length;
    const data = Float64Array.from(
      source,
      (from) => (from < size ? x.data[from] : value.data[from - size]) ?? 0,
    );
    return { shape: x.shape, data };
  },
  range: (_, operands, path) => {
    const [x] = operandPair(operands, path);
    return extremesOf([x, lastOf(operands, path)], x.low.shape);
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  choice: (items, shapes, path) => {
    const [shape] = operandPair(shapes, path);
    const value = lastOf(shapes, path);
    const axes = axesOfOperands(items, shape, () => [], path);
    const indices = indexOperands(items);
    return {
      parts: [0, shapes.length - 1],
      indices,
      shape,
      lengths: axes.map((axis) => shape[axis] ?? 1),
      deciders: indices.map(() => new Int32Array(shape.reduce((a, b) => a * b, 1))),
      sources: (positions) => {
        let at = 0;
        const known = atPositions(items, () => positions[at++] ?? 0);
        return assignedSource(known, shape, value, path);
      },
    };
  },
  mlir: (items, call, emitter) => {
    const { result, path, operands } = call;
    const [x] = operandPair(operands, path);
    const index = resolveIndex(
      atPositions(items, () => 0),
      x.type.shape,
      path,
    );
    if (index.axes.some(({ item }) => item.kind === "positions")) throw notInDialect(call);
    const signed = x.type.kind === "encrypted" ? x.type.signed : result.signed;
    const own = encrypted(lastOf(operands, path), { ...result, signed }, emitter);
    const names = dynamicOffsets(items, x.type.shape, call, emitter);
    const value = withSign(fitted(own, index, emitter), result.signed, emitter);
    const into = withSign(encrypted(x, result, emitter), result.signed, emitter);
    const slice = sliceOf(index);
    const offsets = slice.offsets.map(
      (offset, axis) => names.find((name) => name.axis === axis)?.value.name ?? offset,
    );
    return insertedSlice(value, into, { ...slice, offsets }, emitter);
  },
});

function atPositions(
  items: readonly IndexItem[],
  position: (operand: number) => number,
): IndexItem[] {
  return withPositions(items, (operand) => filled([], position(operand)));
}

function lastOf<T>(operands: readonly T[], path: string): T {
  return operands.at(-1) ?? operandPair(operands, path)[1];
}

function checkScalar(shape: Shape, path: string): void {
  if (shape.length === 0) return;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `positions of shape ${shapeText(shape)} cannot be assigned to at once when they are known only at run time`,
    cure: "Assign to one position after the other: x.set(i.at(0), v).set(i.at(1), v)",
  });
}
