import { sizeOf, type Tensor } from "../../base/tensor.js";
import { fieldsOf, isFiniteList, isIntegerList } from "../../quantize/json-checks.js";
import type { ModelCoding } from "../../quantize/model-coding.js";
import { LookupTable, tablesPerElement } from "../../trace/lookup-table.js";
import { broadcastTo } from "../../trace/shape-functions.js";
import type { Tracer } from "../../trace/tracer.js";
import type { CodedModel } from "../coded-model.js";
import { corruptModel } from "../model-file.js";
import { classPairs, ranked, traceRanking } from "../ranking.js";
import { placesOf } from "./places-of.js";

/** A sum of look-ups on integers: `score[k] = bias[k] + sum over j of tables[k][j][q[j]]`. */
export interface IntegerTables {
  /** `[outputs][features][places]`, integers from 0. */
  readonly tables: readonly (readonly Float64Array[])[];
  /** `[outputs]` */
  readonly bias: Float64Array;
}

/**
 * A sum of look-ups as it runs; with `ranking`, a number of classes, the places of the greatest scores, as many as the coding has outputs, and the sums are the
 * differences of scores that tell it (`classPairs`). Immutable.
 */
export class TableCoded<C extends ModelCoding> implements CodedModel<C>, IntegerTables {
  readonly coding: C;
  readonly tables: readonly (readonly Float64Array[])[];
  readonly bias: Float64Array;
  readonly ranking: number | undefined;

  constructor(coding: C, { tables, bias }: IntegerTables, ranking?: number) {
    this.coding = coding;
    this.tables = tables;
    this.bias = bias;
    this.ranking = ranking;
  }

  get width(): number {
    return this.tables[0]?.length ?? 0;
  }

  evaluate(q: Tensor): Tensor {
    const { width, tables, bias, ranking } = this;
    const outputs = bias.length;
    const rows = sizeOf(q.shape) / width;
    const data = Float64Array.from({ length: rows * outputs }, (_, i) => {
      const row = Math.floor(i / outputs) * width;
      const own = tables[i % outputs] ?? [];
      return own.reduce(
        (sum, table, j) => sum + (table[q.data[row + j] ?? 0] ?? 0),
        bias[i % outputs] ?? 0,
      );
    });
    const sums = { shape: [rows, outputs], data };
    return ranking === undefined ? sums : ranked(sums, ranking, this.coding.outputs);
  }

  /** Every element of the fresh input is looked up, then tables are summed; nothing computed is looked up but differences to rank. */
  trace(x: Tracer): Tracer {
    const { width, tables, bias, ranking } = this;
    const places = Math.max(...tables.flat().map((table) => table.length));
    const padded = tables.flat().map((table) => {
      const last = table.at(-1) ?? 0;
      return Array.from({ length: places }, (_, v) => table[v] ?? last);
    });
    const lookup = new LookupTable(tablesPerElement([bias.length, width], padded));
    const sums = lookup.apply(broadcastTo(x, [bias.length, width])).sum(1);
    const scores = sums.add({ shape: [bias.length], data: bias });
    return ranking === undefined ? scores : traceRanking(scores, ranking, this.coding.outputs);
  }

  /** Rows that reach the greatest and least sum of each output, and every feature's first and last place. */
  extremes(): Tensor[] {
    const row = (of: (j: number) => number): Tensor => ({
      shape: [this.width],
      data: Float64Array.from({ length: this.width }, (_, j) => of(j)),
    });
    const ends = this.tables.flatMap((own) => [
      row((j) => placeOf(own[j], (a, b) => a > b)),
      row((j) => placeOf(own[j], (a, b) => a < b)),
    ]);
    const [first = []] = this.tables;
    return [row(() => 0), row((j) => (first[j]?.length ?? 1) - 1), ...ends];
  }

  toJSON() {
    const tables = this.tables.map((own) => own.map((table) => Array.from(table)));
    const { ranking } = this;
    return { tables, bias: Array.from(this.bias), ...(ranking === undefined ? {} : { ranking }) };
  }
}

/** Reads what `toJSON` gave, for `coding`; `classes` of them are ranked, if any. Errors: `file-corrupt`. */
export function readTableCoded<C extends ModelCoding>(
  value: unknown,
  coding: C,
  path: string,
  classes?: number,
): TableCoded<C> {
  const { tables, bias, ranking } = fieldsOf(value);
  const rows: readonly unknown[] = Array.isArray(tables) ? tables : [];
  const { features, inputQuantizer } = coding;
  const outputs = classes === undefined ? coding.outputs : classPairs(classes).length;
  const read = rows.map((own) => {
    const fits = Array.isArray(own) && own.length === features && own.every(isTable);
    if (fits && own.every((table, j) => table.length === placesOf(inputQuantizer, j))) {
      return own.map((table) => Float64Array.from(table));
    }
    throw corruptModel(path, "its tables do not fit its features");
  });
  const fitting = isIntegerList(bias) && bias.length === outputs && read.length === outputs;
  if (!fitting || ranking !== classes) {
    throw corruptModel(path, "its tables do not fit together");
  }
  return new TableCoded(coding, { tables: read, bias: Float64Array.from(bias) }, classes);
}

function isTable(value: unknown): value is readonly number[] {
  return isFiniteList(value) && isIntegerList(value) && value.length > 0;
}

function placeOf(
  table: Float64Array | undefined,
  better: (a: number, b: number) => boolean,
): number {
  return (table ?? new Float64Array()).reduce(
    (best, value, v, all) => (better(value, all[best] ?? 0) ? v : best),
    0,
  );
}
