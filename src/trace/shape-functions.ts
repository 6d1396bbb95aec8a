import { VelumError } from "../base/error.js";
import {
  mostAxes,
  type NestedInput,
  type Shape,
  shapeText,
  sizeOf,
  type Tensor,
  toTensor,
} from "../base/tensor.js";
import { broadcastShapes } from "../op-spec/broadcast.js";
import { lengths, traced } from "./check-arguments.js";
import type { Encryption, EncryptionOfAll } from "./encryption.js";
import { callPath } from "./origin.js";
import { type Operand, record, Tracer } from "./tracer.js";

/** Traced scalars and numbers in nested arrays. */
export type NestedOperands = Tracer | number | boolean | readonly NestedOperands[];

/** Sum over `axis` (one, several, or all). `keepdims` leaves summed axes with length 1. */
export function sum<E extends Encryption>(
  x: Tracer<E>,
  axis?: number | readonly number[],
  keepdims = false,
): Tracer<E> {
  return traced(x, "sum").sum(axis, keepdims);
}

/** Largest element over `axis` (one, several, or all): look-ups in pairs. `keepdims` leaves those axes with length 1. */
export function max<E extends Encryption>(
  x: Tracer<E>,
  axis?: number | readonly number[],
  keepdims = false,
): Tracer<E> {
  return traced(x, "max").max(axis, keepdims);
}

/** Smallest element over `axis`. */
export function min<E extends Encryption>(
  x: Tracer<E>,
  axis?: number | readonly number[],
  keepdims = false,
): Tracer<E> {
  return traced(x, "min").min(axis, keepdims);
}

/**
 * Mean over `axis`, a fraction like in NumPy: rounded (`round().astype("int64")`, `fhe.floor`, a comparison, any function that ends in
 * integers) it is one look-up of the sum. Not rounded, it must come out even for all inputs (`not-integer` otherwise), e.g. because
 * `x` is a multiple of the number of elements, and costs nothing.
 */
export function mean<E extends Encryption>(
  x: Tracer<E>,
  axis?: number | readonly number[],
  keepdims = false,
): Tracer<E> {
  const total = traced(x, "mean").sum(axis, keepdims);
  return quotient(total, x.size / total.size);
}

/** `x / divisor`, part of a look-up where it is rounded; else it must come out even. */
export function quotient<E extends Encryption>(x: Tracer<E>, divisor: number): Tracer<E> {
  return divisor === 1 ? x : record("quotient", [x], { divisor });
}

/** The elements of `x`, row-major, in another shape; one length may be -1. */
export function reshape<E extends Encryption>(x: Tracer<E>, shape: Shape): Tracer<E> {
  return traced(x, "reshape").reshape(shape);
}

/** Axis `i` of the result is axis `axes[i]` of `x`; all axes reversed by default. */
export function transpose<E extends Encryption>(x: Tracer<E>, axes?: readonly number[]): Tracer<E> {
  return traced(x, "transpose").transpose(axes);
}

/** `x` without the axes of length 1: those named, or all. */
export function squeeze<E extends Encryption>(
  x: Tracer<E>,
  axis?: number | readonly number[],
): Tracer<E> {
  return traced(x, "squeeze").squeeze(axis);
}

/** `x` with new axes of length 1; `axis` counts the axes of the result. */
export function expandDims<E extends Encryption>(
  x: Tracer<E>,
  axis: number | readonly number[],
): Tracer<E> {
  return record("expand_dims", [x], { axis });
}

/** `x` repeated along axes of length 1 and new first axes, to fill `shape`. */
export function broadcastTo<E extends Encryption>(x: Tracer<E>, shape: Shape): Tracer<E> {
  return record("broadcast_to", [x], { shape });
}

/** `x` and `shape` stretched to each other: ONNX's Expand. */
export function expand<E extends Encryption>(x: Tracer<E>, shape: Shape): Tracer<E> {
  return broadcastTo(
    x,
    broadcastShapes(traced(x, "expand").shape, lengths(shape, "expand", "the shape"), "expand"),
  );
}

/** Operands joined along `axis`; flattened and joined with `null`. At least one must be traced. */
export function concatenate<const O extends readonly Operand[]>(
  operands: O,
  axis?: number | null,
): Tracer<EncryptionOfAll<O>> {
  return joined(operands, axis);
}

function joined<E extends Encryption>(
  operands: readonly Operand[],
  axis: number | null | undefined,
): Tracer<E> {
  if (!Array.isArray(operands)) throw noList("concatenate");
  if (operands.length === 0) throw nothingGiven("concatenate");
  return record("concatenate", operands, axis === undefined ? {} : { axis });
}

