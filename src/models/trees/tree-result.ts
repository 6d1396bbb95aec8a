import { type AboveResult, targetLimits } from "../above-result.js";
import { mostClasses } from "../ranking.js";
import { badParam } from "./check-params.js";
import type { TreeQuantization } from "./tree-quantization.js";
import type { FittedTrees } from "./trees-json.js";

/**
 * What the server returns. `"scores"`: the sums of leaves, from which the client computes everything else. `"class"`: the class alone; for
 * isolation forests whether a row is an inlier. `{ top: k }`: the k likeliest classes, best first. `{ above: t }`, for regressors: 1 where
 * the target is above t, else 0; of several targets a bit each, with one t for all or a list with one each.
 */
export type TreeResult = "scores" | "class" | { readonly top: number } | AboveResult;

/** What is decided on the server about the scores of fitted trees. */
export type TreeDecision =
  | { readonly kind: "classes"; readonly classes: number; readonly top: number }
  /** Whether each score is above its limit. */
  | { readonly kind: "bit"; readonly limits: readonly number[] };

/** Undefined where scores are returned. Errors: `bad-argument` for what the model does not have. */
export function decisionOf(
  owner: string,
  { result }: Pick<TreeQuantization, "result">,
  { meaning, classes, offset = 0, ensemble }: FittedTrees,
): TreeDecision | undefined {
  if (result === "scores") return undefined;
  const refuse = (cure: string) => badParam(owner, "result", result, cure);
  const isolation = meaning === "path length";
  if (typeof result === "object" && result !== null && "above" in result) {
    if (classes.length > 0 || isolation) throw refuse('Pass "scores" or "class"');
    const limits = targetLimits(owner, result, ensemble.outputs).map((t) => scoreOf(meaning, t));
    if (limits.every(Number.isFinite)) return { kind: "bit", limits };
    throw refuse("Pass a target that the model can predict");
  }
  // A longer path is a less lonely row: its score -(2^-length) is above the offset.
  if (isolation && result === "class") return { kind: "bit", limits: [-Math.log2(-offset)] };
  const top = result === "class" ? 1 : result?.top;
  if (classes.length === 0) throw refuse(isolation ? 'Pass "scores" or "class"' : aboveCure);
  if (classes.length < 2 || classes.length > mostClasses) {
    throw refuse(
      `Pass "scores": the model has ${classes.length} classes, and 2 to ${mostClasses} are compared`,
    );
  }
  if (Number.isInteger(top) && top >= 1 && top <= classes.length) {
    return { kind: "classes", classes: classes.length, top };
  }
  throw refuse(`Pass "scores", "class", or { top: k } with k from 1 to ${classes.length}`);
}

const aboveCure = 'Pass "scores", or { above: t } with a target t';

function scoreOf(meaning: FittedTrees["meaning"], target: number): number {
  if (meaning === "exponential") return Math.log(target);
  if (meaning === "logistic") return Math.log(target / (1 - target));
  return target;
}
