import type { Tree, TreeEnsemble } from "../models/trees/tree-ensemble.js";

/** The ensemble of one tree with `apply` done to its output, leaf by leaf. */
export function leafwise(ensemble: TreeEnsemble, apply: (x: number) => number): TreeEnsemble {
  const base = ensemble.base[0] ?? 0;
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    values: leafValues(tree, (x) => apply(base + x / ensemble.divisor)),
  }));
  return { ...ensemble, trees, base: new Float64Array(1), divisor: 1 };
}

/** A function of the outputs of two ensembles of one tree, if both are the same tree but for their leaves. */
export function leafwisePair(
  one: TreeEnsemble,
  two: TreeEnsemble,
  apply: (x: number, y: number) => number,
): TreeEnsemble | undefined {
  const [first] = one.trees;
  const [second] = two.trees;
  if (first === undefined || second === undefined || first.feature !== second.feature)
    return undefined;
  const values = first.values.map((x, node) => {
    if ((first.feature[node] ?? -1) >= 0) return 0;
    const y = (two.base[0] ?? 0) + (second.values[node] ?? 0) / two.divisor;
    return apply((one.base[0] ?? 0) + x / one.divisor, y);
  });
  return { ...one, trees: [{ ...first, values }], base: new Float64Array(1), divisor: 1 };
}

/** The sum of two ensembles on the same features, if they compare alike. */
export function addEnsembles(one: TreeEnsemble, two: TreeEnsemble): TreeEnsemble | undefined {
  const { rule } = one;
  const alike =
    one.outputs === two.outputs &&
    one.divisor === two.divisor &&
    rule.left === two.rule.left &&
    rule.precision === two.rule.precision &&
    rule.missing === two.rule.missing &&
    rule.missingValue === two.rule.missingValue;
  if (!alike) return undefined;
  return {
    ...one,
    trees: [...one.trees, ...two.trees],
    base: one.base.map((x, k) => x + (two.base[k] ?? 0)),
  };
}

/** Ensembles on the same features side by side: the outputs of all, one after the other. */
export function stackEnsembles(ensembles: readonly TreeEnsemble[]): TreeEnsemble | undefined {
  const [first] = ensembles;
  if (first === undefined) return undefined;
  const outputs = ensembles.reduce((sum, one) => sum + one.outputs, 0);
  let start = 0;
  const widened = ensembles.map((one): TreeEnsemble => {
    const from = start;
    start += one.outputs;
    const base = new Float64Array(outputs);
    base.set(one.base, from);
    const trees = one.trees.map((tree) => {
      const values = new Float64Array(tree.feature.length * outputs);
      for (let node = 0; node < tree.feature.length; node++)
        values.set(
          tree.values.subarray(node * one.outputs, (node + 1) * one.outputs),
          node * outputs + from,
        );
      return { ...tree, values };
    });
    return { ...one, outputs, base, trees };
  });
  return widened
    .slice(1)
    .reduce<TreeEnsemble | undefined>(
      (sum, one) => (sum === undefined ? undefined : addEnsembles(sum, one)),
      widened[0],
    );
}

/** An ensemble on the columns `columns` of a wider block, asked on that block itself. */
export function selectedFeatures(
  ensemble: TreeEnsemble,
  columns: Int32Array,
  features: number,
): TreeEnsemble {
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    feature: tree.feature.map((feature) => (feature < 0 ? -1 : (columns[feature] ?? 0))),
  }));
  return { ...ensemble, features, trees };
}

function leafValues(tree: Tree, apply: (x: number) => number): Float64Array {
  return tree.values.map((x, node) => ((tree.feature[node] ?? -1) >= 0 ? 0 : apply(x)));
}
