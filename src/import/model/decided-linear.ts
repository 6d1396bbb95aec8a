import type { Matrix } from "../../models/check-data.js";
import { evenTargets } from "../../models/linear/even-targets.js";
import { LinearCoded } from "../../models/linear/linear-coded.js";
import type { LinearWeights } from "../../models/linear/linear-fit.js";
import type { LinearBits } from "../../models/linear/linear-params.js";
import { scoreDifferences, signedScores } from "../../models/linear/score-differences.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { RegressorCoding } from "../../quantize/regressor-coding.js";
import type { LinearStep } from "../steps/steps.js";
import type { ServerDecision } from "./decide-on-server.js";
import { decidedWeights } from "./decided-model.js";

/**
 * A linear model about whose scores the server decides: integer differences of scores and the places of the greatest, votes of pairs, or
 * whether each score is above its limit. Errors: those of `scoreDifferences`.
 */
export function decidedLinear(
  linear: LinearStep,
  decision: ServerDecision,
  x: Matrix,
  bits: LinearBits,
): LinearCoded<ClassifierCoding | RegressorCoding> {
  const { kind, classes: count, top } = decision;
  const weights = decidedWeights(linear, x.columns, decision);
  if (kind === "bit") return linearBits(weights, x, bits);
  const votes = kind === "votes";
  const compared = votes
    ? signedScores(weights, x, bits, "perFeature")
    : scoreDifferences(weights, x, bits, "perFeature");
  const { inputQuantizer, features } = compared;
  const classes = Float64Array.from({ length: count }, (_, k) => k);
  const parts = { inputQuantizer, features, classes, scoreScale: null, top };
  const coding = new ClassifierCoding({ ...parts, result: "class" });
  return new LinearCoded(coding, compared, { ranking: count, votes });
}

/** Whether each score is above 0. */
function linearBits(
  scores: LinearWeights,
  x: Matrix,
  bits: LinearBits,
): LinearCoded<RegressorCoding> {
  const { weights } = evenTargets(scores, x, bits, "perFeature");
  const signed = signedScores(weights, x, bits, "perFeature");
  const { inputQuantizer, features, outputs } = signed;
  const scales = new Float64Array(outputs).fill(1);
  const parts = { inputQuantizer, features, scales, link: "identity" } as const;
  return new LinearCoded(new RegressorCoding({ ...parts, result: "bit" }), signed, { signs: true });
}
