import { type Norm, RowNorm } from "../../quantize/transforms/row-norm.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { Transformer } from "./transformer.js";

/** Settings of a `Normalizer`. */
export interface NormalizerParams {
  /** Default `"l2"`. */
  readonly norm: Norm;
}

/** Divides each row by its norm; a row of zeros stays. */
export class Normalizer extends Transformer<NormalizerParams> {
  constructor(params: Partial<NormalizerParams> = {}) {
    super("Normalizer", { norm: "l2" }, params);
  }

  protected override learn({ columns }: Matrix): RowNorm {
    const { norm } = this.getParams();
    new ParamChecks(this.name).oneOf("norm", norm, ["l1", "l2", "max"]);
    return new RowNorm(norm, columns);
  }
}
