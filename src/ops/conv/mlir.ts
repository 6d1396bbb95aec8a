import { sizeOf } from "../../base/tensor.js";
import { clearOnly, emitProduct, withSign } from "../../op-spec/mlir/mlir-forms.js";
import {
  broadcast,
  emitZero,
  encrypted,
  extractedSlice,
  gathered,
  insertedSlice,
  reshaped,
} from "../../op-spec/mlir/mlir-shapes.js";
import type { MlirCall, MlirEmitter, MlirValue } from "../../op-spec/mlir-emitter.js";
import { operandPair } from "../../op-spec/operands.js";
import { type ConvGeometry, convTaps } from "./geometry.js";

/**
 * The dialect convolves over two axes, without padding, encrypted inputs with clear weights. Padding becomes a larger
 * tensor of zeros, one axis becomes two, and everything else a matrix product with the inputs of each output.
 */
export function emitConv(geometry: ConvGeometry, call: MlirCall, emitter: MlirEmitter): MlirValue {
  const [x, weight] = operandPair(call.operands, call.path);
  const bias = call.operands[2];
  if (x.type.kind === "clear" && weight.type.kind === "clear") throw clearOnly(call);
  const planar = geometry.input.length <= 2;
  if (x.type.kind === "clear" || weight.type.kind !== "clear" || !planar) {
    const product = emitColumns(geometry, call, emitter);
    return bias === undefined ? product : addBias(product, bias, call, emitter);
  }
  const { signed } = call.result;
  const padded = withPads(withSign(x, signed, emitter), geometry, emitter);
  const inBias = bias?.type.kind === "clear" ? [bias] : [];
  const rows = geometry.input.length === 1;
  const wide = rows ? [1, ...geometry.strides] : geometry.strides;
  const apart = rows ? [1, ...geometry.dilations] : geometry.dilations;
  const [batch = 1, channels = 1, ...lengths] = padded.type.shape;
  const [filters = 1, groupChannels = 1, ...kernel] = weight.type.shape;
  const image = rows ? reshaped(padded, [batch, channels, 1, ...lengths], emitter) : padded;
  const taps = rows ? reshaped(weight, [filters, groupChannels, 1, ...kernel], emitter) : weight;
  const { batch: samples, output } = geometry;
  const shape = [samples, filters, ...(rows ? [1] : []), ...output];
  const attributes = [
    `dilations = ${denseText(apart)}`,
    `group = ${geometry.group} : i64`,
    `padding = ${denseText([0, 0, 0, 0])}`,
    `strides = ${denseText(wide)}`,
  ].join(", ");
  const result = { ...call.result, shape };
  const image2d = emitter.emit("FHELinalg.conv2d", [image, taps, ...inBias], result, attributes);
  const product = reshaped(image2d, call.result.shape, emitter);
  if (bias === undefined || bias.type.kind === "clear") return product;
  return addBias(product, bias, call, emitter);
}

function withPads(x: MlirValue, geometry: ConvGeometry, emitter: MlirEmitter): MlirValue {
  const { pads, input } = geometry;
  if (pads.every((pad) => pad === 0)) return x;
  const lengths = input.map(
    (length, axis) => length + (pads[axis] ?? 0) + (pads[axis + input.length] ?? 0),
  );
  const shape = [...x.type.shape.slice(0, 2), ...lengths];
  const type = { ...x.type, kind: "encrypted" as const, shape };
  const slice = {
    offsets: [0, 0, ...pads.slice(0, input.length)],
    sizes: x.type.shape,
    strides: x.type.shape.map(() => 1),
  };
  return insertedSlice(x, emitZero(type, emitter), slice, emitter);
}

