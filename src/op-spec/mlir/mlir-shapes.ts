import { type Shape, sameShape, scalar, sizeOf } from "../../base/tensor.js";
import type { MlirEmitter, MlirType, MlirValue } from "../mlir-emitter.js";
import { dialectOf } from "./mlir-forms.js";

/** `FHE.zero` or `FHE.zero_tensor`. */
export function emitZero(type: MlirType, emitter: MlirEmitter): MlirValue {
  return emitter.emit(type.shape.length === 0 ? "FHE.zero" : "FHE.zero_tensor", [], type);
}

/** A clear value as a trivial encryption of `type`; an encrypted one stays. */
export function encrypted(value: MlirValue, type: MlirType, emitter: MlirEmitter): MlirValue {
  if (value.type.kind === "encrypted") return value;
  const result = { ...type, shape: value.type.shape };
  return emitter.emit(
    `${dialectOf(result)}.add_eint_int`,
    [emitZero(result, emitter), value],
    result,
  );
}

/** The value with another shape of the same size, by at most two reshapes; a scalar result is extracted. */
export function reshaped(value: MlirValue, shape: Shape, emitter: MlirEmitter): MlirValue {
  if (shape.length === 0) {
    if (value.type.shape.length === 0) return value;
    return extracted(
      value,
      value.type.shape.map(() => 0),
      emitter,
    );
  }
  const tensor = value.type.shape.length === 0 ? emitter.fromElement(value) : value;
  const from = tensor.type.shape;
  if (sameShape(from, shape)) return tensor;
  const [smaller, bigger] = shape.length < from.length ? [shape, from] : [from, shape];
  const groups = from.length === shape.length ? undefined : axisGroups(smaller, bigger);
  if (groups !== undefined) {
    return shape.length < from.length
      ? collapsed(tensor, shape, groups, emitter)
      : expanded(tensor, shape, groups, emitter);
  }
  const flat = collapsed(tensor, [sizeOf(from)], [from.map((_, axis) => axis)], emitter);
  return expanded(flat, shape, [shape.map((_, axis) => axis)], emitter);
}

/** The value without axes of length 1, at least one other being left; each joins the next axis that stays. */
export function withoutAxes(
  value: MlirValue,
  dropped: readonly number[],
  emitter: MlirEmitter,
): MlirValue {
  const groups: number[][] = [];
  let group: number[] = [];
  value.type.shape.forEach((_, axis) => {
    group.push(axis);
    if (dropped.includes(axis)) return;
    groups.push(group);
    group = [];
  });
  groups[groups.length - 1]?.push(...group);
  const shape = value.type.shape.filter((_, axis) => !dropped.includes(axis));
  return collapsed(value, shape, groups, emitter);
}

/** Consecutive axes of `bigger` whose lengths multiply to each axis of `smaller`; undefined if there is no such grouping. */
function axisGroups(smaller: Shape, bigger: Shape): number[][] | undefined {
  if (smaller.length === 1) return [bigger.map((_, axis) => axis)];
  const groups: number[][] = [];
  let group: number[] = [];
  let size = 1;
  let axis = 0;
  while (groups.length < smaller.length && axis < bigger.length) {
    group.push(axis);
    size *= bigger[axis] ?? 1;
    if (size === smaller[groups.length]) {
      groups.push(group);
      group = [];
      size = 1;
    }
    axis++;
  }
  while (axis < bigger.length && bigger[axis] === 1) groups[groups.length - 1]?.push(axis++);
  return groups.length === smaller.length && axis === bigger.length ? groups : undefined;
}

function collapsed(
  value: MlirValue,
  shape: Shape,
  groups: number[][],
  emitter: MlirEmitter,
): MlirValue {
  const text = `tensor.collapse_shape ${value.name} ${groupsText(groups)}`;
  return emitter.write("collapsed", text, [value.type, { ...value.type, shape }], "into");
}

