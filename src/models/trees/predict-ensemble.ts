import type { Tensor } from "../../base/tensor.js";
import { type ComparisonRule, isMissing } from "../../quantize/feature-columns.js";
import type { Matrix } from "../check-data.js";
import type { Tree, TreeEnsemble } from "./tree-ensemble.js";

/**
 * The ensemble's scores `[rows, outputs]` in double precision, trees added in their order.
 * Cost: some 5 ns a row and level of a tree.
 */
export function predictEnsemble(ensemble: TreeEnsemble, x: Matrix): Tensor {
  const { outputs, base, divisor } = ensemble;
  const data = new Float64Array(x.rows * outputs);
  addTrees(ensemble, x, data);
  for (let i = 0; i < data.length; i++) {
    data[i] = (base[i % outputs] ?? 0) + (data[i] ?? 0) / divisor;
  }
  return { shape: [x.rows, outputs], data };
}

/** Adds the leaves that the rows reach to `scores`, `[rows, outputs]`, tree by tree in the precision of `scores`. */
export function addTrees(
  { trees, outputs, rule }: TreeEnsemble,
  x: Matrix,
  scores: Float32Array | Float64Array,
): void {
  if (trees.length === 0) return;
  const prepared = comparable(x, rule);
  const leaves = new Int32Array(x.rows);
  for (const tree of trees) {
    reachLeaves(tree, prepared, rule, leaves);
    const { values } = tree;
    for (let row = 0; row < x.rows; row++) {
      const from = (leaves[row] ?? 0) * outputs;
      const to = row * outputs;
      for (let k = 0; k < outputs; k++) {
        scores[to + k] = (scores[to + k] ?? 0) + (values[from + k] ?? 0);
      }
    }
  }
}

/** Node numbers `[rows, trees]` of the leaves that the rows reach (scikit-learn's `apply`). */
export function leavesOf(ensemble: TreeEnsemble, x: Matrix): Tensor {
  const count = ensemble.trees.length;
  const data = new Float64Array(x.rows * count);
  const prepared = comparable(x, ensemble.rule);
  const leaves = new Int32Array(x.rows);
  ensemble.trees.forEach((tree, at) => {
    reachLeaves(tree, prepared, ensemble.rule, leaves);
    leaves.forEach((leaf, row) => {
      data[row * count + at] = leaf;
    });
  });
  return { shape: [x.rows, count], data };
}

/** Values in the precision of the rule; what counts as missing is NaN. */
export function comparable(x: Matrix, rule: ComparisonRule): Matrix {
  const others = rule.missing === "nan or zero" || rule.missingValue !== undefined;
  if (rule.precision === "float64" && !others) return x;
  const data =
    rule.precision === "float32"
      ? new Float64Array(new Float32Array(x.data))
      : new Float64Array(x.data);
  if (others) {
    for (let i = 0; i < data.length; i++) {
      if (isMissing(data[i] ?? 0, rule)) data[i] = Number.NaN;
    }
  }
  return { ...x, data };
}

/** Writes the leaf of each row to `leaves`. `x` is in the rule's precision. */
function reachLeaves(tree: Tree, x: Matrix, rule: ComparisonRule, leaves: Int32Array): void {
  const { feature, threshold, left, right, missingLeft, categories } = tree;
  const { data, columns, rows } = x;
  const equalLeft = rule.left === "<=";
  const categorical = categories.size > 0;
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    let node = 0;
    for (let asked = feature[0] ?? -1; asked >= 0; asked = feature[node] ?? -1) {
      const value = data[at + asked] ?? 0;
      const set = categorical ? categories.get(node) : undefined;
      let goesLeft: boolean;
      if (Number.isNaN(value)) {
        goesLeft = missingLeft[node] === 1;
      } else if (set !== undefined) {
        goesLeft = set.values.includes(value) === (set.side === "left");
      } else {
        const limit = threshold[node] ?? 0;
        goesLeft = value < limit || (equalLeft && value === limit);
      }
      node = (goesLeft ? left[node] : right[node]) ?? 0;
    }
    leaves[row] = node;
  }
}
