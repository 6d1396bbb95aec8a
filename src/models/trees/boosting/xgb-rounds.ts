import type { Matrix } from "../../check-data.js";
import { SeededRandom } from "../../seeded-random.js";
import type { BoostedScores } from "./boosted-scores.js";
import { FeatureSampler, toFeatureWeights } from "./feature-sampler.js";
import { growXgb, growXgbVector, type XgbGrowth } from "./grow-xgb.js";
import { type Derivatives, HistogramBuilder } from "./histogram.js";
import { interactionRules } from "./interaction-rules.js";
import { xgbBinning } from "./xgb-binning.js";
import { monotoneRules } from "./xgb-monotone.js";
import type { BoostTargets, XgbObjective } from "./xgb-objective.js";
import { hasVectorLeaves, type XgbParams } from "./xgb-params.js";
import type { XgbBins } from "./xgb-split.js";
import type { XgbNode, XgbTree } from "./xgb-tree.js";

/** A tree of a round, and the output that it adds to; undefined where its leaves hold values for all. */
export interface RoundTree {
  readonly nodes: readonly XgbNode[];
  readonly k: number | undefined;
}

/**
 * What grows the trees of the next round, `numParallelTree` for each output or for all outputs together, and adds them to `scores`. `x` has NaN where values are missing.
 * Errors: `bad-argument` for rules and types that do not fit the features, `out-of-range` for categories.
 */
export function xgbRounds(
  x: Matrix,
  targets: BoostTargets,
  params: XgbParams,
  objective: XgbObjective,
  scores: BoostedScores,
): () => readonly RoundTree[] {
  const { rows, columns: features } = x;
  const binning = xgbBinning(x, targets.weights, params, objective.constantHessian);
  const growthOn = growthWith(params, features);
  const random = new SeededRandom(params.randomState);
  const shares = {
    byTree: params.colsampleBytree,
    byLevel: params.colsampleBylevel,
    byNode: params.colsampleBynode,
  };
  const weights = toFeatureWeights(params.featureWeights, features);
  const slopes = Array.from({ length: objective.outputs }, () => ({
    gradient: new Float32Array(rows),
    hessian: new Float32Array(rows),
  }));
  const copies = Array.from({ length: params.numParallelTree }, (_, at) => at);
  const addTree = (own: Derivatives, k: number | undefined): RoundTree => {
    const order = drawRows(rows, params.subsample, random);
    const sampler = new FeatureSampler(features, shares, random, weights);
    const bins = binning(own, order);
    const growth = growthOn(bins);
    const grown =
      k === undefined
        ? growXgbVector(growth, slopes, order, sampler)
        : growXgb(growth, own, order, sampler);
    if (objective.leaf !== undefined) {
      setLeaves(grown, objective.leaf, targets, scores.values, params);
    }
    scores.add(grown, bins, k ?? 0);
    return { nodes: grown.nodes, k };
  };
  const vector = hasVectorLeaves(params, objective.outputs);
  return () => {
    // All outputs of a round are derived from the same scores.
    slopes.forEach((derivatives, k) => {
      objective.derive(targets, scores.values, k, derivatives);
    });
    return vector
      ? slopes.slice(0, 1).flatMap((own) => copies.map(() => addTree(own, undefined)))
      : slopes.flatMap((own, k) => copies.map(() => addTree(own, k)));
  };
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
