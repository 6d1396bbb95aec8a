import type { RegionProgram } from "../ops/region-program.js";
import { chooseParameters } from "./choose-parameters.js";
import { constraintsOf, regionValue } from "./constraints.js";
import { lowerBootstrap } from "./lower-bootstrap.js";
import type { Plan, PlanOptions } from "./plan.js";

/**
 * The bootstrap lane: fresh values become LWE ciphertexts (after clear polynomial products where several are combined), look-ups are
 * bootstraps, sums of look-up results are sums of LWE ciphertexts. Everything between look-ups is under one key; look-ups of different
 * width may have small keys, and so parameters, of their own.
 */
export function planBootstrap(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const constraints = constraintsOf([{ regions }]);
  const choice = chooseParameters({
    lookups: constraints.lookups,
    outputs: constraints.outputs,
    failureLog2: options.failureLog2,
    uploadLength: regionValue(regions, 0).size,
    limits: options.limits,
    rates: options.rates,
    nodePath: options.nodePath,
  });
  return lowerBootstrap(regions, inputBits, constraints, choice);
}
