import type { Matrix } from "../../check-data.js";
import { addTrees } from "../predict-ensemble.js";
import type { TreeEnsemble } from "../tree-ensemble.js";
import type { XgbBins } from "./xgb-split.js";
import type { XgbNode, XgbTree } from "./xgb-tree.js";

/** Scores `[rows, outputs]` of `x` in single precision, added tree by tree as XGBoost does. The divisor is 1. */
export function scoresOf(ensemble: TreeEnsemble, x: Matrix): Float32Array {
  const { base, outputs } = ensemble;
  const scores = new Float32Array(x.rows * outputs);
  for (let i = 0; i < scores.length; i++) scores[i] = base[i % outputs] ?? 0;
  addTrees(ensemble, x, scores);
  return scores;
}

/** The training rows' scores in single precision, tree by tree. */
export class BoostedScores {
  /** `[rows, outputs]` */
  readonly values: Float32Array;
  readonly #outputs: number;

  /** The rows of `x` begin with their scores under `start`. */
  constructor(start: TreeEnsemble, x: Matrix) {
    this.#outputs = start.outputs;
    this.values = scoresOf(start, x);
  }

  /** Adds a tree's leaf values to output `k` and, where leaves hold several, those after it, of the rows that it did not see as well. */
  add({ nodes, leaves, order }: XgbTree, bins: XgbBins, k: number): void {
    for (const { node, start, end } of leaves) {
      nodes[node]?.value.forEach((value, j) => {
        for (let p = start; p < end; p++) this.#addTo(order[p] ?? 0, k + j, value);
      });
    }
    if (order.length < bins.data.rows) this.#addUnseen(nodes, bins, order, k);
  }

  #addTo(row: number, k: number, value: number): void {
    const at = row * this.#outputs + k;
    this.values[at] = (this.values[at] ?? 0) + value;
  }

  #addUnseen(nodes: readonly XgbNode[], { data }: XgbBins, seen: Int32Array, k: number): void {
    const isSeen = new Uint8Array(data.rows);
    for (const row of seen) isSeen[row] = 1;
    for (let row = 0; row < data.rows; row++) {
      if (isSeen[row] === 1) continue;
      let node = nodes[0];
      while (node !== undefined && node.feature >= 0) {
        const bin = data.bins[node.feature * data.rows + row] ?? 0;
        const missing = bin === data.missingBin[node.feature];
        const left = missing ? node.missingLeft : binGoesLeft(node, bin);
        node = nodes[left ? node.left : node.right];
      }
      node?.value.forEach((value, j) => {
        this.#addTo(row, k + j, value);
      });
    }
  }
}

function binGoesLeft({ bin: last, categories }: XgbNode, bin: number): boolean {
  return categories === undefined ? bin <= last : !categories.values.includes(bin);
}
