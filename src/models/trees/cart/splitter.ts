import type { Criterion } from "./criterion.js";
import { lastToFront, missingLast, swap } from "./missing-rows.js";
import { sortPairs } from "./sort-pairs.js";
import type { SplitRandom } from "./split-random.js";

/** What the value of a node and of all below it must lie in. */
export interface ValueBounds {
  readonly low: number;
  readonly high: number;
}

/** A cut of a node's rows: `samples[start..position)` go left. */
export interface Cut {
  readonly feature: number;
  readonly threshold: number;
  /** Where missing values go; the side of more rows where the node has none. False where the training data have none. */
  readonly missingLeft: boolean;
  /** `end` of the node where no cut was found. */
  readonly position: number;
  readonly improvement: number;
  readonly leftImpurity: number;
  readonly rightImpurity: number;
  /** Halfway between the values of the two sides. */
  readonly middle: number;
  /** Features known to be constant in the node, itself and its children; for the search in the children. */
  readonly constants: number;
}

export interface SplitterSettings {
  readonly splitter: "best" | "random";
  readonly maxFeatures: number;
  readonly minSamplesLeaf: number;
  readonly minWeightLeaf: number;
}

/** Training rows as the splitter sees them. */
export interface SplitterData {
  /** `[features, rows]` */
  readonly columns: Float32Array;
  readonly rows: number;
  readonly features: number;
  /** Row numbers; permuted so that a node's rows lie together. */
  readonly samples: Int32Array;
  readonly totalWeight: number;
  /** `[features]` see `CartData`. */
  readonly directions: Int8Array | undefined;
  readonly missing: Uint8Array | undefined;
}

export const anyValue: ValueBounds = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
};

/** Values closer than this are one value to scikit-learn. */
const sameValue = Math.fround(1e-7);

/**
 * Looks for a node's best cut over features drawn at random without replacement (scikit-learn's algorithm, draw for draw).
 * Features that an ancestor found constant are not looked at again.
 */
export class Splitter {
  readonly #data: SplitterData;
  readonly #criterion: Criterion;
  readonly #settings: SplitterSettings;
  readonly #random: SplitRandom;
  readonly #features: Int32Array;
  readonly #constantFeatures: Int32Array;
  readonly #values: Float32Array;
  #range = { least: 0, most: 0 };
  #bounds: ValueBounds | undefined;
  #bestProxy = Number.NEGATIVE_INFINITY;
  #bestFeature = -1;
  #bestThreshold = 0;
  #bestPosition = 0;
  #bestMissingLeft = false;
  /** Rows of the node that have no value of the feature that is looked at. */
  #missing = 0;

  constructor(
    data: SplitterData,
    criterion: Criterion,
    settings: SplitterSettings,
    random: SplitRandom,
  ) {
    this.#data = data;
    this.#criterion = criterion;
    this.#settings = settings;
    this.#random = random;
    this.#features = Int32Array.from({ length: data.features }, (_, j) => j);
    this.#constantFeatures = new Int32Array(data.features);
    this.#values = new Float32Array(data.rows);
  }

