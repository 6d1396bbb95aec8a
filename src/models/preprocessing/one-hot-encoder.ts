import { isFiniteList } from "../../quantize/json-checks.js";
import { OneHot } from "../../quantize/transforms/one-hot.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { Transformer } from "./transformer.js";

/** Settings of a `OneHotEncoder`. */
export interface OneHotEncoderParams {
  /** `"auto"` (default): the numbers of the training data; or a list of different ascending numbers for each feature. */
  readonly categories: "auto" | readonly (readonly number[])[];
  /** `"error"` (default) refuses categories that the training data does not have; `"ignore"` gives them zeros. */
  readonly handleUnknown: "error" | "ignore";
  /** `"first"`: the first category of each feature has no column. Default `null`: all have one. */
  readonly drop: "first" | null;
}

/** A column of 0 and 1 for each category of each feature; categories are numbers, ascending. */
export class OneHotEncoder extends Transformer<OneHotEncoderParams, OneHot> {
  constructor(params: Partial<OneHotEncoderParams> = {}) {
    super("OneHotEncoder", { categories: "auto", handleUnknown: "error", drop: null }, params);
  }

  /** The categories of each feature. Errors: `not-fitted`. */
  get categories(): readonly Float64Array[] {
    return this.step.categories;
  }

  protected override learn({ rows, columns, data }: Matrix): OneHot {
    const { categories: given, handleUnknown, drop } = this.getParams();
    const check = new ParamChecks(this.name);
    check.oneOf("handleUnknown", handleUnknown, ["error", "ignore"]);
    check.oneOf("drop", drop, ["first", null]);
    if (given !== "auto") this.#checkGiven(given, columns);
    const categories = Array.from({ length: columns }, (_, j) => {
      const own = given === "auto" ? undefined : given[j];
      if (own !== undefined) return Float64Array.from(own);
      const values = new Set<number>();
      for (let i = 0; i < rows; i++) values.add(data[i * columns + j] ?? 0);
      return Float64Array.from(values).sort();
    });
    const dropped = categories.map(() => (drop === "first" ? 0 : -1));
    const step = new OneHot({ categories, handleUnknown, dropped });
    // Given categories may lack one of the training data.
    if (given !== "auto") step.apply({ shape: [rows, columns], data }, `${this.name}.fit X`);
    return step;
  }

  #checkGiven(given: unknown, columns: number): void {
    const lists: readonly unknown[] = Array.isArray(given) ? given : [];
    const good = lists.every(
      (own) =>
        isFiniteList(own) &&
        own.length > 0 &&
        own.every((value, i) => i === 0 || value > (own[i - 1] ?? value)),
    );
    if (good && lists.length === columns) return;
    const cure = `Pass "auto", or a list of ascending numbers for each of the ${columns} features`;
    throw new ParamChecks(this.name).bad("categories", JSON.stringify(given), cure);
  }
}
