import { VelumError } from "../base/error.js";
import { type Shape, shapeText, sizeOf, type Tensor } from "../base/tensor.js";
import type { Attributes, AttributeValue } from "../graph/node.js";
import { isAttributeList } from "./attributes.js";
import { broadcastIndices, broadcastShapes } from "./broadcast.js";
import type { Selection } from "./selection.js";

/** One entry of an index as a user writes it in `x[...]`. */
export type IndexItem =
  | { readonly kind: "position"; readonly at: number }
  | {
      readonly kind: "slice";
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number | null;
    }
  | { readonly kind: "positions"; readonly at: Tensor }
  /** Positions that are known only at run time: the values of operand number `operand`. */
  | { readonly kind: "operand"; readonly operand: number }
  | { readonly kind: "new axis" }
  | { readonly kind: "all other axes" };

/** The item as an attribute: plain data, which `readIndex` reads back. */
export function indexAttribute(items: readonly IndexItem[]): AttributeValue {
  return items.map((item) => {
    if (item.kind === "position") return item.at;
    if (item.kind === "slice") return [item.start, item.stop, item.step];
    if (item.kind === "positions") return item.at;
    if (item.kind === "operand") return `{${item.operand}}`;
    return item.kind === "new axis" ? null : "...";
  });
}

/** Errors: `bad-argument`. */
export function readIndex(attributes: Attributes, path: string): IndexItem[] {
  const { index } = attributes;
  if (index === undefined || !isAttributeList(index)) throw badIndex(path);
  return index.map((item) => {
    if (typeof item === "number" && Number.isSafeInteger(item))
      return { kind: "position", at: item };
    if (item === null) return { kind: "new axis" };
    if (item === "...") return { kind: "all other axes" };
    const operand = typeof item === "string" ? /^\{(\d+)\}$/.exec(item)?.[1] : undefined;
    if (operand !== undefined) return { kind: "operand", operand: Number(operand) };
    if (isAttributeList(item)) {
      const [start = null, stop = null, step = null] = item;
      if (isBound(start) && isBound(stop) && isBound(step) && step !== 0) {
        return { kind: "slice", start, stop, step };
      }
    } else if (
      typeof item === "object" &&
      "data" in item &&
      item.data.every(Number.isSafeInteger)
    ) {
      return { kind: "positions", at: item };
    }
    throw badIndex(path);
  });
}

/** `1, 0:3, ::-1, [0, 2], ..., None`: the text between the brackets; `{1}` for operand 1. */
export function indexText(items: readonly IndexItem[]): string {
  return items
    .map((item) => {
      if (item.kind === "position") return String(item.at);
      if (item.kind === "slice") {
        const { start, stop, step } = item;
        return `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`;
      }
      if (item.kind === "positions") return listText(item.at.shape, item.at.data);
      if (item.kind === "operand") return `{${item.operand}}`;
      return item.kind === "new axis" ? "None" : "...";
    })
    .join(", ");
}

/** One axis of the operand under an index without `...`. */
export interface AxisIndex {
  readonly axis: number;
  /** Positions that are taken, in order, all within the axis. */
  readonly positions: Int32Array;
  readonly step: number;
  readonly item: IndexItem;
}

/** Every axis of the operand, and which places of the result are new axes. */
export interface ResolvedIndex extends Selection {
  readonly axes: readonly AxisIndex[];
  readonly newAxes: boolean;
}

