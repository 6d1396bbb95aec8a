import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import type { Matrix } from "../../check-data.js";
import { normalized } from "../cart/grow-tree.js";
import { toTree } from "../node-list.js";
import { comparable } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import type { TreeAccount } from "../trees-json.js";
import { BoostedScores } from "./boosted-scores.js";
import { type EvalRecord, Evaluation, type Judging } from "./evaluation.js";
import type { EarlierRounds } from "./xgb-continued.js";
import { type SplitTotals, XgbImportances } from "./xgb-importances.js";
import type { BoostTargets, XgbObjective } from "./xgb-objective.js";
import { treesPerRound, type XgbParams } from "./xgb-params.js";
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
  /** Rounds that were kept, an earlier model's included. */
  readonly rounds: number;
  readonly splits: SplitTotals;
  /** Where rounds were judged. */
  readonly evaluation: EvalRecord | undefined;
}

/** What a fit does besides adding rounds. */
export interface XgbCourse {
  readonly judging?: Judging | undefined;
  /** Rounds to go on from. */
  readonly earlier?: EarlierRounds | undefined;
}

/**
 * Gradient boosting as XGBoost does it: each round adds a tree for each output, fitted to the derivatives of the loss at the sums so
 * far. With `judging`, rounds are judged and may end early; the trees up to the best round are kept. `earlier` rounds come first. Without `subsample` and
 * `colsample...` the trees are XGBoost's own. Cost: some 2 ns a row, feature, level and tree.
 */
export function fitXgb(
  x: Matrix,
  targets: BoostTargets,
  params: XgbParams,
  objective: XgbObjective,
  { judging, earlier }: XgbCourse = {},
): XgbFit {
  const { columns: features } = x;
  const { outputs } = objective;
  const rule = xgbRuleOf(params.missing);
  const read = rule.missingValue === undefined ? x : comparable(x, rule);
  const { ensemble, rounds: before = 0, splits } = earlier ?? {};
  const trees: Tree[] = [...(ensemble?.trees ?? [])];
  const base = startOf(targets, params, objective, ensemble?.base);
  const start = { features, outputs, rule, trees: ensemble?.trees ?? [], base, divisor: 1 };
  const scores = new BoostedScores(start, x);
  const nextRound = xgbRounds(read, targets, params, objective, scores);
  const evaluation = judging && new Evaluation(judging, start, before);
  const importances = new XgbImportances(features, splits);
  const perRound = treesPerRound(params, outputs);
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
    ensemble: { ...start, trees },
    featureImportances: normalized(importances.of(params.importanceType)),
    rounds: trees.length / perRound,
    splits: importances.totals,
    evaluation: record,
  };
}

/** What a fit tells besides its trees. */
export function accountOf({ rounds, splits, evaluation }: XgbFit): TreeAccount {
  return { rounds, splits, ...(evaluation === undefined ? {} : { evaluation }) };
}

/** `[outputs]` what every row begins with: as asked for, or as in the `earlier` rounds, or from the data. */
function startOf(
  targets: BoostTargets,
  { baseScore }: XgbParams,
  objective: XgbObjective,
  earlier: Float64Array | undefined,
): Float64Array {
  if (baseScore === null) return earlier ?? objective.start(targets);
  return new Float64Array(objective.outputs).fill(objective.scoreOf(baseScore));
}

/** Leaf values in the column of output `k`, unless they are there for all. */
function spread(
  nodes: readonly XgbNode[],
  outputs: number,
  k: number | undefined,
): readonly XgbNode[] {
  if (outputs === 1 || k === undefined) return nodes;
  return nodes.map((node) => {
    const value = new Float64Array(outputs);
    value[k] = node.value[0] ?? 0;
    return { ...node, value };
  });
}