/** Weights `(F, C * K)` times the inputs of every output `(C * K, N * outputs)`, group by group. */
function emitColumns(geometry: ConvGeometry, call: MlirCall, emitter: MlirEmitter): MlirValue {
  const [x, weight] = operandPair(call.operands, call.path);
  const { batch, filters, group, groupChannels, output, kernel, shape } = geometry;
  // Padding of an input that is clear is encrypted with it.
  const own = geometry.pads.some((pad) => pad > 0)
    ? encrypted(x, { ...call.result, signed: true }, emitter)
    : x;
  const padded = withPads(own, geometry, emitter);
  const inner = groupChannels * sizeOf(kernel);
  const columns = batch * sizeOf(output);
  const rows = filters / group;
  const flat = reshaped(weight, [filters, inner], emitter);
  const parts = Array.from({ length: group }, (_, at) => {
    const inputs = gathered(padded, [inner, columns], columnSource(geometry, at), emitter);
    const slice = { offsets: [at * rows, 0], sizes: [rows, inner], strides: [1, 1] };
    const weights = group === 1 ? flat : extractedSlice(flat, slice, emitter);
    const kinds = [weights, inputs].map(({ type }) => (type.kind === "clear" ? "int" : "eint"));
    const result = { ...call.result, shape: [rows, columns] };
    return emitProduct(`FHELinalg.matmul_${kinds.join("_")}`, weights, inputs, result, emitter);
  });
  const type = { ...call.result, shape: [filters, columns] };
  const [first] = parts;
  const all =
    parts.length === 1 && first !== undefined
      ? first
      : emitter.emit("FHELinalg.concat", parts, type, "axis = 0 : i64");
  if (batch === 1) return reshaped(all, shape, emitter);
  const [, , ...places] = shape;
  const apart = reshaped(all, [filters, batch, sizeOf(places)], emitter);
  const turned = { ...call.result, shape: [batch, filters, sizeOf(places)] };
  const order = emitter.emit("FHELinalg.transpose", [apart], turned, "axes = [1, 0, 2]");
  return reshaped(order, shape, emitter);
}

/** Element of the padded input for every channel and kernel place (rows) and every sample and output (columns). */
function columnSource(geometry: ConvGeometry, group: number): Int32Array {
  const { batch, channels, groupChannels, input, pads } = geometry;
  const axes = input.length;
  const lengths = input.map(
    (length, axis) => length + (pads[axis] ?? 0) + (pads[axis + axes] ?? 0),
  );
  const taps = convTaps({ ...geometry, input: lengths, pads: pads.map(() => 0) });
  const places = taps.start.length - 1;
  const kernels = sizeOf(geometry.kernel);
  const size = sizeOf(lengths);
  const source = new Int32Array(groupChannels * kernels * batch * places);
  let at = 0;
  for (let channel = 0; channel < groupChannels; channel++) {
    for (let tap = 0; tap < kernels; tap++) {
      for (let sample = 0; sample < batch; sample++) {
        const start = (sample * channels + group * groupChannels + channel) * size;
        for (let place = 0; place < places; place++) {
          source[at++] = start + (taps.input[place * kernels + tap] ?? 0);
        }
      }
    }
  }
  return source;
}

function addBias(
  product: MlirValue,
  bias: MlirValue,
  call: MlirCall,
  emitter: MlirEmitter,
): MlirValue {
  const { result } = call;
  const [filters = 1] = bias.type.shape;
  const shape = [filters, ...result.shape.slice(2).map(() => 1)];
  const own = reshaped(withSign(bias, result.signed, emitter), shape, emitter);
  if (own.type.kind === "clear") {
    return emitter.emit("FHELinalg.add_eint_int", [product, own], result);
  }
  const wide = broadcast(own, result.shape, emitter);
  return emitter.emit("FHELinalg.add_eint", [product, wide], result);
}

/** A list of integers as an attribute. */
export function denseText(items: readonly number[]): string {
  const [first = 0] = items;
  const equal = items.every((item) => item === first);
  return `dense<${equal ? first : `[${items.join(", ")}]`}> : tensor<${items.length}xi64>`;
}
