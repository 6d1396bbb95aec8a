import type { RegionProgram } from "../../regions/region-program.js";
import type { Plan, PlanOptions } from "../plan.js";
import { chooseRotations } from "./choose-rotations.js";
import { lowerBootstrap } from "./lower-bootstrap.js";
import { regionValue } from "./region-value.js";

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
  const rotations = chooseRotations([{ regions, hides: options.distanceLog2 !== undefined }], {
    failureLog2: options.failureLog2,
    uploadLength: regionValue(regions, 0).size,
    limits: options.limits,
    rates: options.rates,
    nodePath: options.nodePath,
  });
  return lowerBootstrap(regions, inputBits, rotations, { distanceLog2: options.distanceLog2 });
}
