import { VelumError } from "../../base/error.js";
import type { RegionProgram } from "../../regions/region-program.js";
import type { CompileOptions } from "../compile-options.js";

/** How often results may be wrong. */
export type FailureOptions = Pick<CompileOptions, "failureLog2" | "pError" | "globalPError">;

const defaultFailureLog2 = -64;
/** Probabilities; smaller ones are what nothing reaches, larger ones no use. */
const least = 2 ** -200;
const most = { pError: 0.01, globalPError: 0.1 };

/** Error `bad-argument` for a failure probability that is no use, or that nothing reaches, and for two that say the same. */
export function checkFailure({ failureLog2, pError, globalPError }: FailureOptions): void {
  if (failureLog2 !== undefined && !(failureLog2 <= -20 && failureLog2 >= -200)) {
    throw new VelumError({
      code: "bad-argument",
      path: "failureLog2",
      problem: `is ${failureLog2}, and may be -200 to -20`,
      limit: "-200 to -20",
      actual: failureLog2,
      cure: "Use -64, or -128 where decrypted results are shared",
    });
  }
  checkProbability("pError", pError, most.pError);
  checkProbability("globalPError", globalPError, most.globalPError);
  if (failureLog2 === undefined || pError === undefined) return;
  throw new VelumError({
    code: "bad-argument",
    path: "pError",
    problem: `is ${pError} beside failureLog2 ${failureLog2}: both are the failure probability of one look-up`,
    cure: "Give one of them",
  });
}

/**
 * log2 of the failure probability that each look-up and each output of `regions` may have: as the options say for one, and so that the
 * sum over all of them stays within `globalPError`.
 */
export function failureOfEach(options: FailureOptions, regions: RegionProgram): number {
  const { failureLog2, pError, globalPError } = options;
  const one = failureLog2 ?? (pError === undefined ? undefined : Math.log2(pError));
  if (globalPError === undefined) return one ?? defaultFailureLog2;
  const sizeOf = (value: number): number => regions.values[value]?.size ?? 0;
  const lookups = regions.steps.filter(({ kind }) => kind === "lookup");
  const events =
    lookups.reduce((sum, { result }) => sum + sizeOf(result), 0) +
    regions.outputs.reduce((sum, { value }) => sum + sizeOf(value), 0);
  return Math.min(one ?? 0, Math.log2(globalPError / Math.max(1, events)));
}

function checkProbability(path: string, value: number | undefined, largest: number): void {
  if (value === undefined || (value >= least && value <= largest)) return;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `is ${value}, and may be 2^-200 to ${largest}`,
    limit: largest,
    actual: value,
    cure: "Give a probability, such as 2 ** -40; without one it is 2^-64 for every look-up",
  });
}
