import { VelumError } from "../../base/error.js";
import { shapeText } from "../../base/tensor.js";
import { type IntegerTrees, leafOf, readTrees } from "../../op-spec/integer-trees.js";
import type { Interval } from "../../op-spec/interval.js";
import { notInDialect } from "../../op-spec/mlir/mlir-forms.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";

/** A sum of decision trees. */
export const treeEnsemble = defineOp({
  name: "tree_ensemble",
  doc: "Sum of decision trees over a vector of integers. On fresh inputs a few CMUX gates a node; elsewhere look-ups.",
  operands: 1,
  read: readTrees,
  text: ({ roots }) => `tree_ensemble({0}, trees=${roots.length})`,
  shape: ({ features, outputs }, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    if (shape.length === 1 && shape[0] === features) return [outputs];
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `the trees ask a vector of ${features} numbers and got the shape ${shapeText(shape)}`,
      limit: features,
      cure: "Pass one row of features",
    });
  },
  evaluate: (trees, operands, path) => {
    const x = onlyOperand(operands, path);
    const sums = new Float64Array(trees.outputs);
    for (const root of trees.roots) addLeaf(trees, leafOf(trees, root, x.data), sums);
    return { shape: [trees.outputs], data: sums };
  },
  range: (trees) => treeBounds(trees),
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  mlir: (_, call) => {
    throw notInDialect(call);
  },
  trees: (trees) => trees,
});

function addLeaf(trees: IntegerTrees, leaf: number, sums: Float64Array): void {
  for (let k = 0; k < sums.length; k++) {
    sums[k] = (sums[k] ?? 0) + (trees.values[leaf * sums.length + k] ?? 0);
  }
}

/** Sums of the least and of the greatest leaves of every tree. */
export function treeBounds(trees: IntegerTrees): Interval {
  const { outputs } = trees;
  const low = new Float64Array(outputs);
  const high = new Float64Array(outputs);
  // Children come after parents: going backwards, both are known.
  const least = Float64Array.from(trees.values);
  const most = Float64Array.from(trees.values);
  for (let node = trees.feature.length - 1; node >= 0; node--) {
    if ((trees.feature[node] ?? -1) < 0) continue;
    const [left, right] = [trees.left[node] ?? 0, trees.right[node] ?? 0];
    for (let k = 0; k < outputs; k++) {
      const at = (child: number): number => child * outputs + k;
      least[at(node)] = Math.min(least[at(left)] ?? 0, least[at(right)] ?? 0);
      most[at(node)] = Math.max(most[at(left)] ?? 0, most[at(right)] ?? 0);
    }
  }
  for (const root of trees.roots) {
    for (let k = 0; k < outputs; k++) {
      low[k] = (low[k] ?? 0) + (least[root * outputs + k] ?? 0);
      high[k] = (high[k] ?? 0) + (most[root * outputs + k] ?? 0);
    }
  }
  return { low: { shape: [outputs], data: low }, high: { shape: [outputs], data: high } };
}
