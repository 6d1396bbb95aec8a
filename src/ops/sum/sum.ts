import { type Shape, sizeOf, type Tensor } from "../../base/tensor.js";
import { normalizeAxes, readFlag, readIntegers } from "../../op-spec/attributes.js";
import { shapeOf } from "../../op-spec/elementwise.js";
import { exact } from "../../op-spec/exact.js";
import { sumKernel } from "../../op-spec/kernel.js";
import { clearOnly, withSign } from "../../op-spec/mlir/mlir-forms.js";
import { listText } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { AffineBuilder } from "../../program/affine.js";

interface Sum {
  /** All axes if absent. */
  readonly axis: readonly number[] | undefined;
  readonly keepdims: boolean;
}

/** NumPy's `sum`. */
export const sum = defineOp<Sum>({
  name: "sum",
  doc: "Sum over some axes, or over all. Linear.",
  operands: 1,
  read: (attributes, path) => ({
    axis: readIntegers(attributes, "axis", path),
    keepdims: readFlag(attributes, "keepdims", path),
  }),
  shape: (attributes, shapes, path) => plan(attributes, onlyOperand(shapes, path), path).shape,
  evaluate: (attributes, operands, path) => sums(attributes, onlyOperand(operands, path), path),
  kernel: (attributes, shapes, _, path) =>
    sumKernel(plan(attributes, onlyOperand(shapes, path), path).target, path),
  range: (attributes, operands, path) => {
    const { low, high } = onlyOperand(operands, path);
    return { low: sums(attributes, low, path), high: sums(attributes, high, path) };
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  mlir: ({ axis, keepdims }, call, emitter) => {
    const operand = onlyOperand(call.operands, call.path);
    if (operand.type.kind === "clear") throw clearOnly(call);
    const axes = operand.type.shape.length;
    // The dialect has no sum of a scalar, and reads no axes as all.
    if (axes === 0 || axis?.length === 0) return withSign(operand, call.result.signed, emitter);
    const list = axis === undefined ? [] : normalizeAxes(axis, axes, call.path);
    const result = { ...call.result, signed: operand.type.signed };
    const text = `axes = ${listText(list)}, keep_dims = ${keepdims}`;
    const total = emitter.emit("FHELinalg.sum", [operand], result, text);
    return withSign(total, call.result.signed, emitter);
  },
  affine: (attributes, operands) => {
    const operand = onlyOperand(operands, "sum");
    const { shape, target } = plan(attributes, shapeOf(operand), "sum");
    const columns: number[][] = Array.from({ length: sizeOf(shape) }, () => []);
    target.forEach((row, element) => {
      columns[row]?.push(element);
    });
    const builder = new AffineBuilder(target.length);
    for (const row of columns) {
      for (const column of row) builder.term(column, 1);
      builder.endRow(0);
    }
    return builder.finish();
  },
});

/** Element of the result that each element of the operand is added to. `target: [size]` */
function plan(
  { axis, keepdims }: Sum,
  shape: Shape,
  path: string,
): { readonly shape: Shape; readonly target: Int32Array } {
  const summed = new Set(
    axis === undefined ? shape.keys() : normalizeAxes(axis, shape.length, path),
  );
  const target = new Int32Array(sizeOf(shape));
  let block = 1;
  let stride = 1;
  for (let at = shape.length - 1; at >= 0; at--) {
    const length = shape[at] ?? 1;
    if (!summed.has(at)) {
      for (let i = 0; i < target.length; i++) {
        target[i] = (target[i] ?? 0) + (Math.floor(i / block) % length) * stride;
      }
      stride *= length;
    }
    block *= length;
  }
  const kept = shape.flatMap((length, at) => {
    if (!summed.has(at)) return [length];
    return keepdims ? [1] : [];
  });
  return { shape: kept, target };
}

function sums(attributes: Sum, operand: Tensor, path: string): Tensor {
  const { shape, target } = plan(attributes, operand.shape, path);
  const data = new Float64Array(sizeOf(shape));
  target.forEach((row, element) => {
    data[row] = exact((data[row] ?? 0) + (operand.data[element] ?? 0), path);
  });
  return { shape, data };
}
