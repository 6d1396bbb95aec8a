import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import type { Matrix } from "../../check-data.js";
import { SeededRandom } from "../../seeded-random.js";
import { normalized } from "../cart/grow-tree.js";
import { toTree } from "../node-list.js";
import { comparable } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import { type EvalRecord, Evaluation, type Judging } from "./evaluation.js";
import { FeatureSampler } from "./feature-sampler.js";
import { growXgb, type XgbGrowth, type XgbNode, type XgbTree } from "./grow-xgb.js";
import { HistogramBuilder } from "./histogram.js";
import { interactionRules } from "./interaction-rules.js";
import { xgbBinning } from "./xgb-binning.js";
import { XgbImportances } from "./xgb-importances.js";
import { monotoneRules } from "./xgb-monotone.js";
import type { BoostTargets, XgbObjective } from "./xgb-objective.js";
import type { XgbParams } from "./xgb-params.js";
import type { XgbBins } from "./xgb-split.js";

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
  const { rows, columns: features } = x;
  const { outputs } = objective;
  const rule = xgbRuleOf(params.missing);
  const read = rule.missingValue === undefined ? x : comparable(x, rule);
  const binning = xgbBinning(read, targets.weights, params, objective.constantHessian);
  const growthOn = growthWith(params, features);
  const random = new SeededRandom(params.randomState);
  const base =
    params.baseScore === null
      ? objective.start(targets)
      : new Float64Array(outputs).fill(objective.scoreOf(params.baseScore));
  const scores = new Float32Array(rows * outputs);
  for (let i = 0; i < scores.length; i++) scores[i] = base[i % outputs] ?? 0;
  const shares = {
    byTree: params.colsampleBytree,
    byLevel: params.colsampleBylevel,
    byNode: params.colsampleBynode,
  };
  const slopes = Array.from({ length: outputs }, () => ({
    gradient: new Float32Array(rows),
    hessian: new Float32Array(rows),
  }));
  const evaluation = judging === undefined ? undefined : new Evaluation(judging, base);
  const perRound = outputs * params.numParallelTree;
  const trees: Tree[] = [];
  const importances = new XgbImportances(features);
  for (let round = 0; round < params.nEstimators; round++) {
    // All outputs of a round are derived from the same scores.
    slopes.forEach((derivatives, k) => {
      objective.derive(targets, scores, k, derivatives);
    });
    slopes.forEach((derivatives, k) => {
      for (let at = 0; at < params.numParallelTree; at++) {
        const order = drawRows(rows, params.subsample, random);
        const sampler = new FeatureSampler(features, shares, random);
        const bins = binning(derivatives, order);
        const grown = growXgb(growthOn(bins), derivatives, order, sampler);
        if (objective.leaf !== undefined) {
          setLeaves(grown, objective.leaf, targets, scores, params);
        }
        for (const { node, start, end } of grown.leaves) {
          const value = grown.nodes[node]?.value[0] ?? 0;
          for (let p = start; p < end; p++) {
            const at = (order[p] ?? 0) * outputs + k;
            scores[at] = (scores[at] ?? 0) + value;
          }
        }
        if (order.length < rows) addUnseen(grown.nodes, bins, order, { scores, outputs, k });
        importances.add(grown.nodes);
        trees.push(toTree(spread(grown.nodes, outputs, k), outputs));
      }
    });
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

/** Leaf values of losses with one score a row whose derivatives do not give them. */
function setLeaves(
  { nodes, leaves, order }: XgbTree,
  leaf: NonNullable<XgbObjective["leaf"]>,
  { y, weights }: BoostTargets,
  scores: Float32Array,
  { learningRate, numParallelTree }: XgbParams,
): void {
  const rate = Math.fround(Math.fround(learningRate) / numParallelTree);
  for (const { node, start, end } of leaves) {
    const rows = order.subarray(start, end);
    const residuals = Float64Array.from(rows, (row) =>
      Math.fround(Math.fround(y[row] ?? 0) - (scores[row] ?? 0)),
    );
    const own = weights && Float64Array.from(rows, (row) => weights[row] ?? 0);
    nodes[node]?.value.fill(Math.fround(leaf(residuals, own) * rate));
  }
}

/** What trees on the same bins share; the last one is kept, as most methods have no other. */
function growthWith(params: XgbParams, features: number): (bins: XgbBins) => XgbGrowth {
  const rules = monotoneRules("XGB", params.monotoneConstraints, features, params);
  const path = "XGB interactionConstraints";
  const interactions = interactionRules(path, params.interactionConstraints, features);
  let last: XgbGrowth | undefined;
  return (bins) => {
    if (last?.bins === bins) return last;
    const builder = new HistogramBuilder(bins.data, 2);
    last = { bins, params, builder, rules, interactions };
    return last;
  };
}

/** All rows, or each with probability `share`; at least one. */
function drawRows(rows: number, share: number, random: SeededRandom): Int32Array {
  const all = new Int32Array(rows);
  for (let i = 0; i < rows; i++) all[i] = i;
  if (share === 1) return all;
  const drawn = all.filter(() => random.nextUint32() < share * 2 ** 32);
  return drawn.length > 0 ? drawn : Int32Array.of(random.nextBelow(rows));
}

interface ScoreColumn {
  readonly scores: Float32Array;
  readonly outputs: number;
  readonly k: number;
}

/** Adds leaf values to the rows that the tree did not see. */
function addUnseen(
  nodes: readonly XgbNode[],
  { data }: XgbBins,
  seen: Int32Array,
  { scores, outputs, k }: ScoreColumn,
): void {
  const isSeen = new Uint8Array(data.rows);
  for (const row of seen) isSeen[row] = 1;
  for (let row = 0; row < data.rows; row++) {
    if (isSeen[row] === 1) continue;
    let node = nodes[0];
    while (node !== undefined && node.feature >= 0) {
      const bin = data.bins[node.feature * data.rows + row] ?? 0;
      const missing = bin === data.missingBin[node.feature];
      node = nodes[(missing ? node.missingLeft : bin <= node.bin) ? node.left : node.right];
    }
    const at = row * outputs + k;
    scores[at] = (scores[at] ?? 0) + (node?.value[0] ?? 0);
  }
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
