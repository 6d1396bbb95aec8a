import { type Shape, sizeOf, type Tensor } from "../../base/tensor.js";
import { normalizeAxes, readFlag, readIntegers } from "../../op-spec/attributes.js";
import { type ExtremumForm, extremes, extremesOfInterval } from "../../op-spec/extremum-form.js";
import { notInDialect } from "../../op-spec/mlir/mlir-forms.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp, type OpSpec } from "../../op-spec/spec.js";

interface Reduction {
  /** All axes if absent. */
  readonly axis: readonly number[] | undefined;
  readonly keepdims: boolean;
}

/** NumPy's `max` over axes. */
export const max = defineReduction("max", "largest");
/** NumPy's `min` over axes. */
export const min = defineReduction("min", "smallest");

function defineReduction(name: string, takes: ExtremumForm["takes"]): OpSpec {
  const form = ({ axis, keepdims }: Reduction, shape: Shape, path: string): ExtremumForm => {
    const over = new Set(
      axis === undefined ? shape.keys() : normalizeAxes(axis, shape.length, path),
    );
    const length = (at: number): number => shape[at] ?? 1;
    const stride = (at: number): number => sizeOf(shape.slice(at + 1));
    const places = (axes: readonly number[]): number[] =>
      axes.reduce<number[]>(
        (found, at) =>
          found.flatMap((place) =>
            Array.from({ length: length(at) }, (_, i) => place + i * stride(at)),
          ),
        [0],
      );
    const axes = [...shape.keys()];
    const starts = places(axes.filter((at) => !over.has(at)));
    return {
      takes,
      shape: axes.flatMap((at) => (over.has(at) ? (keepdims ? [1] : []) : [length(at)])),
      members: places(axes.filter((at) => over.has(at))).map((offset) =>
        Int32Array.from(starts, (start) => start + offset),
      ),
      inDialect: false,
    };
  };
  return defineOp<Reduction>({
    name,
    doc: `The ${takes} element over some axes, or over all. Look-ups in pairs.`,
    operands: 1,
    read: (attributes, path) => ({
      axis: readIntegers(attributes, "axis", path),
      keepdims: readFlag(attributes, "keepdims", path),
    }),
    shape: (attributes, shapes, path) => form(attributes, onlyOperand(shapes, path), path).shape,
    evaluate: (attributes, operands, path): Tensor => {
      const operand = onlyOperand(operands, path);
      return extremes(form(attributes, operand.shape, path), operand);
    },
    range: (attributes, operands, path) => {
      const operand = onlyOperand(operands, path);
      return extremesOfInterval(form(attributes, operand.low.shape, path), operand);
    },
    widths: () => ({ equal: "operands and result", spareBits: 0 }),
    mlir: (_, call) => {
      throw notInDialect(call);
    },
    extremum: form,
  });
}
