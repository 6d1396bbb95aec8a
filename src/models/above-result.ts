import { contentText } from "../base/value-text.js";
import type { Link } from "../quantize/regressor-coding.js";
import { ParamChecks } from "./check-params.js";

/**
 * What the server of a regressor returns. `"scores"` (default): predictions, or their logarithms. `{ above: t }`: whether the prediction is
 * above t, found by table look-ups, and only 1 or 0 leaves the server; t stays there. A list has one t for each target.
 */
export type RegressorResult = "scores" | { readonly above: number | readonly number[] };

/**
 * `[targets]` limits of the scores that `result` asks for; undefined where it asks for the scores. A limit is taken through `link`.
 * Errors: `bad-argument` for what is no result, a list of another length, or limits that no prediction reaches.
 */
export function scoreLimits(
  owner: string,
  result: RegressorResult,
  link: Link,
  targets: number,
): Float64Array | undefined {
  checkRegressorResult(owner, result);
  if (result === "scores") return undefined;
  const { above } = result;
  const refuse = (cure: string) =>
    new ParamChecks(owner).bad("result above", contentText(above), cure);
  const limits = typeof above === "number" ? new Array<number>(targets).fill(above) : above;
  if (limits.length !== targets) throw refuse(`Pass a number, or ${targets}, one a target`);
  if (link === "identity") return Float64Array.from(limits);
  if (limits.some((limit) => limit <= 0)) throw refuse("Pass numbers above 0, as predictions are");
  return Float64Array.from(limits, Math.log);
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
