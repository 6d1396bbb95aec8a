import { badParam } from "./check-params.js";
import type { ForestParams } from "./forest-params.js";
import type { TreeEnsemble } from "./tree-ensemble.js";
import type { FittedTrees } from "./trees-json.js";

/** What a fit with `warmStart` adds its trees to. */
export interface EarlierForest {
  readonly ensemble: TreeEnsemble;
  readonly featureImportances: Float64Array;
}

/** What training rows must share with those of the earlier fit. */
export interface ForestShape {
  readonly features: number;
  readonly outputs: number;
  /** Labels ascending; empty for targets. */
  readonly classes: Float64Array;
}

/**
 * The trees to keep; undefined where there are none or `warmStart` is off. Errors: `bad-argument` for fewer trees than there are, and for
 * rows of another kind.
 */
export function earlierForest(
  owner: string,
  { warmStart, nEstimators }: ForestParams,
  fitted: FittedTrees | undefined,
  { features, outputs, classes }: ForestShape,
): EarlierForest | undefined {
  if (!warmStart || fitted === undefined) return undefined;
  const { ensemble } = fitted;
  if (nEstimators < ensemble.trees.length) {
    const cure = `Pass at least ${ensemble.trees.length}, the trees that there are, or unset warmStart`;
    throw badParam(owner, "nEstimators", nEstimators, cure);
  }
  const same =
    ensemble.features === features &&
    ensemble.outputs === outputs &&
    fitted.classes.join() === classes.join();
  if (same) return fitted;
  const cure = "Fit on the same features and classes or targets as before, or unset warmStart";
  throw badParam(owner, "warmStart", true, cure);
}
