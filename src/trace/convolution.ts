import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { type Shape, shapeText, toTensor } from "../base/tensor.js";
import { lengths, traced } from "./check-arguments.js";
import type { Encryption, EncryptionOfAll } from "./encryption.js";
import { callPath } from "./origin.js";
import { quotient } from "./shape-functions.js";
import { type Operand, record, Tracer } from "./tracer.js";

/** Settings of a convolution as in ONNX's Conv: one entry a spatial axis. */
export interface ConvOptions {
  /** Zeros around the input: the begin of every axis, then the end of every axis. Default: none. */
  readonly pads?: readonly number[];
  /** Default: 1. */
  readonly strides?: readonly number[];
  /** Default: 1. */
  readonly dilations?: readonly number[];
  /** Channels fall into this many groups, each with its own filters. Default: 1. */
  readonly group?: number;
  /** Must be the spatial shape of the weight if it is given. */
  readonly kernelShape?: readonly number[];
  /** `SAME_UPPER` and `SAME_LOWER` choose pads that give `ceil(length / stride)` outputs. Default: `NOTSET`, i.e. `pads`. */
  readonly autoPad?: "NOTSET" | "VALID" | "SAME_UPPER" | "SAME_LOWER";
}

/**
 * Convolution of `x` of shape `(N, C, D1, ...)` with `weight` of shape `(F, C / group, K1, ...)` over one to three axes, plus
 * `bias` of shape `(F,)`. Linear if `x` or `weight` is clear. Errors: `bad-shape`, `bad-argument`.
 */
export function conv<X extends Operand, W extends Operand, B extends Operand | null = null>(
  x: X,
  weight: W,
  bias?: B,
  options: ConvOptions = {},
): Tracer<EncryptionOfAll<[X, W, B]>> {
  checkOptions(
    options,
    ["pads", "strides", "dilations", "group", "kernelShape", "autoPad"],
    "conv",
  );
  if (isOptions(bias)) {
    throw new VelumError({
      code: "bad-argument",
      path: callPath("conv"),
      problem: "its third argument, the bias, is an object of options",
      cure: "Give null for no bias: fhe.conv(x, weight, null, { strides: [2, 2] })",
    });
  }
  const input = shapeOf(x);
  const taps = shapeOf(weight);
  const axes = taps.length - 2;
  if (axes < 1 || axes > 3) {
    throw new VelumError({
      code: "bad-shape",
      path: callPath("conv"),
      problem: `a weight of shape ${shapeText(taps)} has ${axes} spatial axes`,
      limit: "1 to 3",
      actual: axes,
      cure: "Give a weight (F, C / group, K1, ...) of 3 to 5 axes",
    });
  }
  const kernel = taps.slice(2);
  const { kernelShape = kernel, group = 1 } = options;
  if (kernelShape.join() !== kernel.join()) {
    throw new VelumError({
      code: "bad-shape",
      path: callPath("conv"),
      problem: `kernelShape is ${shapeText(kernelShape)}, the weight's ${shapeText(kernel)}`,
      limit: shapeText(kernel),
      actual: shapeText(kernelShape),
      cure: "Leave kernelShape out",
    });
  }
  const each = (value: number): number[] => kernel.map(() => value);
  const { strides = each(1), dilations = each(1) } = options;
  const window = { lengths: input.slice(2), kernel, strides, dilations };
  const pads = padsOf(options.autoPad ?? "NOTSET", options.pads, window);
  const operands = bias === null || bias === undefined ? [x, weight] : [x, weight, bias];
  // Filters: for the text of a node without bias.
  const filters = taps[0] ?? 1;
  return record(`conv${axes}d`, operands, { pads, strides, dilations, group, filters });
}

/** Settings of pooling as in ONNX: one entry a spatial axis. */
export interface PoolOptions {
  /** Default: none. Padding counts as zeros in sums. */
  readonly pads?: readonly number[];
  /** Default: 1. */
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly autoPad?: "NOTSET" | "VALID" | "SAME_UPPER" | "SAME_LOWER";
}

/**
 * Sums of the windows of `kernelShape` in `x` of shape `(N, C, D1, ...)`: average pooling times the size of the window,
 * which is left to the scale of the result. Linear, exact.
 */
