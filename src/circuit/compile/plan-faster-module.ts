import { VelumError } from "../../base/error.js";
import type { Plan } from "../../plan/plan.js";
import { leastSavedShare } from "./look-up-limits.js";
import type { LoweredModule, ModuleLowerings } from "./lower-module.js";

/** A module's lowering with the plans of its functions. */
export interface PlannedModule {
  readonly lowering: LoweredModule;
  readonly plans: readonly Plan[];
}

/**
 * Function by function, look-ups that share bootstraps at their full width are taken where the whole module is predicted to be faster by a
 * tenth of the function's time: a wide look-up of one function may ask larger keys of all. Cost: one plan more for each function with
 * several look-ups that could be taken apart.
 */
export function planFasterModule(
  lowerings: ModuleLowerings,
  planOf: (lowering: LoweredModule) => readonly Plan[],
): PlannedModule {
  let best: PlannedModule = { lowering: lowerings, plans: planOf(lowerings) };
  let whole: readonly number[] = [];
  for (const program of lowerings.wide) {
    const tried = [...whole, program];
    const lowering = lowerings.withWhole(tried);
    if (lowering === undefined) continue;
    const plans = planned(() => planOf(lowering));
    if (plans === undefined) continue;
    const least = leastSavedShare * (best.plans[program]?.bootstrapMs ?? 0);
    if (totalMs(best.plans) - totalMs(plans) < least) continue;
    best = { lowering, plans };
    whole = tried;
  }
  return best;
}

/** Undefined where nothing is quiet enough. */
function planned(plan: () => readonly Plan[]): readonly Plan[] | undefined {
  try {
    return plan();
  } catch (error) {
    if (error instanceof VelumError && error.code === "no-parameters") return undefined;
    throw error;
  }
}

/** Every function once. */
function totalMs(plans: readonly Plan[]): number {
  return plans.reduce((sum, { bootstrapMs }) => sum + bootstrapMs, 0);
}
