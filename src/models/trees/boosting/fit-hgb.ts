import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import type { Matrix } from "../../check-data.js";
import { SeededRandom } from "../../seeded-random.js";
import { normalized } from "../cart/grow-tree.js";
import { toTree } from "../node-list.js";
import { predictEnsemble } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import { growHgb, type HgbNode } from "./grow-hgb.js";
import { growthOn, type HgbKinds, hgbKinds } from "./hgb-growth.js";
import type { HgbLoss } from "./hgb-loss.js";
import type { EarlyStopping, HgbParams } from "./hgb-params.js";
import type { BoostTargets } from "./xgb-objective.js";

/** How histogram boosting compares: double precision, up to the threshold goes left, NaN by the node's direction. */
export const hgbRule: ComparisonRule = { left: "<=", precision: "float64", missing: "nan" };

export interface HgbFit {
  readonly ensemble: TreeEnsemble;
  /** `[features]` summed gain of a feature's splits, normalised. */
  readonly featureImportances: Float64Array;
  /** Rounds that were made. */
  readonly rounds: number;
  /** With early stopping: loss on held-out rows, before the first round and after each. */
  readonly heldOut?: readonly number[];
}

/** scikit-learn's histogram gradient boosting. Without early stopping the trees are scikit-learn's own. */
export function fitHgb(x: Matrix, targets: BoostTargets, params: HgbParams, loss: HgbLoss): HgbFit {
  const kinds = hgbKinds(x, params);
  const { when } = params.earlyStopping;
  if (when === false || (when === "auto" && x.rows <= 10_000)) {
    return boost(x, targets, params, loss, kinds, undefined);
  }
  const { train, held } = holdOut(x.rows, params);
  return boost(pickRows(x, train), pickTargets(targets, train), params, loss, kinds, {
    x: pickRows(x, held),
    targets: pickTargets(targets, held),
  });
}

interface HeldOut {
  readonly x: Matrix;
  readonly targets: BoostTargets;
}

function boost(
  x: Matrix,
  targets: BoostTargets,
  params: HgbParams,
  loss: HgbLoss,
  kinds: HgbKinds,
  held: HeldOut | undefined,
): HgbFit {
  const { rows, columns: features } = x;
  const { outputs } = loss;
  const growth = growthOn(x, targets.weights, params, kinds);
  const slopes = Array.from({ length: outputs }, () => ({
    gradient: new Float32Array(rows),
    hessian: new Float32Array(rows),
  }));
  const base = loss.start(targets);
  const scores = Float64Array.from({ length: rows * outputs }, (_, i) => base[i % outputs] ?? 0);
  const watch = held === undefined ? undefined : new LossWatch(held, base, loss, params);
  const trees: Tree[] = [];
  const gains = new Float64Array(features);
  let rounds = 0;
  while (rounds < params.maxIter && watch?.done !== true) {
    rounds++;
    loss.derive(targets, scores, slopes);
    slopes.forEach((derivatives, k) => {
      const order = new Int32Array(rows).map((_, i) => i);
      const { nodes, leaves } = growHgb(growth, derivatives, order);
      if (loss.leaf !== undefined) {
        for (const { node, start, end } of leaves) {
          const own = order.subarray(start, end);
          nodes[node]?.value.fill(params.learningRate * leafValue(loss.leaf, targets, scores, own));
        }
      }
      for (const { node, start, end } of leaves) {
        const value = nodes[node]?.value[0] ?? 0;
        for (let p = start; p < end; p++) {
          const at = (order[p] ?? 0) * outputs + k;
          scores[at] = (scores[at] ?? 0) + value;
        }
      }
      for (const { feature, gain } of nodes) {
        if (feature >= 0) gains[feature] = (gains[feature] ?? 0) + gain;
      }
      trees.push(toTree(inColumn(nodes, outputs, k), outputs));
    });
    watch?.see(trees.slice(-outputs));
  }
  return {
    ensemble: { features, outputs, rule: hgbRule, trees, base, divisor: 1 },
    featureImportances: normalized(gains),
    rounds,
    ...(watch === undefined ? {} : { heldOut: watch.losses }),
  };
}

/** `of` the residuals of `rows`; for losses with one score a row. */
function leafValue(
  of: NonNullable<HgbLoss["leaf"]>,
  { y, weights }: BoostTargets,
  scores: Float64Array,
  rows: Int32Array,
): number {
  const residuals = Float64Array.from(rows, (row) => (y[row] ?? 0) - (scores[row] ?? 0));
  return of(residuals, weights && Float64Array.from(rows, (row) => weights[row] ?? 0));
}

/** The loss on held-out rows, and whether it has stopped falling. */
class LossWatch {
  readonly #held: HeldOut;
  readonly #loss: HgbLoss;
  readonly #stopping: EarlyStopping;
  readonly #scores: Float64Array;
  readonly #losses: number[];

  constructor(held: HeldOut, base: Float64Array, loss: HgbLoss, params: HgbParams) {
    this.#held = held;
    this.#loss = loss;
    this.#stopping = params.earlyStopping;
    const length = held.x.rows * loss.outputs;
    this.#scores = Float64Array.from({ length }, (_, i) => base[i % loss.outputs] ?? 0);
    this.#losses = [loss.value(held.targets, this.#scores)];
  }

  /** Before the first round and after each that was seen. */
  get losses(): readonly number[] {
    return this.#losses;
  }

  see(trees: readonly Tree[]): void {
    const { x, targets } = this.#held;
    const { outputs } = this.#loss;
    const base = new Float64Array(outputs);
    const ensemble = { features: x.columns, outputs, rule: hgbRule, trees, base, divisor: 1 };
    predictEnsemble(ensemble, x).data.forEach((value, i) => {
      this.#scores[i] = (this.#scores[i] ?? 0) + value;
    });
    this.#losses.push(this.#loss.value(targets, this.#scores));
  }

  /** True when none of the last rounds was better than the one before them. */
  get done(): boolean {
    const { nIterNoChange, tol } = this.#stopping;
    const before = this.#losses.at(-nIterNoChange - 1);
    if (before === undefined) return false;
    return this.#losses.slice(-nIterNoChange).every((loss) => loss >= before - tol);
  }
}

function holdOut(rows: number, params: HgbParams): { train: number[]; held: number[] } {
  const random = new SeededRandom(params.randomState);
  const order = random.shuffle(Array.from({ length: rows }, (_, i) => i));
  const count = Math.min(
    rows - 1,
    Math.max(1, Math.ceil(params.earlyStopping.validationFraction * rows)),
  );
  return { held: order.slice(0, count), train: order.slice(count) };
}

function pickRows(x: Matrix, rows: readonly number[]): Matrix {
  const data = new Float64Array(rows.length * x.columns);
  rows.forEach((row, i) => {
    data.set(x.data.subarray(row * x.columns, (row + 1) * x.columns), i * x.columns);
  });
  return { shape: [rows.length, x.columns], data, rows: rows.length, columns: x.columns };
}

function pickTargets({ y, weights }: BoostTargets, rows: readonly number[]): BoostTargets {
  return {
    y: Float64Array.from(rows, (row) => y[row] ?? 0),
    weights: weights && Float64Array.from(rows, (row) => weights[row] ?? 0),
  };
}

/** Leaf values in the column of output `k`. */
function inColumn(nodes: readonly HgbNode[], outputs: number, k: number): readonly HgbNode[] {
  if (outputs === 1) return nodes;
  return nodes.map((node) => {
    const value = new Float64Array(outputs);
    value[k] = node.value[0] ?? 0;
    return { ...node, value };
  });
}
