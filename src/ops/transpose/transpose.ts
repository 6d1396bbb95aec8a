import { VelumError } from "../../base/error.js";
import type { Shape } from "../../base/tensor.js";
import { sizeOf } from "../../base/tensor.js";
import { normalizeAxes, readIntegers } from "../../op-spec/attributes.js";
import { listText } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection, type Selection } from "../../op-spec/selection.js";

/** NumPy's `transpose`: axis `i` of the result is axis `axes[i]` of the operand; all axes reversed without `axes`. */
export const transpose = defineSelection<readonly number[] | undefined>({
  name: "transpose",
  doc: "Axes in another order, reversed by default. Free.",
  operands: 1,
  read: (attributes, path) => readIntegers(attributes, "axes", path),
  select: (axes, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    return permuted(shape, orderOf(axes, shape.length, path));
  },
  mlir: (axes, call, emitter) => {
    const operand = onlyOperand(call.operands, call.path);
    const order = orderOf(axes, operand.type.shape.length, call.path);
    if (order.length < 2) return operand;
    // The dialect reads no axes as all reversed.
    const list = axes === undefined ? [] : order;
    return emitter.emit("FHELinalg.transpose", [operand], call.result, `axes = ${listText(list)}`);
  },
});

function orderOf(axes: readonly number[] | undefined, count: number, path: string): number[] {
  if (axes === undefined) return Array.from({ length: count }, (_, i) => count - 1 - i);
  if (axes.length === count) return normalizeAxes(axes, count, path);
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `${axes.length} axes were given for ${count}`,
    limit: count,
    actual: axes.length,
    cure: "Name every axis of the value once",
  });
}

function permuted(shape: Shape, order: readonly number[]): Selection {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const result = order.map((axis) => shape[axis] ?? 1);
  let source = Int32Array.of(0);
  order.forEach((axis) => {
    const length = shape[axis] ?? 1;
    const stride = strides[axis] ?? 1;
    const next = new Int32Array(source.length * length);
    source.forEach((start, i) => {
      for (let step = 0; step < length; step++) next[i * length + step] = start + step * stride;
    });
    source = next;
  });
  return { shape: result, source };
}
