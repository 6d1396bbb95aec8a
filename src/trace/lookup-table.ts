import { VelumError } from "../base/error.js";
import {
  type NestedArray,
  type Shape,
  shapeText,
  sizeOf,
  type Tensor,
  toTensor,
} from "../base/tensor.js";
import type { Attributes, TensorArray } from "../graph/node.js";
import { checkIntegers } from "../ops/evaluate.js";
import { opSpec } from "../ops/registry.js";
import type { Encryption } from "./encryption.js";
import { callPath } from "./origin.js";
import { record, Tracer } from "./tracer.js";

/**
 * A function of integers given by its values: entry `i` for input `i`; negative inputs count from the end, as in
 * Python. Looking up an encrypted value costs one bootstrap an element.
 */
export class LookupTable {
  /** What look-up nodes carry. */
  readonly attributes: Attributes;

  /**
   * `entries`: one list of integers, or tables made by `tablesPerElement`.
   * Errors: `bad-shape` unless it is a list with entries, `not-integer`, `not-a-number`.
   */
  constructor(entries: readonly number[] | ArrayLike<number> | TensorArray) {
    this.attributes = { table: isTensorArray(entries) ? entries : readTable(entries) };
  }

  /**
   * The entries for `x`, element by element: traced if `x` is, else a tensor. Errors: `out-of-range` for an index
   * without an entry, `bad-shape` if tables and elements do not match.
   */
  apply<E extends Encryption>(x: Tracer<E>): Tracer<E>;
  apply(x: NestedArray | ArrayLike<number> | Tensor): Tensor;
  apply(x: Tracer | NestedArray | ArrayLike<number> | Tensor): Tracer | Tensor {
    if (x instanceof Tracer) return record("tlu", [x], this.attributes);
    const path = "LookupTable.apply";
    const value = toTensor(x, path);
    checkIntegers(value, path);
    const spec = opSpec("tlu");
    spec.shape(this.attributes, [value.shape], path);
    return spec.evaluate(this.attributes, [value], path);
  }
}

/** One table for each element of a value of `shape`, row-major. Errors: `bad-shape`, and those of one table. */
export function tablesPerElement(
  shape: Shape,
  tables: readonly (readonly number[])[],
): TensorArray {
  if (tables.length !== sizeOf(shape)) {
    throw new VelumError({
      code: "bad-shape",
      path: callPath("LookupTable"),
      problem: `${tables.length} tables were given for shape ${shapeText(shape)}`,
      limit: sizeOf(shape),
      actual: tables.length,
      cure: "Give one table for each element, row-major",
    });
  }
  return { shape, items: tables.map(readTable) };
}

function readTable(entries: ArrayLike<number>): Tensor {
  const table = toTensor(entries, "LookupTable");
  if (table.shape.length !== 1 || table.data.length === 0) {
    throw new VelumError({
      code: "bad-shape",
      path: callPath("LookupTable"),
      problem: `a table of shape ${shapeText(table.shape)} is not a list of entries`,
      cure:
        table.shape.length === 2
          ? "Give one list of integers, or fhe.tablesPerElement(shape, tables) for a table for each element"
          : "Give one list of integers, with at least one entry",
    });
  }
  checkIntegers(table, "LookupTable");
  return table;
}

function isTensorArray(entries: ArrayLike<number> | TensorArray): entries is TensorArray {
  return typeof entries === "object" && entries !== null && "items" in entries;
}
