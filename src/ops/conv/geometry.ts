import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { readIntegers } from "../../op-spec/attributes.js";

/** Settings of a convolution, as in ONNX: one entry a spatial axis, pads first all begins and then all ends. */
export interface ConvSettings {
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly group: number;
}

/** Lengths of everything that a convolution walks over. */
export interface ConvGeometry extends ConvSettings {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  /** Channels that one filter sees. */
  readonly groupChannels: number;
  readonly input: Shape;
  readonly kernel: Shape;
  readonly output: Shape;
  /** `(batch, filters, ...output)` */
  readonly shape: Shape;
}

/** Errors: `bad-argument`. */
export function readConv(attributes: Attributes, axes: number, path: string): ConvSettings {
  const list = (name: string, length: number, least: number, usual: number): readonly number[] => {
    const value = readIntegers(attributes, name, path) ?? Array.from({ length }, () => usual);
    if (value.length === length && value.every((item) => item >= least)) return value;
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `\`${name}\` is ${shapeText(value)}`,
      limit: `${length} integers of ${least} and more`,
      actual: shapeText(value),
      cure: `Give ${length === axes ? "one integer for each spatial axis" : "the begin of every spatial axis, then the end of every one"}`,
    });
  };
  const [group = 1] = list("group", 1, 1, 1);
  return {
    pads: list("pads", 2 * axes, 0, 0),
    strides: list("strides", axes, 1, 1),
    dilations: list("dilations", axes, 1, 1),
    group,
  };
}

/** Lengths for an input `(N, C, ...)` and a weight `(F, C / group, ...)`. Errors: `bad-shape`. */
export function convGeometry(
  settings: ConvSettings,
  [x, weight, bias]: readonly Shape[],
  path: string,
): ConvGeometry {
  const axes = settings.strides.length;
  const [batch, channels, ...input] = x ?? [];
  const [filters, groupChannels, ...kernel] = weight ?? [];
  if (
    batch === undefined ||
    channels === undefined ||
    filters === undefined ||
    groupChannels === undefined ||
    input.length !== axes ||
    kernel.length !== axes
  ) {
    throw badShape(
      path,
      `input and weight have shapes ${shapeText(x ?? [])} and ${shapeText(weight ?? [])}`,
      `Give an input (N, C${", D".repeat(axes)}) and a weight (F, C / group${", K".repeat(axes)}) of ${axes + 2} axes`,
    );
  }
  const { group, pads, strides, dilations } = settings;
  if (channels !== groupChannels * group || filters % group !== 0) {
    throw badShape(
      path,
      `${channels} channels in ${group} groups do not meet weights of ${groupChannels} channels and ${filters} filters`,
      "Make C equal to group times the weight's second length, and F a multiple of group",
    );
  }
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== filters)) {
    throw badShape(
      path,
      `the bias has shape ${shapeText(bias)} for ${filters} filters`,
      "Give one bias for each filter",
    );
  }
  const output = input.map((length, axis) => {
    const padded = length + (pads[axis] ?? 0) + (pads[axis + axes] ?? 0);
    const span = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
    return Math.floor((padded - span) / (strides[axis] ?? 1)) + 1;
  });
  if (output.some((length) => length < 1)) {
    throw badShape(
      path,
      `a kernel of ${shapeText(kernel)} does not fit into an input of ${shapeText(input)}`,
      "Pad the input, or use a smaller kernel or dilation",
    );
  }
  const shape = [batch, filters, ...output];
  return { ...settings, batch, channels, filters, groupChannels, input, kernel, output, shape };
}

/**
 * Positions of an input and a weight that meet: for every output place, the kernel places whose input is no padding.
 * `taps` are spatial positions, row-major.
 */
export interface ConvTaps {
  /** `[outputs + 1]` */
  readonly start: Int32Array;
  readonly input: Int32Array;
  readonly kernel: Int32Array;
}

/** All pairs, output by output. */
export function convTaps(geometry: ConvGeometry): ConvTaps {
  const outputs = sizeOf(geometry.output);
  const kernels = sizeOf(geometry.kernel);
  const start = new Int32Array(outputs + 1);
  const taps = {
    input: new Int32Array(outputs * kernels),
    kernel: new Int32Array(outputs * kernels),
  };
  let count = 0;
  for (let place = 0; place < outputs; place++) {
    for (let tap = 0; tap < kernels; tap++) {
      const position = inputPosition(geometry, place, tap);
      if (position < 0) continue;
      taps.input[count] = position;
      taps.kernel[count++] = tap;
    }
    start[place + 1] = count;
  }
  return { start, input: taps.input.slice(0, count), kernel: taps.kernel.slice(0, count) };
}

/** The place of the input that kernel place `tap` meets for output place `place`; -1 in the padding. */
function inputPosition(
  { input, kernel, output, pads, strides, dilations }: ConvGeometry,
  place: number,
  tap: number,
): number {
  let [rest, restTap, position, stride] = [place, tap, 0, 1];
  for (let axis = input.length - 1; axis >= 0; axis--) {
    const outLength = output[axis] ?? 1;
    const kernelLength = kernel[axis] ?? 1;
    const length = input[axis] ?? 1;
    const at =
      (rest % outLength) * (strides[axis] ?? 1) +
      (restTap % kernelLength) * (dilations[axis] ?? 1) -
      (pads[axis] ?? 0);
    if (at < 0 || at >= length) return -1;
    position += at * stride;
    stride *= length;
    rest = Math.floor(rest / outLength);
    restTap = Math.floor(restTap / kernelLength);
  }
  return position;
}

/**
 * Calls `term(x, w)` for every product of an output, elements of input and weight, and `end(filter)` after each output,
 * outputs row-major.
 */
export function visitConv(
  geometry: ConvGeometry,
  term: (x: number, w: number) => void,
  end: (filter: number) => void,
): void {
  const { batch, channels, filters, groupChannels, group } = geometry;
  const taps = convTaps(geometry);
  const inputs = sizeOf(geometry.input);
  const kernels = sizeOf(geometry.kernel);
  const outputs = taps.start.length - 1;
  const groupFilters = filters / group;
  for (let sample = 0; sample < batch; sample++) {
    for (let filter = 0; filter < filters; filter++) {
      const firstChannel = Math.floor(filter / groupFilters) * groupChannels;
      for (let place = 0; place < outputs; place++) {
        const from = taps.start[place] ?? 0;
        const to = taps.start[place + 1] ?? 0;
        for (let channel = 0; channel < groupChannels; channel++) {
          const x = (sample * channels + firstChannel + channel) * inputs;
          const w = (filter * groupChannels + channel) * kernels;
          for (let tap = from; tap < to; tap++) {
            term(x + (taps.input[tap] ?? 0), w + (taps.kernel[tap] ?? 0));
          }
        }
        end(filter);
      }
    }
  }
}

function badShape(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-shape", path, problem, cure });
}
