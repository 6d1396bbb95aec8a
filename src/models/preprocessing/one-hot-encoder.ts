import { OneHot } from "../../quantize/transforms/one-hot.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { Transformer } from "./transformer.js";

/** Settings of a `OneHotEncoder`. */
export interface OneHotEncoderParams {
  /** `"error"` (default) refuses categories that the training data does not have; `"ignore"` gives them zeros. */
  readonly handleUnknown: "error" | "ignore";
  /** `"first"`: the first category of each feature has no column. Default `null`: all have one. */
  readonly drop: "first" | null;
}

/** A column of 0 and 1 for each category of each feature; categories are numbers, ascending. */
export class OneHotEncoder extends Transformer<OneHotEncoderParams, OneHot> {
  constructor(params: Partial<OneHotEncoderParams> = {}) {
    super("OneHotEncoder", { handleUnknown: "error", drop: null }, params);
  }

  /** The categories of each feature. Errors: `not-fitted`. */
  get categories(): readonly Float64Array[] {
    return this.step.categories;
  }

  protected override learn({ rows, columns, data }: Matrix): OneHot {
    const { handleUnknown, drop } = this.getParams();
    const check = new ParamChecks(this.name);
    check.oneOf("handleUnknown", handleUnknown, ["error", "ignore"]);
    check.oneOf("drop", drop, ["first", null]);
    const categories = Array.from({ length: columns }, (_, j) => {
      const values = new Set<number>();
      for (let i = 0; i < rows; i++) values.add(data[i * columns + j] ?? 0);
      return Float64Array.from(values).sort();
    });
    const dropped = categories.map(() => (drop === "first" ? 0 : -1));
    return new OneHot({ categories, handleUnknown, dropped });
  }
}
