import { type Shape, sizeOf, type Tensor } from "../../base/tensor.js";
import { numpyText } from "../../graph/numpy-text.js";
import { encryptedStart, shapeOf } from "../../op-spec/elementwise.js";
import { exact } from "../../op-spec/exact.js";
import type { Interval } from "../../op-spec/interval.js";
import type { SumsOfProducts } from "../../op-spec/products.js";
import { defineOp, type LinearOperand, type OpSpec } from "../../op-spec/spec.js";
import { AffineBuilder, type AffineMap } from "../../program/affine.js";
import { type ConvSettings, convGeometry, readConv, visitConv } from "./geometry.js";
import { emitConv } from "./mlir.js";

/** Convolution over one spatial axis. */
export const conv1d = defineConv(1);
/** Convolution over two spatial axes. */
export const conv2d = defineConv(2);
/** Convolution over three spatial axes. */
export const conv3d = defineConv(3);

interface Conv extends ConvSettings {
  /** Filters, for the text of a convolution without bias. */
  readonly filters: number;
}

/** Operands: input `(N, C, ...)`, weight `(F, C / group, ...)` and, if there is one, bias `(F,)`. */
function defineConv(axes: 1 | 2 | 3): OpSpec {
  const name = `conv${axes}d`;
  return defineOp<Conv>({
    name,
    doc: `Convolution over ${axes} ${axes === 1 ? "axis" : "axes"} with strides, dilations, groups and any padding. Linear if input or weight is clear.`,
    operands: "any",
    guessedType: "first operand",
    read: (attributes, path) => ({
      ...readConv(attributes, axes, path),
      filters: typeof attributes["filters"] === "number" ? attributes["filters"] : 1,
    }),
    text: ({ pads, strides, dilations, group, filters }, operands) => {
      const zeros: Tensor = { shape: [filters], data: new Float64Array(filters) };
      const bias = operands > 2 ? "{2}" : `«${numpyText(zeros).replaceAll("\n", "")}»`;
      const settings = { pads, strides, dilations, group };
      const texts = Object.entries(settings).map(([key, value]) => `${key}=«${numpyText(value)}»`);
      return `${name}({0}, {1}, ${bias}, ${texts.join(", ")})`;
    },
    shape: (settings, shapes, path) => convGeometry(settings, shapes, path).shape,
    evaluate: evaluateConv,
    products: convProducts,
    range: convRange,
    widths: ([x, weight]) =>
      x === true && weight === true
        ? { equal: "operands", spareBits: 1 }
        : { equal: "operands and result", spareBits: 0 },
    mlir: (settings, call, emitter) => {
      const shapes = call.operands.map((operand) => operand.type.shape);
      return emitConv(convGeometry(settings, shapes, call.path), call, emitter);
    },
    affine: (settings, operands) => convMap(settings, operands, name),
  });
}

function evaluateConv(settings: ConvSettings, operands: readonly Tensor[], path: string): Tensor {
  const shapes = operands.map((operand) => operand.shape);
  const geometry = convGeometry(settings, shapes, path);
  const [x, weight, bias] = operands;
  const data = new Float64Array(sizeOf(geometry.shape));
  let at = 0;
  let sum = 0;
  visitConv(
    geometry,
    (left, right) => {
      sum = exact(sum + exact((x?.data[left] ?? 0) * (weight?.data[right] ?? 0), path), path);
    },
    (filter) => {
      data[at++] = exact(sum + (bias?.data[filter] ?? 0), path);
      sum = 0;
    },
  );
  return { shape: geometry.shape, data };
}

function convRange(settings: ConvSettings, operands: readonly Interval[], path: string): Interval {
  const shapes = operands.map((operand) => operand.low.shape);
  const geometry = convGeometry(settings, shapes, path);
  const [x, weight, bias] = operands;
  const size = sizeOf(geometry.shape);
  const low = { shape: geometry.shape, data: new Float64Array(size) };
  const high = { shape: geometry.shape, data: new Float64Array(size) };
  let at = 0;
  let least = 0;
  let most = 0;
  visitConv(
    geometry,
    (left, right) => {
      const a = x?.low.data[left] ?? 0;
      const b = x?.high.data[left] ?? 0;
      const c = weight?.low.data[right] ?? 0;
      const d = weight?.high.data[right] ?? 0;
      least = exact(least + Math.min(a * c, a * d, b * c, b * d), path);
      most = exact(most + Math.max(a * c, a * d, b * c, b * d), path);
    },
    (filter) => {
      low.data[at] = exact(least + (bias?.low.data[filter] ?? 0), path);
      high.data[at++] = exact(most + (bias?.high.data[filter] ?? 0), path);
      least = 0;
      most = 0;
    },
  );
  return { low, high };
}

function convProducts(
  settings: ConvSettings,
  shapes: readonly Shape[],
  path: string,
): SumsOfProducts {
  const geometry = convGeometry(settings, shapes, path);
  const start = [0];
  const a: number[] = [];
  const b: number[] = [];
  visitConv(
    geometry,
    (left, right) => {
      a.push(left);
      b.push(right);
    },
    () => start.push(a.length),
  );
  return {
    shape: geometry.shape,
    start: Int32Array.from(start),
    a: Int32Array.from(a),
    b: Int32Array.from(b),
  };
}

/** Undefined if input and weight are both encrypted. The bias may be either. */
function convMap(
  settings: ConvSettings,
  operands: readonly LinearOperand[],
  path: string,
): AffineMap | undefined {
  const [x, weight, bias] = operands;
  if (x === undefined || weight === undefined) return undefined;
  if (x.kind === "encrypted" && weight.kind === "encrypted") return undefined;
  const geometry = convGeometry(settings, operands.map(shapeOf), path);
  const builder = new AffineBuilder(encryptedStart(operands, operands.length));
  const biasStart = encryptedStart(operands, 2);
  let constant = 0;
  visitConv(
    geometry,
    (left, right) => {
      if (weight.kind === "clear") {
        const factor = weight.value.data[right] ?? 0;
        if (x.kind === "clear") constant += (x.value.data[left] ?? 0) * factor;
        else builder.term(left, factor);
      } else if (x.kind === "clear") builder.term(right, x.value.data[left] ?? 0);
    },
    (filter) => {
      if (bias?.kind === "clear") constant += bias.value.data[filter] ?? 0;
      else if (bias !== undefined) builder.term(biasStart + filter, 1);
      builder.endRow(constant);
      constant = 0;
    },
  );
  return builder.finish();
}
