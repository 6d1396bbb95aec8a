import { type NestedArray, toTensor } from "../../src/base/tensor.js";
import type { AttributeValue } from "../../src/graph/node.js";
import { LookupTable, tablesPerElement } from "../../src/trace/lookup-table.js";

/** One operation of a program. */
export interface Step {
  readonly to: string;
  readonly op: string;
  readonly of: readonly (string | { readonly const: NestedArray })[];
  readonly tag?: readonly string[];
  readonly table?: readonly number[];
  readonly tables?: NestedArray;
  readonly range?: number;
  /** Weights, modulus and shift of a function of operands: the square of the weighted sum modulo a number, minus another. */
  readonly modulo?: readonly [readonly number[], number, number];
  /** Attributes. */
  readonly with?: Readonly<Record<string, AttributeValue | readonly IndexEntry[]>>;
}

/** A tensor of positions in an index. */
export type IndexEntry = AttributeValue | { readonly at: NestedArray };

/** The table of a look-up. */
export function tableOf(step: Step): LookupTable {
  if (step.range !== undefined) {
    return new LookupTable(Array.from({ length: step.range }, (_, i) => i * i));
  }
  if (step.table !== undefined) return new LookupTable(step.table);
  const all = toTensor(step.tables ?? []);
  const shape = all.shape.slice(0, -1);
  const length = all.shape[all.shape.length - 1] ?? 1;
  const tables = Array.from({ length: all.data.length / length }, (_, i) => [
    ...all.data.subarray(i * length, (i + 1) * length),
  ]);
  return new LookupTable(tablesPerElement(shape, tables));
}
