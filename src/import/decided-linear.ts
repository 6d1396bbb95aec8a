import type { Matrix } from "../models/check-data.js";
import { LinearCoded } from "../models/linear/linear-coded.js";
import type { LinearBits } from "../models/linear/linear-params.js";
import { scoreDifferences } from "../models/linear/score-differences.js";
import type { TreeDecision } from "../models/trees/tree-result.js";
import { ClassifierCoding } from "../quantize/classifier-coding.js";
import type { LinearStep } from "./steps.js";

/**
 * A linear classifier whose class the server finds: integer differences of scores, and the place of the greatest. A limit of one score
 * joins the intercept. Errors: those of `scoreDifferences`.
 */
export function decidedLinear(
  { coef, intercept }: LinearStep,
  decision: TreeDecision,
  x: Matrix,
  bits: LinearBits,
): LinearCoded<ClassifierCoding> {
  const limit = decision.kind === "bit" ? decision.above : 0;
  const weights = {
    coef: { shape: [intercept.length, x.columns], data: coef },
    intercept: intercept.map((value) => value - limit),
  };
  const differences = scoreDifferences(weights, x, bits, "perFeature");
  const count = decision.kind === "bit" ? 2 : decision.classes;
  const { inputQuantizer, features } = differences;
  const classes = Float64Array.from({ length: count }, (_, k) => k);
  const parts = { inputQuantizer, features, classes, scoreScale: null };
  const coding = new ClassifierCoding({ ...parts, result: "class" });
  return new LinearCoded(coding, differences, { ranking: count });
}
