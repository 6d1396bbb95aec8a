import type { IntegerTrees } from "../../op-spec/integer-trees.js";
import { type BitPrices, type ThresholdGroup, thresholdGroups } from "./threshold-groups.js";

/** One encrypted bit: bit `shift` of `min(max(x, low), high) - low`, where x is feature `feature`. */
export interface DiagramBit {
  readonly feature: number;
  readonly low: number;
  readonly high: number;
  readonly shift: number;
}

/** A gate: the value of `high` where `bit` is 1, else that of `low`. Both are earlier gates, or `-1 - l` for leaf l. */
export interface Gate {
  readonly bit: number;
  readonly low: number;
  readonly high: number;
}

/** One tree: its gates, children first; the last one has the tree's value. */
export interface Diagram {
  readonly gates: readonly Gate[];
}

/** Trees as gates on bits: `result = base + sum over diagrams of the value of the last gate`. */
export interface DecisionDiagrams {
  readonly bits: readonly DiagramBit[];
  readonly diagrams: readonly Diagram[];
  /** `[outputs]` each, all numbers >= 0; every tree's least values are in `base`. */
  readonly leaves: readonly Float64Array[];
  /** `[outputs]` */
  readonly base: Float64Array;
}

/**
 * Turns trees into gates. A feature that is compared with T thresholds is encrypted as T answers, one gate a question, as the bits of
 * its index among them, a gate for most bits a question, or as indices among some of them each: whatever is cheapest by `prices`
 * (`thresholdGroups`). Questions whose answers are known from earlier ones, and gates with equal outcomes, are dropped; equal gates of a
 * tree are one.
 */
export function decisionDiagrams(trees: IntegerTrees, prices: BitPrices): DecisionDiagrams {
  return new DiagramBuilder(trees, prices).run();
}

/** The bits that say where a feature lies among some of its thresholds: those of `x - low`, lowest first. */
interface IndexBits {
  readonly low: number;
  readonly bits: readonly number[];
}

/** Least and greatest value. */
type Range = readonly [number, number];
const anything: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** A tree without questions whose answers are known. */
type Pruned =
  | { readonly leaf: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly left: Pruned;
      readonly right: Pruned;
    };

class DiagramBuilder {
  readonly #trees: IntegerTrees;
  readonly #prices: BitPrices;
  readonly #bits: DiagramBit[] = [];
  /** By feature and threshold. */
  readonly #codes = new Map<number, Map<number, IndexBits>>();
  readonly #leaves: Float64Array[] = [];
  readonly #leafNumbers = new Map<string, number>();

  constructor(trees: IntegerTrees, prices: BitPrices) {
    this.#trees = trees;
    this.#prices = prices;
  }

