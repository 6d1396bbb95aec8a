import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { readFlag, readIntegers } from "../../op-spec/attributes.js";
import { type ExtremumForm, extremes, extremesOfInterval } from "../../op-spec/extremum-form.js";
import { notInDialect } from "../../op-spec/mlir/mlir-forms.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp, type OpSpec } from "../../op-spec/spec.js";
import { type ConvGeometry, convGeometry, convTaps, readConv } from "../conv/geometry.js";
import { denseText } from "../conv/mlir.js";

/** Largest elements of windows over one spatial axis. */
export const maxPool1d = defineMaxPool(1);
/** Largest elements of windows over two spatial axes. */
export const maxPool2d = defineMaxPool(2);
/** Largest elements of windows over three spatial axes. */
export const maxPool3d = defineMaxPool(3);

interface MaxPool {
  readonly kernelShape: readonly number[];
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

function defineMaxPool(axes: 1 | 2 | 3): OpSpec {
  const name = `maxpool${axes}d`;
  const form = (settings: MaxPool, shape: Shape, path: string): ExtremumForm => {
    const geometry = geometryOf(settings, shape, path);
    const plain = axes === 2 && settings.pads.every((pad) => pad === 0);
    const members = membersOf(geometry, path);
    return { takes: "largest", shape: geometry.shape, members, inDialect: plain };
  };
  return defineOp<MaxPool>({
    name,
    doc: `Largest elements of windows over ${axes} ${axes === 1 ? "axis" : "axes"}. Look-ups in pairs.`,
    operands: 1,
    guessedType: "first operand",
    read: (attributes, path) => {
      const { pads, strides, dilations } = readConv(attributes, axes, path);
      const kernelShape = readIntegers(attributes, "kernel_shape", path) ?? [];
      readFlag(attributes, "ceil_mode", path);
      return { kernelShape, pads, strides, dilations };
    },
    shape: (settings, shapes, path) => geometryOf(settings, onlyOperand(shapes, path), path).shape,
    evaluate: (settings, operands, path) => {
      const operand = onlyOperand(operands, path);
      return extremes(form(settings, operand.shape, path), operand);
    },
    range: (settings, operands, path) => {
      const operand = onlyOperand(operands, path);
      return extremesOfInterval(form(settings, operand.low.shape, path), operand);
    },
    widths: () => ({ equal: "operands and result", spareBits: 1 }),
    mlir: (settings, call, emitter) => {
      const operand = onlyOperand(call.operands, call.path);
      if (!form(settings, operand.type.shape, call.path).inDialect) throw notInDialect(call);
      const { kernelShape, strides, dilations } = settings;
      const attributes = [
        `dilations = ${denseText(dilations)}`,
        `kernel_shape = ${denseText(kernelShape)}`,
        `strides = ${denseText(strides)}`,
      ].join(", ");
      return emitter.emit("FHELinalg.maxpool2d", [operand], call.result, attributes);
    },
    extremum: form,
  });
}

/** A pooling walks over its input as a convolution does whose every channel is a group. Errors: `bad-shape`. */
function geometryOf(settings: MaxPool, shape: Shape, path: string): ConvGeometry {
  const { kernelShape, ...rest } = settings;
  const channels = shape[1] ?? 1;
  const weight = [channels, 1, ...kernelShape];
  return convGeometry({ ...rest, group: channels }, [shape, weight], path);
}

/** Windows that reach over the edge take one of their own elements once more. Errors: `bad-shape` for one all beyond it. */
function membersOf(geometry: ConvGeometry, path: string): Int32Array[] {
  const { start, input } = convTaps(geometry);
  const images = geometry.batch * geometry.channels;
  const [lengths, outputs] = [sizeOf(geometry.input), sizeOf(geometry.output)];
  return Array.from({ length: sizeOf(geometry.kernel) }, (_, k) =>
    Int32Array.from({ length: images * outputs }, (_, i) => {
      const place = i % outputs;
      const [first = 0, end = 0] = [start[place], start[place + 1]];
      if (first === end) throw emptyWindow(geometry, path);
      return Math.floor(i / outputs) * lengths + (input[first + k < end ? first + k : first] ?? 0);
    }),
  );
}

function emptyWindow({ kernel, pads }: ConvGeometry, path: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path,
    problem: `a window of ${shapeText(kernel)} lies in the padding ${shapeText(pads)} alone`,
    cure: "Pad by less than the window's length",
  });
}
