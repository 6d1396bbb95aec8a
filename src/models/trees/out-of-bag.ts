import type { Matrix } from "../check-data.js";
import { predictEnsemble } from "./predict-ensemble.js";
import type { TreeEnsemble } from "./tree-ensemble.js";

/**
 * Scores `[rows, outputs]` of each row, averaged over the trees that did not see it; 0 where every tree did.
 * `counts[t]` tells how often tree `t` saw each row.
 */
export function outOfBagScores(
  ensemble: TreeEnsemble,
  x: Matrix,
  counts: readonly (Float64Array | undefined)[],
): Float64Array {
  const { outputs } = ensemble;
  const sums = new Float64Array(x.rows * outputs);
  const voters = new Float64Array(x.rows);
  ensemble.trees.forEach((tree, at) => {
    const { data } = predictEnsemble({ ...ensemble, trees: [tree], divisor: 1 }, x);
    for (let row = 0; row < x.rows; row++) {
      if ((counts[at]?.[row] ?? 0) > 0) continue;
      voters[row] = (voters[row] ?? 0) + 1;
      for (let k = 0; k < outputs; k++) {
        const i = row * outputs + k;
        sums[i] = (sums[i] ?? 0) + (data[i] ?? 0);
      }
    }
  });
  return sums.map((sum, i) => sum / Math.max(1, voters[Math.floor(i / outputs)] ?? 0));
}