export function sumPool<E extends Encryption>(
  x: Tracer<E>,
  kernelShape: readonly number[],
  options: PoolOptions = {},
): Tracer<E> {
  checkWindow(kernelShape, options, "sumPool");
  traced(x, "sumPool");
  const channels = x.shape[1] ?? 1;
  const shape = [channels, 1, ...kernelShape];
  const size = shape.reduce((product, length) => product * length, 1);
  const weight = { shape, data: new Float64Array(size).fill(1) };
  return conv(x, weight, null, { ...options, group: channels });
}

/**
 * Means of the windows of `kernelShape`, zeros of the padding included: `sumPool` divided by the size of the window. Like `mean`: one
 * look-up of the sum where the result is rounded; else it must come out even for all inputs (`not-integer` otherwise), e.g. because
 * `x` is a multiple of the size.
 */
export function avgPool<E extends Encryption>(
  x: Tracer<E>,
  kernelShape: readonly number[],
  options: PoolOptions = {},
): Tracer<E> {
  checkWindow(kernelShape, options, "avgPool");
  traced(x, "avgPool");
  const size = kernelShape.reduce((product, length) => product * length, 1);
  return quotient(sumPool(x, kernelShape, options), size);
}

/**
 * Largest elements of the windows of `kernelShape` in `x` of shape `(N, C, D1, ...)`, one to three spatial axes. Padding is never the
 * largest. Errors: `bad-shape`, `bad-argument`.
 */
export function maxPool<E extends Encryption>(
  x: Tracer<E>,
  kernelShape: readonly number[],
  options: PoolOptions = {},
): Tracer<E> {
  checkWindow(kernelShape, options, "maxPool");
  traced(x, "maxPool");
  const axes = kernelShape.length;
  if (axes < 1 || axes > 3 || x.ndim !== axes + 2) {
    throw new VelumError({
      code: "bad-shape",
      path: callPath("maxPool"),
      problem: `a window of ${shapeText(kernelShape)} does not fit values of shape ${shapeText(x.shape)}`,
      limit: "1 to 3 spatial axes",
      actual: axes,
      cure: "Give values (N, C, D1, ...) and one length of the window for each of the axes D1, ...",
    });
  }
  const each = (value: number): number[] => kernelShape.map(() => value);
  const { strides = each(1), dilations = each(1) } = options;
  const window = { lengths: x.shape.slice(2), kernel: kernelShape, strides, dilations };
  const pads = padsOf(options.autoPad ?? "NOTSET", options.pads, window);
  const settings = { kernel_shape: kernelShape, strides, pads, dilations, ceil_mode: false };
  return record(`maxpool${axes}d`, [x], settings);
}

interface Windows {
  readonly lengths: Shape;
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

function padsOf(
  mode: "NOTSET" | "VALID" | "SAME_UPPER" | "SAME_LOWER",
  pads: readonly number[] | undefined,
  { lengths, kernel, strides, dilations }: Windows,
): readonly number[] {
  const none = [...kernel, ...kernel].map(() => 0);
  if (mode === "NOTSET") return pads ?? none;
  if (pads !== undefined) {
    throw new VelumError({
      code: "bad-argument",
      path: callPath("conv"),
      problem: `both pads and autoPad ${mode} were given`,
      cure: "Give one of them",
    });
  }
  if (mode === "VALID") return none;
  const totals = kernel.map((taps, axis) => {
    const length = lengths[axis] ?? 1;
    const stride = strides[axis] ?? 1;
    const span = (dilations[axis] ?? 1) * (taps - 1) + 1;
    return Math.max(0, (Math.ceil(length / stride) - 1) * stride + span - length);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return mode === "SAME_UPPER" ? [...less, ...more] : [...more, ...less];
}

function shapeOf(operand: Operand): Shape {
  return operand instanceof Tracer ? operand.shape : toTensor(operand, "conv").shape;
}

function isOptions(bias: unknown): boolean {
  return (
    typeof bias === "object" &&
    bias !== null &&
    !(bias instanceof Tracer) &&
    !("data" in bias) &&
    !("length" in bias)
  );
}

function checkWindow(kernelShape: unknown, options: PoolOptions, name: string): void {
  checkOptions(options, ["pads", "strides", "dilations", "autoPad"], name);
  if (Array.isArray(kernelShape)) {
    lengths(kernelShape, name, "the window");
    return;
  }
  throw new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: "its second argument is not the list of a window's lengths",
    cure: `Give one length for each spatial axis: fhe.${name}(x, [2, 2])`,
  });
}
