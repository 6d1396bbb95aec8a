import { VelumError } from "../../base/error.js";
import { scalar, type Tensor } from "../../base/tensor.js";
import { type IntegerTrees, leafPaths } from "../../op-spec/integer-trees.js";
import { treeBounds } from "../../ops/tree-ensemble/tree-ensemble.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/** Weights from questions to leaves: a text of them takes some megabytes, a run of as many look-ups minutes. */
const mostWeights = { text: 2 ** 22, run: 2 ** 25 };

/**
 * A sum of decision trees by look-ups: one for every distinct question, one for every leaf (reached where the answers on its way are
 * all as it needs them), sums between. `path`: how errors name the trees. Error `no-parameters` for forests that have too many of both
 * for `use`.
 */
export function lookUpTrees(
  b: LookupBuilder,
  x: Value,
  trees: IntegerTrees,
  path: string,
  use: keyof typeof mostWeights,
): Value {
  checkSize(trees, path, use);
  const { features, outputs } = trees;
  const paths = leafPaths(trees);
  const base = new Float64Array(outputs);
  for (const { steps, leaf } of paths) if (steps.length === 0) addTo(base, trees, leaf);
  const asked = paths.filter(({ steps }) => steps.length > 0);
  if (asked.length === 0) {
    const nothing = product(b, x, matrix(features, outputs, []), { min: 0, max: 0 });
    return b.plus(nothing, { shape: [outputs], data: base });
  }
  const questions = questionsOf(asked);
  const answers = answered(b, x, features, questions);
  const sum = leafSum(b, reachedLeaves(b, answers, asked, questions), asked, trees);
  const shifted = base.some((value) => value !== 0)
    ? b.plus(sum, { shape: [outputs], data: base })
    : sum;
  return b.within(shifted, rangeOf(trees));
}

type Path = ReturnType<typeof leafPaths>[number];

/** Whether a feature is at least a threshold; `index` numbers the distinct ones. */
interface Question {
  readonly feature: number;
  readonly threshold: number;
  readonly index: number;
}

function questionsOf(paths: readonly Path[]): ReadonlyMap<string, Question> {
  const questions = new Map<string, Question>();
  for (const { steps } of paths) {
    for (const [feature, threshold] of steps) {
      const key = `${feature} ${threshold}`;
      if (!questions.has(key)) questions.set(key, { feature, threshold, index: questions.size });
    }
  }
  return questions;
}

/** `[questions]` 1 for yes, else 0. */
function answered(
  b: LookupBuilder,
  x: Value,
  features: number,
  questions: ReadonlyMap<string, Question>,
): Value {
  const list = [...questions.values()];
  const places = list.map(({ feature, index }) => [feature, index, 1] as const);
  const picked = product(b, x, matrix(features, list.length, places), x.bounds);
  return b.lookUpTensor(
    picked,
    (value) => eachColumn(value, (item, k) => (item >= (list[k]?.threshold ?? 0) ? 1 : 0)),
    picked.shape,
    false,
  );
}

/** `[leaves]` 1 for those that the answers lead to, else 0. */
function reachedLeaves(
  b: LookupBuilder,
  answers: Value,
  paths: readonly Path[],
  questions: ReadonlyMap<string, Question>,
): Value {
  const signs = paths.flatMap(({ steps }, leaf) =>
    steps.map(([feature, threshold, right]): [number, number, number] => [
      questions.get(`${feature} ${threshold}`)?.index ?? 0,
      leaf,
      right ? 1 : -1,
    ]),
  );
  const rights = paths.map(({ steps }) => steps.filter(([, , right]) => right).length);
  const depth = Math.max(...paths.map(({ steps }) => steps.length));
  // `depth` less the answers that miss the leaf: every leaf can share one table.
  const met = b.plus(
    product(b, answers, matrix(questions.size, paths.length, signs), { min: -depth, max: depth }),
    { shape: [paths.length], data: Float64Array.from(rights, (right) => depth - right) },
  );
  return b.lookUp(b.within(met, { min: 0, max: depth }), (value) => (value === depth ? 1 : 0));
}

/** `[outputs]` values of the leaves that were reached. */
function leafSum(
  b: LookupBuilder,
  reached: Value,
  paths: readonly Path[],
  trees: IntegerTrees,
): Value {
  const { outputs, values } = trees;
  const leaves = paths.flatMap(({ leaf }, row) =>
    Array.from({ length: outputs }, (_, k): [number, number, number] => [
      row,
      k,
      values[leaf * outputs + k] ?? 0,
    ]),
  );
  const { min, max } = rangeOf(trees);
  const bounds = { min: Math.min(min, 0), max: Math.max(max, 0) };
  return product(b, reached, matrix(paths.length, outputs, leaves), bounds);
}

/** Of all results. */
function rangeOf(trees: IntegerTrees): Value["bounds"] {
  const { low, high } = treeBounds(trees);
  return { min: Math.min(...low.data), max: Math.max(...high.data) };
}

function checkSize(trees: IntegerTrees, path: string, use: keyof typeof mostWeights): void {
  const questions = new Set<string>();
  let leaves = 0;
  for (const [node, feature] of trees.feature.entries()) {
    if (feature < 0) leaves++;
    else questions.add(`${feature} ${trees.threshold[node]}`);
  }
  const weights = questions.size * leaves;
  if (weights <= mostWeights[use]) return;
  throw new VelumError({
    code: "no-parameters",
    path,
    problem: `as look-ups, ${questions.size} questions and ${leaves} leaves are ${weights} weights, more than ${use === "text" ? "a text of them would be read for" : "a run could take"}`,
    limit: mostWeights[use],
    actual: weights,
    cure: "Use fewer or shallower trees, or coarser thresholds",
  });
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
