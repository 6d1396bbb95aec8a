import type { IntegerTrees } from "../../op-spec/integer-trees.js";
import { ColumnQuantizer } from "../../quantize/column-quantizer.js";
import type { FeatureColumn } from "../../quantize/feature-columns.js";
import type { Matrix } from "../check-data.js";
import { pruneTrees } from "./prune-trees.js";
import type { Tree, TreeEnsemble } from "./tree-ensemble.js";

/** How an ensemble becomes integers. */
export interface TreeBits {
  /**
   * `"thresholds"`: features become places among the trees' own thresholds; every split is exact, and the client file shows the
   * thresholds. A number (1 to 16): points of a uniform grid over the training data's ranges; the client file shows only those ranges.
   */
  readonly features: "thresholds" | number;
  /** Bits of leaf values, 2 to 32: they are rounded to that part of the largest one. */
  readonly leaves: number;
}

/** An ensemble on whole numbers. */
export interface QuantizedTrees {
  readonly trees: IntegerTrees;
  readonly quantizer: ColumnQuantizer;
  /** Real scores are `base[k] + step * scales[k] * integer`. */
  readonly step: number;
  /** `[outputs]`; undefined where all are 1. */
  readonly scales: Float64Array | undefined;
  readonly base: Float64Array;
}

/**
 * Rounds leaves and turns splits into comparisons of whole numbers. `x` gives the ranges of grids. Outputs that are not compared with each
 * other (`apart`) are rounded each to a part of its own largest leaf.
 */
export function quantizeTrees(
  ensemble: TreeEnsemble,
  bits: TreeBits,
  x: Matrix,
  apart = false,
): QuantizedTrees {
  const { features, trees, rule, divisor, base } = ensemble;
  const grids = bits.features === "thresholds" ? [] : gridsOf(bits.features, x);
  const columns = new Columns(features, grids, rule.missing !== "none");
  for (const tree of trees) columns.collect(tree);
  const found = columns.finish();
  const steps = leafSteps(ensemble, bits.leaves, apart);
  const quantizer = new ColumnQuantizer(features, rule, found);
  const whole = {
    ...{ ...joinTrees(ensemble, columns, steps), features: found.length },
    ...(bits.features === "thresholds" ? {} : { gridBits: bits.features }),
  };
  const { unit, scales } = steps;
  return {
    trees: pruneTrees(whole, quantizer.maxima),
    ...{ quantizer, step: unit / divisor, scales, base },
  };
}

/** Leaves of output k are whole numbers of `unit * scales[k]`. */
interface LeafSteps {
  readonly unit: number;
  /** `[outputs]`; undefined where all are 1. */
  readonly scales: Float64Array | undefined;
}

function leafSteps(ensemble: TreeEnsemble, bits: number, apart: boolean): LeafSteps {
  const largest = largestLeaves(ensemble);
  const most = Math.max(...largest);
  const unit = most / (2 ** (bits - 1) - 1) || 1;
  // Of leaves too small for a step of their own, all are 0.
  const scaleOf = (own: number): number => (own / most > smallestScale ? own / most : 1);
  return { unit, scales: apart && ensemble.outputs > 1 ? largest.map(scaleOf) : undefined };
}

/** Far below what any score tells apart; its products with steps are no denormal numbers. */
const smallestScale = 2 ** -200;

/** All trees one after the other, with questions about `columns`. */
function joinTrees(
  { trees, outputs, rule }: TreeEnsemble,
  columns: Columns,
  { unit, scales }: LeafSteps,
): Omit<IntegerTrees, "features"> {
  const count = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  const joined = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Int32Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    values: new Float64Array(count * outputs),
  };
  const roots: number[] = [];
  let start = 0;
  for (const tree of trees) {
    roots.push(start);
    for (let node = 0; node < tree.feature.length; node++) {
      const to = start + node;
      if ((tree.feature[node] ?? -1) < 0) {
        for (let k = 0; k < outputs; k++) {
          const value = tree.values[node * outputs + k] ?? 0;
          joined.values[to * outputs + k] = Math.round(value / (unit * (scales?.[k] ?? 1))) + 0;
        }
        continue;
      }
      const { column, threshold } = columns.question(tree, node, rule.left === "<=");
      joined.feature[to] = column;
      joined.threshold[to] = threshold;
      joined.left[to] = start + (tree.left[node] ?? 0);
      joined.right[to] = start + (tree.right[node] ?? 0);
    }
    start += tree.feature.length;
  }
  return { ...joined, roots: Int32Array.from(roots), outputs };
}

/** `[outputs]` greatest absolute value of a leaf. */
function largestLeaves({ trees, outputs }: TreeEnsemble): Float64Array {
  const largest = new Float64Array(outputs);
  for (const { values } of trees) {
    for (let i = 0; i < values.length; i++) {
      largest[i % outputs] = Math.max(largest[i % outputs] ?? 0, Math.abs(values[i] ?? 0));
    }
  }
  return largest;
}

/** A split as a question about a column: right where the column's number is at least `threshold`. */
interface Question {
  readonly column: number;
  readonly threshold: number;
}

type Grid = FeatureColumn & { readonly kind: "grid" };

const unasked: FeatureColumn = { kind: "index", feature: 0, thresholds: [0], missing: "low" };

