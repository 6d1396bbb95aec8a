import type { BoostTargets, XgbObjective } from "./xgb-objective.js";

/** `single` for each of `targets` columns of `y` (`[rows, targets]`): a round adds a tree for each, as XGBoost does unless told otherwise. */
export function severalTargets(single: XgbObjective, targets: number): XgbObjective {
  const column = ({ y, weights }: BoostTargets, k: number): BoostTargets => ({
    y: Float64Array.from({ length: y.length / targets }, (_, i) => y[i * targets + k] ?? 0),
    weights,
  });
  return {
    outputs: targets,
    constantHessian: single.constantHessian,
    scoreOf: (score) => single.scoreOf(score),
    start: (all) =>
      Float64Array.from({ length: targets }, (_, k) => single.start(column(all, k))[0] ?? 0),
    derive: (all, scores, k, out) => {
      const own = new Float32Array(scores.length / targets);
      for (let i = 0; i < own.length; i++) own[i] = scores[i * targets + k] ?? 0;
      single.derive(column(all, k), own, 0, out);
    },
  };
}
