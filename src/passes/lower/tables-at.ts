import { type Shape, scalar, sizeOf, type Tensor } from "../../base/tensor.js";
import type { TensorArray } from "../../graph/node.js";
import { nearestKnown, type Tables, tabulate } from "../../op-spec/tabulate.js";

/** An element-wise function of one tensor, the shape of its result, and whether it is the same for every element. */
export interface TabulatedFunction {
  readonly fn: (operand: Tensor) => Tensor;
  readonly shape: Shape;
  readonly uniform: boolean;
}

/** The tables of a function of a tensor of shape `variable` over `values`. */
export function tablesAt(
  variable: Shape,
  values: readonly number[],
  { fn, shape, uniform }: TabulatedFunction,
): Tables {
  return uniform
    ? { tables: [uniformTable(fn, values)], tableOf: new Int32Array(sizeOf(shape)) }
    : tabulate(fn, variable, shape, values);
}

/** All values at once, or one by one where the function fails for some. */
function uniformTable(fn: (operand: Tensor) => Tensor, values: readonly number[]): Float64Array {
  const entries = fn({ shape: [values.length], data: Float64Array.from(values) }).data;
  const near = nearestKnown(Array.from(entries, Number.isFinite));
  return Float64Array.from(near, (source) => (entries[source] ?? 0) + 0);
}

/** One table for all elements, or one for each, as a node holds them. */
export function asAttribute({ tables, tableOf }: Tables, shape: Shape): Tensor | TensorArray {
  const asTensors = tables.map((data) => ({ shape: [data.length], data }));
  const [only] = asTensors;
  if (asTensors.length === 1 && only !== undefined) return only;
  return { shape, items: Array.from(tableOf, (index) => asTensors[index] ?? scalar(0)) };
}
