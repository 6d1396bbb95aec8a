import { contentText } from "../base/value-text.js";
import type { Link } from "../quantize/regressor-coding.js";
import { ParamChecks } from "./check-params.js";

/** Asks whether predictions are above limits, as `predict` gives them: one limit for all targets, or a list with one each. */
export interface AboveResult {
  readonly above: number | readonly number[];
}

/**
 * What the server of a regressor returns. `"scores"` (default): predictions, or their logarithms. `{ above: t }`: whether the prediction is
 * above t, found by table look-ups, and only 1 or 0 leaves the server, one a target; t stays there.
 */
export type RegressorResult = "scores" | AboveResult;

/**
 * `[targets]` limits of the scores that `result` asks for; undefined where it asks for the scores. A limit is taken through `link`.
 * Errors: those of `targetLimits`; `bad-argument` for limits that no prediction reaches.
 */
export function scoreLimits(
  owner: string,
  result: RegressorResult,
  link: Link,
  targets: number,
): Float64Array | undefined {
  if (result === "scores") return undefined;
  const limits = Float64Array.from(targetLimits(owner, result, targets));
  if (link === "identity") return limits;
  if (limits.every((limit) => limit > 0)) return limits.map(Math.log);
  throw refused(owner, result, "Pass numbers above 0, as predictions are");
}

/** `[targets]` limits that `result` names. Errors: `bad-argument` for limits that are no finite numbers, or a list of another length. */
export function targetLimits(
  owner: string,
  result: AboveResult,
  targets: number,
): readonly number[] {
  checkRegressorResult(owner, result);
  const { above } = result;
  if (typeof above === "number") return new Array<number>(targets).fill(above);
  if (above.length === targets) return above;
  throw refused(owner, result, `Pass a number, or a list of ${targets}, one a target`);
}

/** Refuses what is no result. Errors: `bad-argument`. */
export function checkRegressorResult(owner: string, result: RegressorResult): void {
  if (result === "scores") return;
  const above = typeof result === "object" && result !== null ? result.above : undefined;
  const limits = typeof above === "number" ? [above] : above;
  if (Array.isArray(limits) && limits.length > 0 && limits.every(Number.isFinite)) return;
  const cure = 'Pass "scores", or { above: t } with a target t';
  throw new ParamChecks(owner).bad("result", contentText(result), cure);
}

function refused(owner: string, { above }: AboveResult, cure: string) {
  return new ParamChecks(owner).bad("result above", contentText(above), cure);
}
