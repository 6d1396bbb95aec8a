import { chooseParameters } from "./choose-parameters.js";
import { constraintsOf, type PlannedProgram, regionValue } from "./constraints.js";
import { lowerBootstrap } from "./lower-bootstrap.js";
import type { Plan, PlanOptions } from "./plan.js";

/**
 * Plans for several programs under one choice of parameters, so that one key serves all of them. At least one of them looks up tables.
 * Programs with `feeds` take inputs from earlier answers. Errors: `no-parameters`, `unsupported-op` (see `constraintsOf`).
 */
export function planTogether(programs: readonly PlannedProgram[], options: PlanOptions): Plan[] {
  const constraints = constraintsOf(programs);
  const lengths = programs.map(({ regions }) => regionValue(regions, 0).size);
  const choice = chooseParameters({
    lookups: constraints.lookups,
    outputs: constraints.outputs,
    failureLog2: options.failureLog2,
    uploadLength: Math.max(...lengths),
    limits: options.limits,
    rates: options.rates,
    nodePath: options.nodePath,
  });
  return programs.map(({ regions, feeds = [] }, program) => {
    const inputBits = regions.inputs.map(({ assignedBits }) => assignedBits);
    return lowerBootstrap(regions, inputBits, constraints, choice, program, feeds.length > 0);
  });
}
