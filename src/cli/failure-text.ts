import { VelumError } from "../base/error.js";

/** The folder of the package's own code. */
const own = import.meta.url.replace(/cli\/[^/]*$/, "");

/**
 * One line about a failure. What is not Velum's own error, as a mistake in a program, comes with the place nearest to it outside the
 * package; the whole stack with the environment variable VELUM_STACK=1.
 */
export function failureText(error: unknown): string {
  if (error instanceof VelumError) return `velum: ${error.message}`;
  if (!(error instanceof Error)) return `velum: ${String(error)}`;
  if (process.env["VELUM_STACK"] === "1") return error.stack ?? String(error);
  const [problem = ""] = String(error).split("\n");
  return `velum: ${problem}${placeText(error.stack ?? "")}. VELUM_STACK=1 shows where it comes from`;
}

function placeText(stack: string): string {
  const frames = [...stack.matchAll(/\(?((?:file:\/\/|\/)[^\s()]+:\d+):\d+\)?$/gm)].map(
    ([, place = ""]) => place,
  );
  const outside = frames.find((place) => !place.startsWith(own));
  const found = outside ?? frames[0];
  return found === undefined ? "" : ` (${found.replace("file://", "")})`;
}