  /**
   * The best cut of `samples[start..end)`, which is permuted accordingly. The criterion must have been opened on the node.
   * `known`: how many features the parent found constant. `bounds`: of both sides' values, where there are directions.
   */
  cut(start: number, end: number, impurity: number, known: number, bounds?: ValueBounds): Cut {
    this.#bounds = bounds;
    const features = this.#features;
    const { maxFeatures } = this.#settings;
    this.#bestProxy = Number.NEGATIVE_INFINITY;
    this.#bestPosition = end;
    this.#bestFeature = -1;
    let undrawn = features.length;
    let visited = 0;
    let found = 0;
    let drawnConstants = 0;
    let constants = known;
    let last = -1;
    while (undrawn > constants && (visited < maxFeatures || visited <= found + drawnConstants)) {
      visited++;
      let at = this.#random.integer(drawnConstants, undrawn - found);
      if (at < known) {
        swap(features, drawnConstants++, at);
        continue;
      }
      at += found;
      const feature = features[at] ?? 0;
      last = feature;
      if (!this.#load(feature, start, end)) {
        swap(features, at, constants++);
        found++;
        continue;
      }
      swap(features, --undrawn, at);
      if (this.#settings.splitter === "random") this.#tryRandom(feature, start, end);
      else {
        this.#tryAll(feature, start, end, false);
        if (this.#missing > 0) this.#tryAll(feature, start, end, true);
      }
    }
    const result = this.#finish(start, end, impurity, last, constants);
    features.set(this.#constantFeatures.subarray(0, known));
    this.#constantFeatures.set(features.subarray(known, known + found), known);
    return result;
  }

  #finish(start: number, end: number, impurity: number, last: number, constants: number): Cut {
    const criterion = this.#criterion;
    const cut = {
      feature: this.#bestFeature,
      threshold: this.#bestThreshold,
      missingLeft: this.#data.missing !== undefined && this.#bestMissingLeft,
      position: this.#bestPosition,
      constants,
    };
    if (cut.position >= end) {
      return { ...cut, improvement: 0, leftImpurity: 0, rightImpurity: 0, middle: 0 };
    }
    if (this.#settings.splitter === "best" || last !== cut.feature) {
      this.#partition(cut, start, end);
    }
    criterion.reset();
    criterion.update(cut.position);
    const leftImpurity = criterion.leftImpurity();
    const rightImpurity = criterion.rightImpurity();
    const { nodeWeight, leftWeight, rightWeight } = criterion;
    const improvement =
      (nodeWeight / this.#data.totalWeight) *
      (impurity -
        (rightWeight / nodeWeight) * rightImpurity -
        (leftWeight / nodeWeight) * leftImpurity);
    const middle = criterion.leftValue() / 2 + criterion.rightValue() / 2;
    return { ...cut, improvement, leftImpurity, rightImpurity, middle };
  }

  /** Reads the node's values of `feature`, sorted for the best splitter, missing ones last; false where all are one value. */
  #load(feature: number, start: number, end: number): boolean {
    const { columns, rows, samples } = this.#data;
    const values = this.#values;
    const column = columns.subarray(feature * rows, (feature + 1) * rows);
    const sorted = this.#settings.splitter === "best";
    const known =
      this.#data.missing?.[feature] === 1 && sorted
        ? missingLast(samples, column, start, end)
        : end;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    let present = 0;
    for (let p = start; p < known; p++) {
      const value = column[samples[p] ?? 0] ?? 0;
      values[p] = value;
      if (value < least) least = value;
      if (value > most) most = value;
      if (!Number.isNaN(value)) present++;
    }
    this.#missing = end - start - present;
    // scikit-learn sorts before it asks, and the order of rows counts in sums of rounded numbers.
    if (sorted) sortPairs(values, samples, start, known);
    else this.#range = { least, most };
    if (present === 0) return false;
    return this.#missing > 0 || most > Math.fround(least + sameValue);
  }

  /** Missing values go to one side, and then, in a second pass, to the other. */
  #tryAll(feature: number, start: number, end: number, missingLeft: boolean): void {
    const criterion = this.#criterion;
    const values = this.#values;
    const missing = this.#missing;
    if (missingLeft) {
      for (const list of [values, this.#data.samples]) lastToFront(list, start, end, missing);
    }
    const first = missingLeft ? start + missing + 1 : start + 1;
    const last = missingLeft ? end : end - missing;
    const { minSamplesLeaf, minWeightLeaf } = this.#settings;
    criterion.reset();
    for (let p = first; p < end && p <= last; p++) {
      const below = values[p - 1] ?? 0;
      const above = values[p] ?? 0;
      // Before the missing values there is a cut between them and all others.
      const all = p === last;
      if (!all && above <= Math.fround(below + sameValue)) continue;
      if (p - start < minSamplesLeaf || end - p < minSamplesLeaf) continue;
      criterion.update(p);
      if (criterion.leftWeight < minWeightLeaf || criterion.rightWeight < minWeightLeaf) continue;
      if (this.#isWrongWay(feature)) continue;
      const proxy = criterion.proxy();
      if (proxy > this.#bestProxy) {
        this.#bestProxy = proxy;
        this.#bestFeature = feature;
        this.#bestPosition = p;
        this.#bestThreshold = all ? Number.MAX_VALUE : below / 2 + above / 2;
        this.#bestMissingLeft = missing > 0 ? missingLeft : p - start > end - p;
      }
    }
  }

  #tryRandom(feature: number, start: number, end: number): void {
    const criterion = this.#criterion;
    const { least, most } = this.#range;
    const { minSamplesLeaf, minWeightLeaf } = this.#settings;
    let threshold = this.#random.real(least, most);
    const missing = this.#missing > 0;
    const drawn = missing && this.#random.integer(0, 2) === 1;
    if (threshold === most) threshold = least;
    const position = this.#partition({ feature, threshold, missingLeft: drawn }, start, end);
    if (position - start < minSamplesLeaf || end - position < minSamplesLeaf) return;
    criterion.reset();
    criterion.update(position);
    if (criterion.leftWeight < minWeightLeaf || criterion.rightWeight < minWeightLeaf) return;
    if (this.#isWrongWay(feature)) return;
    const proxy = criterion.proxy();
    if (proxy > this.#bestProxy) {
      this.#bestProxy = proxy;
      this.#bestFeature = feature;
      this.#bestPosition = position;
      this.#bestThreshold = threshold;
      this.#bestMissingLeft = missing ? drawn : position - start > end - position;
    }
  }

  /** Whether the cut that the criterion stands at breaks the feature's direction or the node's bounds. */
  #isWrongWay(feature: number): boolean {
    const direction = this.#data.directions?.[feature] ?? 0;
    if (direction === 0) return false;
    const left = this.#criterion.leftValue();
    const right = this.#criterion.rightValue();
    const { low, high } = this.#bounds ?? anyValue;
    const inside = left >= low && right >= low && left <= high && right <= high;
    return !inside || (left - right) * direction > 0;
  }

  /** Moves the rows that go left to the front and returns where the others begin. */
  #partition(
    { feature, threshold, missingLeft }: Pick<Cut, "feature" | "threshold" | "missingLeft">,
    start: number,
    end: number,
  ): number {
    const { columns, rows, samples } = this.#data;
    const column = columns.subarray(feature * rows, (feature + 1) * rows);
    let left = start;
    let right = end;
    while (left < right) {
      const value = column[samples[left] ?? 0] ?? 0;
      if (value <= threshold || (missingLeft && Number.isNaN(value))) left++;
      else swap(samples, left, --right);
    }
    return right;
  }
}
