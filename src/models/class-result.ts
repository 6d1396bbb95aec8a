import { contentText } from "../base/value-text.js";
import { ParamChecks } from "./check-params.js";

/**
 * What the server returns. `"scores"` (default): the client gets the scores and makes classes and probabilities of them. `"class"`: the
 * server compares the scores of 2 to 20 classes by table look-ups, and only the class leaves it. `{ top: k }`: the k likeliest classes,
 * best first. For the last two widths are lowered until differences of scores fit in 14 bits.
 */
export type ClassResult = "scores" | "class" | { readonly top: number };

/** Refuses what is no result. Errors: `bad-argument`. */
export function checkClassResult(owner: string, result: ClassResult): void {
  if (typeof result === "object" && result !== null && "top" in result) {
    new ParamChecks(owner).whole("result top", result.top, 1);
  } else if (result !== "scores" && result !== "class") {
    const cure = 'Pass "scores", "class" or { top: k }';
    throw new ParamChecks(owner).bad("result", contentText(result), cure);
  }
}

/** How many classes the server lists; undefined where it returns scores. Error `bad-argument` for more than there are. */
export function listedClasses(
  owner: string,
  result: ClassResult,
  classes: number,
): number | undefined {
  if (result === "scores") return undefined;
  const top = result === "class" ? 1 : result.top;
  if (top <= classes) return top;
  throw new ParamChecks(owner).bad("result top", top, `Pass an integer from 1 to ${classes}`);
}
