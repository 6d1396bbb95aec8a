import { VelumError } from "../base/error.js";
import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import { broadcastIndices } from "./broadcast.js";

/** Tables of a function of one variable tensor: element i of the result has `tables[tableOf[i]]`. */
export interface Tables {
  /** One entry for each value asked for, in their order. No two tables are equal. */
  readonly tables: readonly Float64Array[];
  /** `[elements of the result]`. */
  readonly tableOf: Int32Array;
}

/**
 * Evaluates `fn` of a tensor of shape `variable` at each of `values`. Values for which it has no result take the one of
 * the nearest value that has. Errors: those of `fn` if it has no result at all.
 */
export function tabulate(
  fn: (operand: Tensor) => Tensor,
  variable: Shape,
  result: Shape,
  values: readonly number[],
): Tables {
  const columns = values.map((value) => attempt(fn, variable, value));
  if (columns.every((column) => column === undefined)) {
    fn(filled(variable, values[0] ?? 0));
  }
  const near = nearestKnown(columns.map((column) => column !== undefined));
  const places = broadcastIndices(columns.find((column) => column)?.shape ?? result, result);
  const positions = new Map<string, number>();
  const tables: Float64Array[] = [];
  const tableOf = Int32Array.from({ length: sizeOf(result) }, (_, element) => {
    const at = places[element] ?? 0;
    const entries = Float64Array.from(near, (source) => columns[source]?.data[at] ?? 0);
    const key = entries.join();
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, tables.length);
    return tables.push(entries) - 1;
  });
  return { tables, tableOf };
}

function attempt(fn: (operand: Tensor) => Tensor, shape: Shape, value: number): Tensor | undefined {
  try {
    return fn(filled(shape, value));
  } catch (error) {
    if (error instanceof VelumError) return undefined;
    throw error;
  }
}

function filled(shape: Shape, value: number): Tensor {
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value) };
}

/** For each place the nearest one that is known, the earlier of two at the same distance. */
export function nearestKnown(known: readonly boolean[]): Int32Array {
  const before = new Int32Array(known.length).fill(-1);
  const after = new Int32Array(known.length).fill(-1);
  let last = -1;
  for (let i = 0; i < known.length; i++) {
    if (known[i] === true) last = i;
    before[i] = last;
  }
  last = -1;
  for (let i = known.length - 1; i >= 0; i--) {
    if (known[i] === true) last = i;
    after[i] = last;
  }
  return Int32Array.from(known, (_, i) => {
    const [left = -1, right = -1] = [before[i], after[i]];
    if (right < 0 || (left >= 0 && i - left <= right - i)) return left;
    return right;
  });
}
