import type { Plan, PlanOptions } from "../plan.js";
import { chooseRotations } from "./choose-rotations.js";
import type { PlannedProgram } from "./constraints.js";
import { lowerBootstrap } from "./lower-bootstrap.js";
import { regionValue } from "./region-value.js";

/**
 * Plans for several programs under one choice of parameters, so that one key serves all of them. At least one of them looks up tables.
 * Programs with `feeds` take inputs from earlier answers. Errors: `no-parameters`, `unsupported-op` (see `constraintsOf`).
 */
export function planTogether(programs: readonly PlannedProgram[], options: PlanOptions): Plan[] {
  const lengths = programs.map(({ regions }) => regionValue(regions, 0).size);
  const rotations = chooseRotations(programs, {
    failureLog2: options.failureLog2,
    uploadLength: Math.max(...lengths),
    limits: options.limits,
    rates: options.rates,
    nodePath: options.nodePath,
  });
  return programs.map(({ regions, feeds = [] }, program) => {
    const inputBits = regions.inputs.map(({ assignedBits }) => assignedBits);
    return lowerBootstrap(regions, inputBits, rotations, { program, composable: feeds.length > 0 });
  });
}
