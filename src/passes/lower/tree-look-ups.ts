import { scalar, type Tensor } from "../../base/tensor.js";
import { type IntegerTrees, leafPaths } from "../../op-spec/integer-trees.js";
import { treeBounds } from "../../ops/tree-ensemble/tree-ensemble.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/**
 * A sum of decision trees by look-ups: one for every distinct question, one for every leaf (reached where the answers on its way are
 * all as it needs them), sums between.
 */
export function lookUpTrees(b: LookupBuilder, x: Value, trees: IntegerTrees): Value {
  const paths = leafPaths(trees);
  const questions = new Map<string, { feature: number; threshold: number; index: number }>();
  for (const { steps } of paths) {
    for (const [feature, threshold] of steps) {
      const key = `${feature} ${threshold}`;
      if (!questions.has(key)) questions.set(key, { feature, threshold, index: questions.size });
    }
  }
  const { outputs } = trees;
  const always = paths.filter(({ steps }) => steps.length === 0);
  const base = new Float64Array(outputs);
  for (const { leaf } of always) addTo(base, trees, leaf);
  const asked = paths.filter(({ steps }) => steps.length > 0);
  if (asked.length === 0) {
    const zeros = matrix(trees.features, outputs, []);
    const nothing = product(b, x, zeros, { min: 0, max: 0 });
    return b.plus(nothing, { shape: [outputs], data: base });
  }
  const picked = product(
    b,
    x,
    matrix(
      trees.features,
      questions.size,
      [...questions.values()].map(({ feature, index }) => [feature, index, 1]),
    ),
    x.bounds,
  );
  const thresholds = [...questions.values()].map(({ threshold }) => threshold);
  const answers = b.lookUpTensor(
    picked,
    (value) => eachColumn(value, (item, column) => (item >= (thresholds[column] ?? 0) ? 1 : 0)),
    picked.shape,
    false,
  );
  const signs = asked.flatMap(({ steps }, leaf) =>
    steps.map(([feature, threshold, right]): [number, number, number] => [
      questions.get(`${feature} ${threshold}`)?.index ?? 0,
      leaf,
      right ? 1 : -1,
    ]),
  );
  const rights = asked.map(({ steps }) => steps.filter(([, , right]) => right).length);
  const depth = Math.max(...asked.map(({ steps }) => steps.length));
  // `depth` less the answers that miss the leaf: every leaf can share one table.
  const met = b.plus(
    product(b, answers, matrix(questions.size, asked.length, signs), { min: -depth, max: depth }),
    { shape: [asked.length], data: Float64Array.from(rights, (right) => depth - right) },
  );
  const reached = b.lookUp(b.within(met, { min: 0, max: depth }), (value) =>
    value === depth ? 1 : 0,
  );
  const { low, high } = treeBounds(trees);
  const least = Math.min(...low.data);
  const most = Math.max(...high.data);
  const leaves = asked.flatMap(({ leaf }, row) =>
    Array.from({ length: outputs }, (_, k): [number, number, number] => [
      row,
      k,
      trees.values[leaf * outputs + k] ?? 0,
    ]),
  );
  const bounds = { min: Math.min(least, 0), max: Math.max(most, 0) };
  const sum = product(b, reached, matrix(asked.length, outputs, leaves), bounds);
  const shifted = base.some((value) => value !== 0)
    ? b.plus(sum, { shape: [outputs], data: base })
    : sum;
  return b.within(shifted, { min: least, max: most });
}

function product(b: LookupBuilder, x: Value, weights: Tensor, bounds: Value["bounds"]): Value {
  const constant = { id: b.constant(weights) };
  const columns = weights.shape[1] ?? 0;
  return b.operation("matmul", [x, constant], {}, bounds, [columns]);
}

function matrix(
  rows: number,
  columns: number,
  entries: readonly (readonly [number, number, number])[],
): Tensor {
  const data = new Float64Array(rows * columns);
  for (const [row, column, value] of entries) {
    data[row * columns + column] = (data[row * columns + column] ?? 0) + value;
  }
  return { shape: [rows, columns], data };
}

function eachColumn(value: Tensor, fn: (item: number, column: number) => number): Tensor {
  return value.shape.length === 0
    ? scalar(fn(value.data[0] ?? 0, 0))
    : { shape: value.shape, data: value.data.map((item, column) => fn(item, column)) };
}

function addTo(sums: Float64Array, trees: IntegerTrees, leaf: number): void {
  for (let k = 0; k < sums.length; k++) {
    sums[k] = (sums[k] ?? 0) + (trees.values[leaf * sums.length + k] ?? 0);
  }
}