/** Operands of one shape joined along a new axis. At least one must be traced. */
export function stack<const O extends readonly Operand[]>(
  operands: O,
  axis = 0,
): Tracer<EncryptionOfAll<O>> {
  if (!Array.isArray(operands)) throw noList("stack");
  const parts = operands.map((operand) => {
    if (operand instanceof Tracer) return expandDims(operand, axis);
    const value = toTensor(operand, "stack");
    const at = axis < 0 ? axis + value.shape.length + 1 : axis;
    return { ...value, shape: [...value.shape.slice(0, at), 1, ...value.shape.slice(at)] };
  });
  return joined(parts, axis);
}

/** `x` repeated `repeats[a]` times along axis `a`, axes aligned at the end: NumPy's `tile`. */
export function tile<E extends Encryption>(
  x: Tracer<E>,
  repeats: number | readonly number[],
): Tracer<E> {
  const own = traced(x, "tile").shape;
  const listed = typeof repeats === "number" ? [repeats] : repeats;
  const times = lengths(listed, "tile", "the number of repeats");
  const axes = Math.max(times.length, own.length);
  const from = [...Array.from({ length: axes - own.length }, () => 1), ...own];
  const counts = [...Array.from({ length: axes - times.length }, () => 1), ...times];
  const apart = from.flatMap((length) => [1, length]);
  const wide = from.flatMap((length, axis) => [counts[axis] ?? 1, length]);
  return broadcastTo(x.reshape(apart), wide).reshape(
    from.map((length, axis) => length * (counts[axis] ?? 1)),
  );
}

/** A tensor of scalars, traced and clear, in the shape of the nested arrays. The result is encrypted. */
export function array(values: readonly NestedOperands[]): Tracer<"encrypted"> {
  if (!Array.isArray(values)) throw noList("array");
  const shape: number[] = [];
  for (let level: NestedOperands | undefined = values; isNested(level); level = level[0]) {
    if (shape.push(level.length) > mostAxes) throw ragged(shape.slice(0, 4));
  }
  const scalars: Operand[] = [];
  const visit = (item: NestedOperands, axis: number): void => {
    if (!isNested(item)) {
      if (axis !== shape.length) throw ragged(shape);
      scalars.push(item);
      return;
    }
    if (item.length !== shape[axis]) throw ragged(shape);
    for (const part of item) visit(part, axis + 1);
  };
  visit(values, 0);
  if (sizeOf(shape) === 0) throw nothingGiven("array");
  return record("array", scalars, { shape });
}

/** Zeros of `shape`, encrypted (a scalar without). Only while a function is traced. */
export function zeros(shape: Shape = []): Tracer<"encrypted"> {
  return record("zeros", [], { shape });
}

/** Ones of `shape`, encrypted (a scalar without). Only while a function is traced. */
export function ones(shape: Shape = []): Tracer<"encrypted"> {
  return record("ones", [], { shape });
}

/** An encrypted 0. */
export function zero(): Tracer<"encrypted"> {
  return zeros();
}

/** An encrypted 1. */
export function one(): Tracer<"encrypted"> {
  return ones();
}

/** Encrypted zeros of the shape of `x`. */
export function zerosLike(x: Tracer): Tracer<"encrypted"> {
  return zeros(traced(x, "zerosLike").shape);
}

/** Encrypted ones of the shape of `x`. */
export function onesLike(x: Tracer): Tracer<"encrypted"> {
  return ones(traced(x, "onesLike").shape);
}

/** Clear integers as an encrypted value that everybody can read: a trivial encryption. */
export function constant(value: NestedInput | ArrayLike<number> | Tensor): Tracer<"encrypted"> {
  const tensor = toTensor(value, "constant");
  return zeros(tensor.shape).add(tensor);
}

/** `x` itself. */
export function positive<E extends Encryption>(x: Tracer<E>): Tracer<E> {
  return record("positive", [x]);
}

/** `x` itself; values are never changed in place, so that nothing is copied. */
export function copy<E extends Encryption>(x: Tracer<E>): Tracer<E> {
  return record("copy", [x]);
}

function isNested(value: NestedOperands | undefined): value is readonly NestedOperands[] {
  return Array.isArray(value);
}

function ragged(shape: Shape): VelumError {
  return new VelumError({
    code: "bad-shape",
    path: callPath("array"),
    problem: `rows differ in length (the first ones make the shape ${shapeText(shape)})`,
    cure: "Make every row of an axis equally long",
  });
}

function noList(name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: "its first argument is not an array of operands",
    cure: `Put them in brackets: fhe.${name}([x, y])`,
  });
}

function nothingGiven(name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: "no operands were given",
    limit: 1,
    actual: 0,
    cure: "Pass at least one value",
  });
}