  run(): DecisionDiagrams {
    const { roots, outputs } = this.#trees;
    const { gridBits } = this.#trees;
    const ends: Range = [0, 2 ** (gridBits ?? 0) - 1];
    const whole = new Map(
      gridBits === undefined
        ? []
        : Array.from({ length: this.#trees.features }, (_, feature) => [feature, ends] as const),
    );
    const pruned = Array.from(roots, (root) => this.#prune(root, whole));
    this.#choose(pruned);
    const base = new Float64Array(outputs);
    const diagrams: Diagram[] = [];
    for (const tree of pruned) {
      const least = this.#least(tree);
      for (let k = 0; k < outputs; k++) base[k] = (base[k] ?? 0) + (least[k] ?? 0);
      const gates: Gate[] = [];
      const last = this.#build(tree, least, gates, new Map());
      if (last >= 0) diagrams.push({ gates: reachable(gates, last) });
    }
    return { bits: this.#bits, diagrams, leaves: this.#leaves, base };
  }

  /** `known`: for each feature the least and greatest value that earlier answers leave; as before when it returns. */
  #prune(node: number, known: Map<number, Range>): Pruned {
    const { feature, threshold, left, right } = this.#trees;
    const asked = feature[node] ?? -1;
    if (asked < 0) return { leaf: node };
    const at = threshold[node] ?? 0;
    const [least, most] = known.get(asked) ?? anything;
    if (at <= least) return this.#prune(right[node] ?? 0, known);
    if (at > most) return this.#prune(left[node] ?? 0, known);
    return {
      feature: asked,
      threshold: at,
      left: within(known, asked, [least, at - 1], () => this.#prune(left[node] ?? 0, known)),
      right: within(known, asked, [at, most], () => this.#prune(right[node] ?? 0, known)),
    };
  }

  /** Encrypts the bits of a feature's index, for those of `asked` that no index before it holds. */
  #encrypt(feature: number, group: ThresholdGroup, asked: Iterable<number>): void {
    const { low, high, width } = group;
    const bits = Array.from(
      { length: width },
      (_, shift) => this.#bits.push({ feature, low, high, shift }) - 1,
    );
    const codes = this.#codes.get(feature) ?? new Map<number, IndexBits>();
    for (const threshold of asked) {
      if (threshold > low && threshold <= high && !codes.has(threshold))
        codes.set(threshold, { low, bits });
    }
    this.#codes.set(feature, codes);
  }

  #choose(trees: readonly Pruned[]): void {
    const asked = new Map<number, Map<number, number>>();
    const count = (tree: Pruned): void => {
      if ("leaf" in tree) return;
      const thresholds = asked.get(tree.feature) ?? new Map<number, number>();
      thresholds.set(tree.threshold, (thresholds.get(tree.threshold) ?? 0) + 1);
      asked.set(tree.feature, thresholds);
      count(tree.left);
      count(tree.right);
    };
    trees.forEach(count);
    const { gridBits, features } = this.#trees;
    if (gridBits !== undefined) {
      // Every bit of every feature, whatever is asked of it.
      const grid = { low: 0, high: 2 ** gridBits - 1, width: gridBits };
      for (let feature = 0; feature < features; feature++) {
        this.#encrypt(feature, grid, asked.get(feature)?.keys() ?? []);
      }
      return;
    }
    for (const [feature, uses] of [...asked].sort(([a], [b]) => a - b)) {
      for (const group of thresholdGroups(uses, this.#prices)) {
        this.#encrypt(feature, group, uses.keys());
      }
    }
  }

  #least(tree: Pruned): Float64Array {
    const { outputs, values } = this.#trees;
    if ("leaf" in tree) return values.slice(tree.leaf * outputs, (tree.leaf + 1) * outputs);
    const right = this.#least(tree.right);
    return this.#least(tree.left).map((value, k) => Math.min(value, right[k] ?? value));
  }

  /** The gate or leaf that has the tree's value, where features lie in `ranges`, which are as before when it returns. */
  #build(
    tree: Pruned,
    least: Float64Array,
    gates: Gate[],
    known: Map<string, number>,
    ranges = new Map<number, Range>(),
  ): number {
    if ("leaf" in tree) return this.#leaf(tree.leaf, least);
    const { feature, threshold } = tree;
    const range = ranges.get(feature) ?? anything;
    const child = (side: Pruned, own: Range): number =>
      within(ranges, feature, own, () => this.#build(side, least, gates, known, ranges));
    const left = child(tree.left, [range[0], threshold - 1]);
    const right = child(tree.right, [threshold, range[1]]);
    const code = this.#codes.get(feature)?.get(threshold);
    if (code === undefined) throw new RangeError("a threshold without bits");
    const gate = (bit: number, low: number, high: number): number => {
      if (low === high) return low;
      const key = `${bit} ${low} ${high}`;
      const at = known.get(key) ?? gates.push({ bit, low, high }) - 1;
      known.set(key, at);
      return at;
    };
    // From the lowest bit up: equal so far goes right; a bit of the threshold that x lacks goes left, one that x has beyond it right.
    const offset = threshold - code.low;
    const largest = 2 ** code.bits.length - 1;
    const [first, last] = range.map((x) => Math.min(Math.max(x - code.low, 0), largest));
    let equal = right;
    for (const [shift, bit] of code.bits.entries()) {
      const due = (offset >> shift) & 1;
      if (first !== undefined && last !== undefined && first >> shift === last >> shift) {
        // Earlier answers leave one value of this bit and those above it.
        const own = (first >> shift) & 1;
        if (own !== due) equal = own > due ? right : left;
        continue;
      }
      equal = due === 1 ? gate(bit, left, equal) : gate(bit, equal, right);
    }
    return equal;
  }

  #leaf(node: number, least: Float64Array): number {
    const { outputs, values } = this.#trees;
    const own = Float64Array.from(
      { length: outputs },
      (_, k) => (values[node * outputs + k] ?? 0) - (least[k] ?? 0),
    );
    const key = own.join();
    const number = this.#leafNumbers.get(key) ?? this.#leaves.push(own) - 1;
    this.#leafNumbers.set(key, number);
    return -1 - number;
  }
}

/** What `work` gives while `feature` lies in `range`. */
function within<Result>(
  ranges: Map<number, Range>,
  feature: number,
  range: Range,
  work: () => Result,
): Result {
  const before = ranges.get(feature);
  ranges.set(feature, range);
  const result = work();
  if (before === undefined) ranges.delete(feature);
  else ranges.set(feature, before);
  return result;
}

/** The gates that `root` reads, itself the last. */
function reachable(gates: readonly Gate[], root: number): Gate[] {
  const used = new Set([root]);
  for (let at = root; at >= 0; at--) {
    if (!used.has(at)) continue;
    used.add(gates[at]?.low ?? -1).add(gates[at]?.high ?? -1);
  }
  const kept = gates.flatMap((_, at) => (used.has(at) ? [at] : []));
  const places = new Map(kept.map((at, place) => [at, place]));
  const moved = (child: number): number => (child < 0 ? child : (places.get(child) ?? 0));
  return kept.flatMap((at) => {
    const gate = gates[at];
    return gate === undefined
      ? []
      : [{ bit: gate.bit, low: moved(gate.low), high: moved(gate.high) }];
  });
}
