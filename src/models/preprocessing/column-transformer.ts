import { VelumError } from "../../base/error.js";
import { toTensor } from "../../base/tensor.js";
import {
  type ColumnPart,
  ColumnSplit,
  pickColumns,
} from "../../quantize/transforms/column-split.js";
import type { Matrix, Rows } from "../check-data.js";
import { Transformer } from "./transformer.js";

/** Columns and the transformer that takes them; `"passthrough"` keeps them as they are. */
export type ColumnRule = readonly [Transformer<object> | "passthrough", readonly number[]];

/** Settings of a `ColumnTransformer`. */
export interface ColumnTransformerParams {
  /** What to do with columns that no rule names. Default `"drop"`. */
  readonly remainder: "drop" | "passthrough";
}

/** Different transformers for different columns, results side by side in the order of the rules. Errors: `bad-argument` where a rule is none. */
export class ColumnTransformer extends Transformer<ColumnTransformerParams> {
  /** Columns and what takes them, in order. */
  readonly rules: readonly ColumnRule[];

  constructor(rules: readonly ColumnRule[], params: Partial<ColumnTransformerParams> = {}) {
    super("ColumnTransformer", { remainder: "drop" }, params);
    if (!Array.isArray(rules)) throw noRule("", "the rules are no list");
    for (const [index, rule] of rules.entries()) checkRule(rule, index);
    this.rules = rules;
  }

  override clone(): this {
    const again = this.constructor as new (
      ...own: ConstructorParameters<typeof ColumnTransformer>
    ) => this;
    const rules = this.rules.map(
      ([own, columns]): ColumnRule => [own === "passthrough" ? own : own.clone(), columns],
    );
    return new again(rules, this.getParams());
  }

  protected override read(x: Rows, path: string): Matrix {
    const tensor = toTensor(x, path);
    const [rows = 0, columns = 0] = tensor.shape;
    return { ...tensor, rows, columns }; // each transformer judges its own columns
  }

  protected override learn(x: Matrix): ColumnSplit {
    const named = new Set(this.rules.flatMap(([, columns]) => columns));
    for (const column of named) {
      if (!Number.isInteger(column) || column < 0 || column >= x.columns)
        throw noColumn(column, x.columns);
    }
    const parts: ColumnPart[] = this.rules.map(([transformer, columns]) => ({
      columns,
      step: transformer === "passthrough" ? null : transformer.fit(pickColumns(x, columns)).step,
    }));
    const rest = Array.from({ length: x.columns }, (_, j) => j).filter((j) => !named.has(j));
    const keep = this.getParams().remainder === "passthrough" && rest.length > 0;
    return new ColumnSplit(x.columns, keep ? [...parts, { columns: rest, step: null }] : parts);
  }
}

function checkRule(rule: unknown, index: number): void {
  const place = `[${index}]`;
  if (!Array.isArray(rule) || rule.length !== 2)
    throw noRule(place, "is no pair of a transformer and columns");
  const [transformer, columns]: unknown[] = rule;
  if (transformer !== "passthrough" && !(transformer instanceof Transformer))
    throw noRule(place, "does not begin with a transformer");
  if (!Array.isArray(columns)) throw noRule(place, "does not end with a list of columns");
}

function noRule(place: string, problem: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `ColumnTransformer rules${place}`,
    problem,
    cure: 'Pass pairs such as [new StandardScaler(), [0, 2]] or ["passthrough", [1]]',
  });
}

function noColumn(column: number, columns: number): VelumError {
  return new VelumError({
    code: "out-of-range",
    path: "ColumnTransformer columns",
    problem: `column ${column} is not there: X has ${columns}`,
    limit: columns - 1,
    actual: column,
    cure: "Name columns from 0 to the number of columns less one",
  });
}