function expanded(
  value: MlirValue,
  shape: Shape,
  groups: number[][],
  emitter: MlirEmitter,
): MlirValue {
  const text = `tensor.expand_shape ${value.name} ${groupsText(groups)}`;
  return emitter.write("expanded", text, [value.type, { ...value.type, shape }], "into");
}

function groupsText(groups: number[][]): string {
  return `[${groups.map((group) => listText(group)).join(", ")}]`;
}

/** The element at `index` (numbers, or names of index values) as a scalar. */
export function extracted(
  value: MlirValue,
  index: readonly (number | string)[],
  emitter: MlirEmitter,
): MlirValue {
  const type: MlirType = { kind: "index", signed: false, bits: 64, shape: [] };
  const names = index.map((at) =>
    typeof at === "string" ? at : emitter.constant(scalar(at), type).name,
  );
  const text = `tensor.extract ${value.name}[${names.join(", ")}]`;
  return emitter.write("extracted", text, [value.type], "", { ...value.type, shape: [] });
}

/** A regular part of a tensor: along each axis `size` elements from `offset` on, `stride` apart. */
export interface Slice {
  /** Numbers, or names of index values. */
  readonly offsets: readonly (number | string)[];
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

export function extractedSlice(value: MlirValue, slice: Slice, emitter: MlirEmitter): MlirValue {
  const text = `tensor.extract_slice ${value.name}${sliceText(slice)}`;
  const types = [value.type, { ...value.type, shape: slice.sizes }];
  return emitter.write("extracted_slice", text, types, "to");
}

/** `into` with the part overwritten by `value`, whose shape is `slice.sizes`. */
export function insertedSlice(
  value: MlirValue,
  into: MlirValue,
  slice: Slice,
  emitter: MlirEmitter,
): MlirValue {
  const text = `tensor.insert_slice ${value.name} into ${into.name}${sliceText(slice)}`;
  return emitter.write("inserted_slice", text, [value.type, into.type], "into");
}

function sliceText({ offsets, sizes, strides }: Slice): string {
  return `${listText(offsets)} ${listText(sizes)} ${listText(strides)}`;
}

/** The value stretched over `shape`. */
export function broadcast(value: MlirValue, shape: Shape, emitter: MlirEmitter): MlirValue {
  if (sameShape(value.type.shape, shape)) return value;
  const tensor = value.type.shape.length === 0 ? emitter.fromElement(value) : value;
  return emitter.emit("FHELinalg.broadcast", [tensor], { ...value.type, shape });
}

/** Elements `source` of a tensor, row-major positions, in a tensor of `shape`. */
export function gathered(
  value: MlirValue,
  shape: Shape,
  source: Int32Array,
  emitter: MlirEmitter,
): MlirValue {
  const indices = coordinates(value.type.shape, shape, source, emitter);
  return emitter.emit("FHELinalg.fancy_index", [value, indices], { ...value.type, shape });
}

/** `into` with its elements `target`, row-major positions, overwritten by `value`. */
export function scattered(
  value: MlirValue,
  into: MlirValue,
  target: Int32Array,
  emitter: MlirEmitter,
): MlirValue {
  const indices = coordinates(into.type.shape, value.type.shape, target, emitter);
  return emitter.emit("FHELinalg.fancy_assign", [into, indices, value], into.type);
}

/** `[...shape, axes]` positions along every axis; without the last axis for a tensor of one axis. */
function coordinates(of: Shape, shape: Shape, source: Int32Array, emitter: MlirEmitter): MlirValue {
  const axes = of.length;
  const data = new Float64Array(source.length * axes);
  source.forEach((element, i) => {
    let rest = element;
    for (let axis = axes - 1; axis >= 0; axis--) {
      const length = of[axis] ?? 1;
      data[i * axes + axis] = rest % length;
      rest = Math.floor(rest / length);
    }
  });
  const full = axes === 1 ? shape : [...shape, axes];
  const type: MlirType = { kind: "index", signed: false, bits: 64, shape: full };
  return emitter.constant({ shape: full, data }, type);
}

export function listText(items: readonly (number | string)[]): string {
  return `[${items.join(", ")}]`;
}
