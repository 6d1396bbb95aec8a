import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import { fieldsOf, isFiniteList, isListOfFiniteLists } from "../../quantize/json-checks.js";
import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";
import { ParamChecks } from "../check-params.js";
import { corruptModel } from "../model-file.js";
import { placesOf } from "./places-of.js";
import type { IntegerTables } from "./table-coded.js";

/** A sum of functions of single features, each by its values at the feature's places. */
export interface RealTables {
  readonly quantizer: UniformQuantizer | CategoryQuantizer;
  /** `[outputs][features][places]` */
  readonly tables: readonly (readonly Float64Array[])[];
  /** `[outputs]` */
  readonly bias: Float64Array;
}

/** Bits of sums of look-ups. */
export interface TableBits {
  /** Places of a feature, as bits: 1 to 8. */
  readonly inputs: number;
  /** Bits of an entry of the widest table: 2 to 12. */
  readonly values: number;
}

export function tableBitsOf(nBits: number | TableBits): TableBits {
  return typeof nBits === "object" && nBits !== null ? nBits : { inputs: nBits, values: nBits };
}

/** Refuses widths out of range. Errors: `bad-argument`. */
export function checkTableBits(name: string, nBits: number | TableBits): void {
  const { inputs, values } = tableBitsOf(nBits);
  const check = new ParamChecks(name);
  check.whole("nBits inputs", inputs, 1, 8);
  check.whole("nBits values", values, 2, 12);
}

/**
 * Integers for real tables on one scale for all outputs: each table from its least value on, which goes into the bias, the widest over
 * `bits` bits. A score is off by at most half a step a feature.
 */
export function quantizeTables(
  { tables, bias }: Pick<RealTables, "tables" | "bias">,
  bits: number,
): IntegerTables & { readonly scale: number } {
  const lows = tables.map((own) => own.map((table) => Math.min(...table)));
  const span = Math.max(
    ...tables.flatMap((own, k) => own.map((t, j) => Math.max(...t) - (lows[k]?.[j] ?? 0))),
  );
  const scale = span > 0 ? span / (2 ** bits - 1) : 1;
  return {
    scale,
    tables: tables.map((own, k) =>
      own.map((table, j) =>
        table.map((value) => Math.round((value - (lows[k]?.[j] ?? 0)) / scale)),
      ),
    ),
    bias: bias.map((b, k) =>
      Math.round(((lows[k] ?? []).reduce((sum, low) => sum + low, 0) + b) / scale),
    ),
  };
}

/** The JSON form. */
export function realTablesJson({ quantizer, tables, bias }: RealTables) {
  const lists = tables.map((own) => own.map((table) => Array.from(table)));
  const form = JSON.parse(JSON.stringify(quantizer));
  return { quantizer: form, tables: lists, bias: Array.from(bias) };
}

/** Checks what `realTablesJson` gave. Errors: `file-corrupt`. */
export function parseRealTables(value: unknown, path: string): RealTables {
  const { quantizer: form, tables, bias } = fieldsOf(value);
  const quantizer =
    fieldsOf(form)["kind"] === "category-quantizer"
      ? CategoryQuantizer.fromJSON(form, path)
      : UniformQuantizer.fromJSON(form, path);
  const lists: readonly unknown[] = Array.isArray(tables) ? tables : [];
  const read = lists.map((own) => {
    const fits = isListOfFiniteLists(own) && own.length > 0;
    if (fits && own.every((table, j) => table.length === placesOf(quantizer, j))) {
      return own.map((table) => Float64Array.from(table));
    }
    throw corruptModel(path, "a table does not fit its feature");
  });
  if (read.length === 0 || !isFiniteList(bias) || bias.length !== read.length) {
    throw corruptModel(path, "its tables do not fit together");
  }
  return { quantizer, tables: read, bias: Float64Array.from(bias) };
}
