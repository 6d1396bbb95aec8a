import type { Tree, TreeEnsemble } from "../../models/trees/tree-ensemble.js";

/**
 * A function of the outputs of ensembles of one tree and of constants, output by output: it moves into the leaves. An operand with one
 * output stands for as many as the others have. Undefined where the trees differ by more than their leaves, or widths do not fit.
 */
export function leafwise(
  operands: readonly (TreeEnsemble | Float64Array)[],
  apply: (values: readonly number[]) => number,
): TreeEnsemble | undefined {
  const widths = operands.map((one) => (one instanceof Float64Array ? one.length : one.outputs));
  const outputs = Math.max(...widths);
  if (widths.some((width) => width !== outputs && width !== 1)) return undefined;
  const ensembles = operands.flatMap((one) => (one instanceof Float64Array ? [] : [one]));
  const [first] = ensembles;
  const tree = first?.trees[0];
  if (first === undefined || tree === undefined) return undefined;
  for (const { trees } of ensembles)
    if (trees.length !== 1 || trees[0] === undefined || !sameQuestions(tree, trees[0])) return;
  const values = leafRows(tree, outputs, (node, k) =>
    apply(
      operands.map((one, i) => {
        const at = widths[i] === 1 ? 0 : k;
        return one instanceof Float64Array ? (one[at] ?? 0) : outputAt(one, node, at);
      }),
    ),
  );
  return { ...first, outputs, trees: [{ ...tree, values }], base: zeros(outputs), divisor: 1 };
}

/** The ensemble of one tree with its whole row of outputs replaced, leaf by leaf. */
export function leafRowwise(
  ensemble: TreeEnsemble,
  outputs: number,
  apply: (row: Float64Array) => ArrayLike<number>,
): TreeEnsemble | undefined {
  const [tree] = ensemble.trees;
  if (tree === undefined || ensemble.trees.length !== 1) return undefined;
  const rows = Array.from(tree.feature, (feature, node) =>
    feature >= 0
      ? []
      : apply(Float64Array.from(ensemble.base, (_, k) => outputAt(ensemble, node, k))),
  );
  const values = leafRows(tree, outputs, (node, k) => rows[node]?.[k] ?? 0);
  return { ...ensemble, outputs, trees: [{ ...tree, values }], base: zeros(outputs), divisor: 1 };
}

/** Outputs times `factor` plus `offset`, one number each; `factor` goes into the leaves. */
export function scaledEnsemble(
  ensemble: TreeEnsemble,
  factor: (k: number) => number,
  offset: (k: number) => number,
): TreeEnsemble {
  const { outputs, divisor } = ensemble;
  const scaled = (tree: Tree): Float64Array =>
    tree.values.map((x, index) => (x * factor(index % outputs)) / divisor);
  const trees = ensemble.trees.map((tree) => ({ ...tree, values: scaled(tree) }));
  const base = ensemble.base.map((x, k) => x * factor(k) + offset(k));
  return { ...ensemble, trees, base, divisor: 1 };
}

/** Sums of an ensemble's outputs, `sum over j of weight(k, j) output j`. */
export function combinedOutputs(
  ensemble: TreeEnsemble,
  outputs: number,
  weight: (k: number, j: number) => number,
): TreeEnsemble {
  const combined = (values: Float64Array, node: number, k: number, divisor: number): number => {
    let sum = 0;
    for (let j = 0; j < ensemble.outputs; j++)
      sum += (weight(k, j) * (values[node * ensemble.outputs + j] ?? 0)) / divisor;
    return sum;
  };
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    values: leafRows(tree, outputs, (node, k) => combined(tree.values, node, k, ensemble.divisor)),
  }));
  const base = zeros(outputs).map((_, k) => combined(ensemble.base, 0, k, 1));
  return { ...ensemble, outputs, trees, base, divisor: 1 };
}

/** Output `k` of an ensemble of one tree in leaf `node`. */
function outputAt({ base, trees, divisor, outputs }: TreeEnsemble, node: number, k: number) {
  return (base[k] ?? 0) + (trees[0]?.values[node * outputs + k] ?? 0) / divisor;
}

function leafRows(tree: Tree, outputs: number, value: (node: number, k: number) => number) {
  const values = zeros(tree.feature.length * outputs);
  tree.feature.forEach((feature, node) => {
    if (feature < 0) for (let k = 0; k < outputs; k++) values[node * outputs + k] = value(node, k);
  });
  return values;
}

function zeros(count: number): Float64Array {
  return new Float64Array(count);
}

/** Whether two trees differ in their leaves' values alone. */
function sameQuestions(one: Tree, two: Tree): boolean {
  if (one.feature === two.feature && one.threshold === two.threshold) return true;
  const lists = ["feature", "threshold", "left", "right", "missingLeft"] as const;
  const alike = lists.every((name) => {
    const other = two[name];
    return one[name].length === other.length && one[name].every((x, i) => Object.is(x, other[i]));
  });
  return (
    alike && (one.categories === two.categories || one.categories.size + two.categories.size === 0)
  );
}

/** The sum of two ensembles on the same features, if they compare alike. */
export function addEnsembles(one: TreeEnsemble, two: TreeEnsemble): TreeEnsemble | undefined {
  const { rule } = one;
  const alike =
    one.outputs === two.outputs &&
    rule.left === two.rule.left &&
    rule.precision === two.rule.precision &&
    rule.missing === two.rule.missing &&
    rule.missingValue === two.rule.missingValue;
  if (!alike) return undefined;
  const [a, b] =
    one.divisor === two.divisor
      ? [one, two]
      : [one, two].map((own) => scaledEnsemble(own, unit, none));
  return {
    ...one,
    ...{ divisor: a?.divisor ?? 1, trees: [...(a?.trees ?? []), ...(b?.trees ?? [])] },
    base: one.base.map((x, k) => x + (two.base[k] ?? 0)),
  };
}

const unit = () => 1;
const none = () => 0;

/** Ensembles on the same features side by side: the outputs of all, one after the other. Equal trees become one with all outputs. */
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
  const sum = widened
    .slice(1)
    .reduce<TreeEnsemble | undefined>(
      (all, one) => (all === undefined ? undefined : addEnsembles(all, one)),
      widened[0],
    );
  return sum && { ...sum, trees: mergedTrees(sum.trees) };
}

/** Trees that ask the same questions, as one with the sum of their leaves. */
function mergedTrees(trees: readonly Tree[]): readonly Tree[] {
  const merged: Tree[] = [];
  const places = new Map<string, number[]>();
  for (const tree of trees) {
    const key = `${tree.feature.length} ${tree.feature.subarray(0, 8).join(" ")} ${tree.threshold[0]}`;
    const known = places.get(key) ?? [];
    const at = known.find((place) => {
      const own = merged[place];
      return own !== undefined && sameQuestions(own, tree);
    });
    const own = at === undefined ? undefined : merged[at];
    if (at === undefined || own === undefined) {
      places.set(key, [...known, merged.push(tree) - 1]);
      continue;
    }
    merged[at] = { ...own, values: own.values.map((x, index) => x + (tree.values[index] ?? 0)) };
  }
  return merged;
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
