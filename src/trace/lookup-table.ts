import { VelumError } from "../base/error.js";
import {
  kindText,
  mostAxes,
  type NestedInput,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
  type Tensor,
  toTensor,
} from "../base/tensor.js";
import type { Attributes, TensorArray } from "../graph/node.js";
import { broadcastIndices } from "../op-spec/broadcast.js";
import { checkIntegers } from "../ops/evaluate.js";
import { opSpec } from "../ops/registry.js";
import { lengths } from "./check-arguments.js";
import type { Encryption } from "./encryption.js";
import { callPath } from "./origin.js";
import { record, Tracer } from "./tracer.js";

/** Tables in nested arrays, one for each element of a value. */
export type NestedTables = LookupTable | readonly NestedTables[];

/**
 * A function of integers given by its values: entry `i` for input `i`; negative inputs count from the end, as in
 * Python. Looking up an encrypted value costs one bootstrap an element.
 */
export class LookupTable {
  /** What look-up nodes carry. */
  readonly attributes: Attributes;
  readonly #table: Tensor | TensorArray;

  /**
   * `entries`: one list of integers; or a table for each element, in nested arrays or made by `tablesPerElement`.
   * Errors: `bad-shape` unless it is a list with entries, `not-integer`, `not-a-number`.
   */
  constructor(
    entries:
      | readonly (number | boolean)[]
      | ArrayLike<number>
      | TensorArray
      | readonly NestedTables[],
  ) {
    if (isTables(entries)) this.#table = joinTables(entries);
    else this.#table = isTensorArray(entries) ? entries : readTable(entries);
    this.attributes = { table: this.#table };
  }

  /** The only table. Error: `bad-argument` for a table for each element. */
  get single(): Tensor {
    if (!isTensorArray(this.#table)) return this.#table;
    throw new VelumError({
      code: "bad-argument",
      path: callPath("LookupTable"),
      problem: "a table for one element is itself a table for each element",
      cure: "Give one list of integers for each element",
    });
  }

  /**
   * The entries for `x`, element by element: traced if `x` is, else a tensor. Tables for each element stretch over the shape of `x` by
   * NumPy's rule: three tables serve each row of three. Errors: `out-of-range` for an index without an entry, `bad-shape` if tables and
   * elements do not match.
   */
  apply<E extends Encryption>(x: Tracer<E>): Tracer<E>;
  apply(x: NestedInput | ArrayLike<number> | Tensor): Tensor;
  apply(x: Tracer | NestedInput | ArrayLike<number> | Tensor): Tracer | Tensor {
    if (x instanceof Tracer) return record("tlu", [x], this.#over(x.shape));
    const path = "LookupTable.apply";
    const value = toTensor(x, path);
    checkIntegers(value, path);
    const spec = opSpec("tlu");
    const attributes = this.#over(value.shape);
    spec.shape(attributes, [value.shape], path);
    return spec.evaluate(attributes, [value], path);
  }

  /** Tables of the last axes are those of all elements in front, as in NumPy; shapes that do not stretch are left to the operation. */
  #over(shape: Shape): Attributes {
    if (!isTensorArray(this.#table)) return this.attributes;
    const { shape: own, items } = this.#table;
    const stretches = own.every((length, axis) => {
      const other = shape[shape.length - own.length + axis];
      return length === other || (length === 1 && other !== undefined);
    });
    if (!stretches || sameShape(own, shape)) return this.attributes;
    const stretched = [...broadcastIndices(own, shape)].flatMap((element) => items[element] ?? []);
    return { table: { shape, items: stretched } };
  }
}

/** One table for each element of a value of `shape`, row-major. Errors: `bad-argument`, `bad-shape`, and those of one table. */
export function tablesPerElement(
  shape: Shape,
  tables: readonly (readonly (number | boolean)[])[],
): TensorArray {
  if (!Array.isArray(tables)) {
    throw new VelumError({
      code: "bad-argument",
      path: callPath("tablesPerElement"),
      problem: `its second argument is ${kindText(tables)}, not a list of tables`,
      cure: "Give one list of integers for each element: fhe.tablesPerElement([2], [[0, 1], [1, 0]])",
    });
  }
  if (tables.length !== sizeOf(lengths(shape, "tablesPerElement", "the shape"))) {
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

function isTables(
  entries: ArrayLike<unknown> | TensorArray | readonly NestedTables[],
): entries is readonly NestedTables[] {
  let level: unknown = entries;
  for (let axis = 0; axis < mostAxes && Array.isArray(level); axis++) [level] = level;
  return level instanceof LookupTable;
}

function joinTables(tables: readonly NestedTables[]): TensorArray {
  const shape: number[] = [];
  let level: NestedTables | undefined = tables;
  while (level !== undefined && !(level instanceof LookupTable)) {
    shape.push(level.length);
    level = level[0];
  }
  const found: Tensor[] = [];
  const visit = (item: NestedTables, axis: number): void => {
    if (item instanceof LookupTable) found.push(item.single);
    else if (item.length === shape[axis]) for (const part of item) visit(part, axis + 1);
  };
  visit(tables, 0);
  return tablesPerElement(
    shape,
    found.map(({ data }) => [...data]),
  );
}

function readTable(entries: readonly (number | boolean)[] | ArrayLike<number>): Tensor {
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

function isTensorArray(
  entries: readonly (number | boolean)[] | ArrayLike<number> | Tensor | TensorArray,
): entries is TensorArray {
  return typeof entries === "object" && entries !== null && "items" in entries;
}