/** The columns that an ensemble's splits ask. */
class Columns {
  readonly #thresholds = new Map<string, Set<number>>();
  readonly #categories = new Map<string, FeatureColumn>();
  readonly #features: number;
  readonly #grids: readonly Grid[];
  /** Whether missing values need columns of their own, by the side that they go to. */
  readonly #missing: boolean;
  readonly #grid = new Map<string, Grid>();
  readonly #places = new Map<string, number>();
  #columns: FeatureColumn[] = [];

  /** `grids`: one a feature for those that are compared with thresholds; none where columns are places among thresholds. */
  constructor(features: number, grids: readonly Grid[], missing: boolean) {
    this.#features = features;
    this.#grids = grids;
    this.#missing = missing;
    if (missing) return;
    for (const grid of grids) this.#grid.set(`${grid.feature} grid`, grid);
  }

  collect(tree: Tree): void {
    for (let node = 0; node < tree.feature.length; node++) {
      const feature = tree.feature[node] ?? -1;
      if (feature < 0) continue;
      const key = keyOf(tree, node);
      const set = tree.categories.get(node);
      if (set !== undefined) {
        const right = set.side === "right" ? "listed" : "others";
        const missing = tree.missingLeft[node] === 1 ? 0 : 1;
        const categories = Array.from(set.values);
        this.#categories.set(key, { kind: "category", feature, categories, right, missing });
      } else if (this.#grids.length > 0) {
        this.#addGrid(tree, node, feature);
      } else {
        const known = this.#thresholds.get(key) ?? new Set();
        this.#thresholds.set(key, known.add(tree.threshold[node] ?? 0));
      }
    }
  }

  #addGrid(tree: Tree, node: number, feature: number): void {
    const grid = this.#grids[feature];
    if (!this.#missing || grid === undefined) return;
    const missing = tree.missingLeft[node] === 1 ? "low" : "high";
    this.#grid.set(this.#gridKey(tree, node), { ...grid, missing });
  }

  #gridKey(tree: Tree, node: number): string {
    return this.#missing ? `${keyOf(tree, node)} grid` : `${tree.feature[node]} grid`;
  }

  finish(): readonly FeatureColumn[] {
    const indices = [...this.#thresholds].map(([key, thresholds]) => {
      const [feature = "0", missing] = key.split(" ");
      const column: FeatureColumn = {
        kind: "index",
        feature: Number(feature),
        thresholds: [...thresholds].sort((a, b) => a - b),
        missing: missing === "1" ? "low" : "high",
      };
      return [key, column] as const;
    });
    const all = [...this.#grid, ...indices, ...this.#categories].sort(
      ([, a], [, b]) => a.feature - b.feature,
    );
    // Trees that ask nothing: a circuit still has an input.
    if (all.length === 0 && this.#features > 0) all.push(["nothing", unasked]);
    this.#columns = all.map(([, column]) => column);
    for (const [place, [key]] of all.entries()) this.#places.set(key, place);
    return this.#columns;
  }

  question(tree: Tree, node: number, equalLeft: boolean): Question {
    const own = keyOf(tree, node);
    const gridded = this.#grids.length > 0 && !tree.categories.has(node);
    const key = gridded ? this.#gridKey(tree, node) : own;
    const place = this.#places.get(key) ?? 0;
    const column = this.#columns[place];
    const limit = tree.threshold[node] ?? 0;
    if (column?.kind === "index") {
      return { column: place, threshold: column.thresholds.indexOf(limit) + 1 };
    }
    if (column?.kind === "grid") {
      const first = firstPointRight(column, limit, equalLeft);
      // A missing value stands at an end of the grid and must stay on its side.
      if (column.missing === "low") return { column: place, threshold: Math.max(first, 1) };
      const last = 2 ** column.bits - 1;
      return { column: place, threshold: column.missing ? Math.min(first, last) : first };
    }
    return { column: place, threshold: 1 };
  }
}

function keyOf(tree: Tree, node: number): string {
  const set = tree.categories.get(node);
  const about = `${tree.feature[node]} ${tree.missingLeft[node]}`;
  return set === undefined ? about : `${about} ${set.side} ${set.values.join()}`;
}

/** Least point of the grid that goes right; `2^bits` where none does. */
function firstPointRight({ low, step, bits }: Grid, limit: number, equalLeft: boolean): number {
  const goesRight = (point: number): boolean => {
    const value = low + point * step;
    return equalLeft ? value > limit : value >= limit;
  };
  let point = Math.min(Math.max(Math.floor((limit - low) / step) - 1, 0), 2 ** bits);
  while (point < 2 ** bits && !goesRight(point)) point++;
  return point;
}

/** One grid a feature, over its range in `x`; NaN does not count. */
function gridsOf(bits: number, x: Matrix): Grid[] {
  const grids: Grid[] = [];
  for (let feature = 0; feature < x.columns; feature++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < x.rows; row++) {
      const value = x.data[row * x.columns + feature] ?? 0;
      if (Number.isNaN(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (!Number.isFinite(low)) low = 0;
    if (!(low < high)) high = low + 1;
    const step = (high - low) / (2 ** bits - 1);
    grids.push({ kind: "grid", feature, low, step, bits });
  }
  return grids;
}