/** What `x[items]` takes of an `x` of `shape`, by NumPy's rules. Errors: `bad-argument`, `out-of-range`, `bad-shape`. */
export function resolveIndex(
  items: readonly IndexItem[],
  shape: Shape,
  path: string,
): ResolvedIndex {
  const complete = fillAxes(items, shape, path);
  const axes: AxisIndex[] = [];
  /** Parts of the result in order: each adds one of its offsets to the element's position. */
  const parts: { readonly shape: Shape; readonly offsets: Int32Array }[] = [];
  const chosen: { readonly shape: Shape; readonly offsets: Int32Array }[] = [];
  let chosenAt = 0;
  let closed = false;
  let apart = false;
  const fancy = complete.some((item) => item.kind === "positions");
  for (const item of complete) {
    if (item.kind === "new axis") {
      parts.push({ shape: [1], offsets: Int32Array.of(0) });
      closed = chosen.length > 0;
      continue;
    }
    const axis = axes.length;
    const length = shape[axis] ?? 1;
    const stride = sizeOf(shape.slice(axis + 1));
    const own = axisIndex(item, axis, length, path);
    axes.push(own);
    const offsets = own.positions.map((position) => position * stride);
    if (item.kind === "slice") {
      parts.push({ shape: [offsets.length], offsets });
      closed = chosen.length > 0;
      continue;
    }
    if (chosen.length === 0) chosenAt = parts.length;
    // Lists of positions that a slice separates move to the front.
    if (closed && fancy) apart = true;
    chosen.push({ shape: item.kind === "positions" ? item.at.shape : [], offsets });
  }
  const common = chosen.map((part) => part.shape).reduce((a, b) => broadcastShapes(a, b, path), []);
  const offsets = new Int32Array(sizeOf(common));
  for (const part of chosen) {
    broadcastIndices(part.shape, common).forEach((from, i) => {
      offsets[i] = (offsets[i] ?? 0) + (part.offsets[from] ?? 0);
    });
  }
  parts.splice(apart ? 0 : chosenAt, 0, { shape: common, offsets });
  let source = Int32Array.of(0);
  for (const part of parts) {
    const next = new Int32Array(source.length * part.offsets.length);
    let at = 0;
    for (const start of source) for (const offset of part.offsets) next[at++] = start + offset;
    source = next;
  }
  const newAxes = complete.some((item) => item.kind === "new axis");
  return { shape: parts.flatMap((part) => part.shape), source, axes, newAxes };
}

/** The index with `...` and missing last axes written out as full slices. */
function fillAxes(items: readonly IndexItem[], shape: Shape, path: string): IndexItem[] {
  const named = items.filter(
    (item) => item.kind !== "new axis" && item.kind !== "all other axes",
  ).length;
  const dots = items.filter((item) => item.kind === "all other axes").length;
  if (named > shape.length || dots > 1) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem:
        dots > 1
          ? "an index has `...` twice"
          : `${named} indices were given for a value of shape ${shapeText(shape)}`,
      limit: dots > 1 ? 1 : shape.length,
      actual: dots > 1 ? dots : named,
      cure: "Give at most one index an axis, and `...` once",
    });
  }
  const full: IndexItem = { kind: "slice", start: null, stop: null, step: null };
  const rest = Array.from({ length: shape.length - named }, () => full);
  if (dots === 0) return [...items, ...rest];
  return items.flatMap((item) => (item.kind === "all other axes" ? rest : [item]));
}

function axisIndex(item: IndexItem, axis: number, length: number, path: string): AxisIndex {
  if (item.kind === "slice") {
    const step = item.step ?? 1;
    return { axis, positions: slicePositions(item, step, length), step, item };
  }
  const wanted =
    item.kind === "position" ? [item.at] : item.kind === "positions" ? item.at.data : [];
  const positions = Int32Array.from(wanted, (at) => {
    if (at >= -length && at < length) return at < 0 ? at + length : at;
    throw new VelumError({
      code: "out-of-range",
      path,
      problem: `index ${at} lies outside axis ${axis} of length ${length}`,
      limit: at < 0 ? -length : length - 1,
      actual: at,
      cure: "Use positions from 0, or from -1 counted from the last",
    });
  });
  return { axis, positions, step: 1, item };
}

/** Python's slices: bounds beyond the axis are cut. */
function slicePositions(
  { start, stop }: { readonly start: number | null; readonly stop: number | null },
  step: number,
  length: number,
): Int32Array {
  const least = step > 0 ? 0 : -1;
  const most = step > 0 ? length : length - 1;
  const cut = (bound: number): number =>
    Math.min(most, Math.max(least, bound < 0 ? bound + length : bound));
  const first = start === null ? (step > 0 ? least : most) : cut(start);
  const end = stop === null ? (step > 0 ? most : least) : cut(stop);
  const count = Math.max(0, Math.ceil((end - first) / step));
  return Int32Array.from({ length: count }, (_, i) => first + i * step);
}

function listText(shape: Shape, data: ArrayLike<number>, start = 0): string {
  const [length, ...rest] = shape;
  if (length === undefined) return String(data[start] ?? 0);
  const stride = sizeOf(rest);
  const parts = Array.from({ length }, (_, i) => listText(rest, data, start + i * stride));
  return `[${parts.join(", ")}]`;
}

function isBound(value: AttributeValue): value is number | null {
  return value === null || (typeof value === "number" && Number.isSafeInteger(value));
}

function badIndex(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem:
      "an index is neither an integer, nor a slice with a step other than 0, nor a list of integers",
    cure: "Use integers, fhe.slice(start, stop, step), arrays of integers, fhe.newAxis and fhe.ellipsis",
  });
}
