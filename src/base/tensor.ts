import { VelumError } from "./error.js";

/** Lengths of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Nested arrays of numbers; a bare number is a scalar. */
export type NestedArray = number | readonly NestedArray[];

/** The same as an argument: truth values count as 0 and 1. */
export type NestedInput = number | boolean | readonly NestedInput[];

/**
 * Numbers with a shape, row-major. Integers are exact up to 2^53. `data.length` is the product of `shape`.
 */
export interface Tensor {
  /** Length of each axis; `[]` for a scalar. */
  readonly shape: Shape;
  /** The numbers, the last axis fastest. */
  readonly data: Float64Array;
}

/** As many axes as client files know. */
export const mostAxes = 32;

/** Number of elements of a tensor of `shape`. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Python's text of a shape: `()`, `(3,)`, `(2, 3)`. */
export function shapeText(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** A scalar tensor. */
export function scalar(value: number): Tensor {
  return { shape: [], data: Float64Array.of(value) };
}

/**
 * Reads nested arrays (or typed arrays, or a tensor) as a tensor; true is 1, false is 0.
 * Errors: `bad-shape` when rows differ in length, `bad-argument` when an entry is not a number.
 */
export function toTensor(
  value: NestedInput | ArrayLike<number> | readonly ArrayLike<number>[] | Tensor,
  path = "value",
): Tensor {
  if (isTensor(value)) {
    if (value.data.length === sizeOf(value.shape)) return value;
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `holds ${value.data.length} numbers, and its shape ${shapeText(value.shape)} says ${sizeOf(value.shape)}`,
      limit: sizeOf(value.shape),
      actual: value.data.length,
      cure: "Make data as long as the product of the shape",
    });
  }
  const shape: number[] = [];
  for (let level: unknown = value; isArrayLike(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
    if (shape.length > mostAxes) throw tooDeep(path);
  }
  const data = new Float64Array(sizeOf(shape));
  let next = 0;
  const visit = (item: unknown, axis: number): void => {
    if (isArrayLike(item)) {
      if (axis >= shape.length || item.length !== shape[axis]) throw ragged(path, shape);
      for (let i = 0; i < item.length; i++) visit(item[i], axis + 1);
      return;
    }
    if (axis !== shape.length) throw ragged(path, shape);
    if (typeof item !== "number" && typeof item !== "boolean") {
      throw new VelumError({
        code: "bad-argument",
        path,
        problem: `${placeText(next, shape)} is ${kindText(item)}, not a number`,
        cure: "Pass numbers, nested arrays of numbers or typed arrays",
      });
    }
    data[next++] = Number(item);
  };
  visit(value, 0);
  return { shape, data };
}

/** Where the `index`-th number of a tensor of `shape` stands, row-major. */
function placeText(index: number, shape: Shape): string {
  if (shape.length === 0) return "the value";
  const places: number[] = [];
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    places.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `entry ${places.join(", ")}`;
}

/** What a value is, for errors about values that are something else. */
export function kindText(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Nested arrays with the numbers of `tensor`; a bare number for a scalar. */
export function toNested(tensor: Tensor): NestedArray {
  let next = 0;
  const build = (axis: number): NestedArray => {
    if (axis === tensor.shape.length) return tensor.data[next++] ?? 0;
    return Array.from({ length: tensor.shape[axis] ?? 0 }, () => build(axis + 1));
  };
  return build(0);
}

export function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === "object" &&
    value !== null &&
    "shape" in value &&
    "data" in value &&
    Array.isArray(value.shape) &&
    value.data instanceof Float64Array
  );
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Also of an array that holds itself. */
function tooDeep(path: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path,
    problem: `arrays are nested more than ${mostAxes} times`,
    limit: mostAxes,
    cure: "Pass arrays of numbers, one level for each axis",
  });
}

function ragged(path: string, shape: Shape): VelumError {
  return new VelumError({
    code: "bad-shape",
    path,
    problem: `rows differ in length (the first ones make the shape ${shapeText(shape)})`,
    cure: "Make every row of an axis equally long",
  });
}
