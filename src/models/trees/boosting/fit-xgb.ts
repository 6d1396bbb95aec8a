import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import type { Matrix } from "../../check-data.js";
import { normalized } from "../cart/grow-tree.js";
import { toTree } from "../node-list.js";
import { comparable } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import { BoostedScores } from "./boosted-scores.js";
import { type EvalRecord, Evaluation, type Judging } from "./evaluation.js";
import { XgbImportances } from "./xgb-importances.js";
import type { BoostTargets, XgbObjective } from "./xgb-objective.js";
import type { XgbParams } from "./xgb-params.js";
import { xgbRounds } from "./xgb-rounds.js";
import type { XgbNode } from "./xgb-tree.js";

/** How XGBoost compares: single precision, strictly below goes left, NaN by the node's direction. */
export const xgbRule: ComparisonRule = { left: "<", precision: "float32", missing: "nan" };

/** `xgbRule` with a number that means missing, as NaN does. */
function xgbRuleOf(missing: number | null): ComparisonRule {
  if (missing === null || Number.isNaN(missing)) return xgbRule;
  return { ...xgbRule, missingValue: Math.fround(missing) };
}

export interface XgbFit {
  readonly ensemble: TreeEnsemble;
  /** `[features]` by `importanceType`, normalised. */
  readonly featureImportances: Float64Array;
  /** Where rounds were judged. */
  readonly evaluation: EvalRecord | undefined;
}

/**
 * Gradient boosting as XGBoost does it: each round adds a tree for each output, fitted to the derivatives of the loss at the sums so
 * far. With `judging`, rounds are judged and may end early; the trees up to the best round are kept. Without `subsample` and
 * `colsample...` the trees are XGBoost's own. Cost: some 2 ns a row, feature, level and tree.
 */
export function fitXgb(
  x: Matrix,
  targets: BoostTargets,
  params: XgbParams,
  objective: XgbObjective,
  judging?: Judging,
): XgbFit {
  const { columns: features } = x;
  const { outputs } = objective;
  const rule = xgbRuleOf(params.missing);
  const read = rule.missingValue === undefined ? x : comparable(x, rule);
  const base = startOf(targets, params, objective);
  const scores = new BoostedScores(x.rows, base);
  const nextRound = xgbRounds(read, targets, params, objective, scores);
  const evaluation = judging === undefined ? undefined : new Evaluation(judging, base);
  const trees: Tree[] = [];
  const importances = new XgbImportances(features);
  const perRound = outputs * params.numParallelTree;
  for (let round = 0; round < params.nEstimators; round++) {
    for (const { nodes, k } of nextRound()) {
      importances.add(nodes);
      trees.push(toTree(spread(nodes, outputs, k), outputs));
    }
    if (evaluation?.after(trees.slice(-perRound), { features, outputs, rule })) break;
  }
  const record = evaluation?.record;
  const best = record?.bestIteration;
  if (best !== undefined) trees.length = (best + 1) * perRound;
  return {
    ensemble: { features, outputs, rule, trees, base, divisor: 1 },
    featureImportances: normalized(importances.of(params.importanceType)),
    evaluation: record,
  };
}

/** What a fit tells besides its trees. */
export function accountOf({ evaluation }: XgbFit): { readonly evaluation?: EvalRecord } {
  return evaluation === undefined ? {} : { evaluation };
}

/** `[outputs]` what every row begins with. */
function startOf(
  targets: BoostTargets,
  { baseScore }: XgbParams,
  objective: XgbObjective,
): Float64Array {
  if (baseScore === null) return objective.start(targets);
  return new Float64Array(objective.outputs).fill(objective.scoreOf(baseScore));
}

/** Leaf values in the column of output `k`. */
function spread(nodes: readonly XgbNode[], outputs: number, k: number): readonly XgbNode[] {
  if (outputs === 1) return nodes;
  return nodes.map((node) => {
    const value = new Float64Array(outputs);
    value[k] = node.value[0] ?? 0;
    return { ...node, value };
  });
}
