import { VelumError } from "../../../base/error.js";
import { type Labels, type Rows, toTargets } from "../../check-data.js";
import { requirePositive } from "../../positive-targets.js";
import type { CartData } from "./fit-cart.js";
import type { TargetImpurity } from "./target-criterion.js";

/** What a regression tree is fitted to. */
export interface TreeTargets {
  /** `[rows, targets]` */
  readonly target: Float64Array;
  readonly targets: number;
  readonly impurity: CartData["impurity"];
}

/**
 * Reads `y`, `[rows]` or `[rows, targets]`. Errors: `bad-shape`, `not-a-number`, `out-of-range` (targets that the criterion refuses),
 * `bad-argument` for a criterion that takes one target alone.
 */
export function readTargets(
  owner: string,
  y: Labels | Rows,
  rows: number,
  by: TargetImpurity,
): TreeTargets {
  const path = `${owner}.fit y`;
  const { data: target, columns: targets } = toTargets(y, rows, path);
  if (by === "poisson") requirePositive(target, false, path);
  if (targets === 1) return { target, targets, impurity: { kind: "target", by } };
  if (by === "squared_error") return { target, targets, impurity: { kind: "targets", targets } };
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `has ${targets} targets, and criterion "${by}" takes one`,
    limit: 1,
    actual: targets,
    cure: 'Pass "squared_error", or fit a model for each target',
  });
}
