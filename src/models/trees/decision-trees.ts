import type { Tensor } from "../../base/tensor.js";
import { type IntegerTrees, leafOf } from "../../op-spec/integer-trees.js";
import { treeBounds } from "../../ops/tree-ensemble/tree-ensemble.js";
import { classPairs } from "../ranking.js";
import type { QuantizedTrees } from "./quantize-trees.js";
import type { TreeDecision } from "./tree-result.js";

/** Linear combinations of scores, of which only the signs are asked: `[differences][scores]`. */
type Differences = readonly (readonly number[])[];

/** Quantized trees with what makes real scores of their sums; all that is asked of `QuantizedTrees`. */
type ScoredTrees = Pick<QuantizedTrees, "trees" | "step" | "base"> & Partial<QuantizedTrees>;

/**
 * Trees whose sums are above 0 where the differences of scores that `decision` asks are: score j less score i of every pair, or each score
 * less its limit. Sums fit in `bits` bits with a sign. Where leaves allow it (as those of a few pure trees do) every sign is exact; else
 * leaves are rounded tree by tree, each making up for what earlier ones lost on `rows` (`[rows, features]`, quantized). Scores are rounded,
 * not differences, so that classes always have an order; scores of several targets, which have none, are rounded each by itself.
 */
export function decisionTrees(
  quantized: ScoredTrees,
  decision: TreeDecision,
  rows: Tensor,
  bits: number,
): IntegerTrees {
  const { trees, step, scales, base } = quantized;
  if (decision.kind === "classes") {
    const starts = base.map((start) => start / step);
    return fitting(trees, starts, differencesOf(base.length), rows, bits);
  }
  // Leaves were rounded to whole steps; what equals the limit shall not get above it by that.
  const slack = trees.roots.length / 2;
  const signs = decision.limits.map((limit, k) => {
    const start = ((base[k] ?? 0) - limit) / (step * (scales?.[k] ?? 1)) - slack;
    return fitting(oneOutput(trees, k), Float64Array.of(start), [[1]], rows, bits);
  });
  return sideBySide(trees, signs);
}

/** The trees with result `k` alone. */
function oneOutput(trees: IntegerTrees, k: number): IntegerTrees {
  const { outputs } = trees;
  if (outputs === 1) return trees;
  return { ...trees, outputs: 1, values: trees.values.filter((_, i) => i % outputs === k) };
}

/** Trees of one shape with the results of all of `parts`, which have one each. */
function sideBySide(trees: IntegerTrees, parts: readonly IntegerTrees[]): IntegerTrees {
  const outputs = parts.length;
  const values = new Float64Array(trees.feature.length * outputs);
  for (const [k, part] of parts.entries()) {
    for (const [node, value] of part.values.entries()) values[node * outputs + k] = value;
  }
  return { ...trees, outputs, values };
}

function fitting(
  trees: IntegerTrees,
  starts: Float64Array,
  differences: Differences,
  rows: Tensor,
  bits: number,
): IntegerTrees {
  return exact(trees, starts, differences, bits) ?? rounded(trees, starts, differences, rows, bits);
}

/** `[differences][scores]`. One score is the difference of two classes already. */
function differencesOf(scores: number): Differences {
  if (scores === 1) return [[1]];
  return classPairs(scores).map(([i, j]) =>
    Array.from({ length: scores }, (_, k) => Number(k === j) - Number(k === i)),
  );
}

function combined(trees: IntegerTrees, differences: Differences): IntegerTrees {
  const { outputs, feature, values } = trees;
  const count = differences.length;
  const data = new Float64Array(feature.length * count);
  for (let node = 0; node < feature.length; node++) {
    const own = values.subarray(node * outputs, (node + 1) * outputs);
    for (const [p, weights] of differences.entries()) data[node * count + p] = dot(weights, own);
  }
  return { ...trees, outputs: count, values: data };
}

function dot(weights: readonly number[], values: Float64Array): number {
  return weights.reduce((sum, weight, k) => sum + weight * (values[k] ?? 0), 0) + 0;
}

/** In units of the differences' greatest common divisor, if their sums fit. */
function exact(
  trees: IntegerTrees,
  starts: Float64Array,
  differences: Differences,
  bits: number,
): IntegerTrees | undefined {
  const fine = combined(trees, differences);
  let unit = 0;
  for (const [at, value] of fine.values.entries()) {
    if ((fine.feature[Math.floor(at / fine.outputs)] ?? 0) < 0) unit = divisor(unit, value);
  }
  if (unit === 0) return moved(fine, constantSigns(starts, differences));
  // unit s + c > 0 exactly where s > floor(-c / unit).
  const shifts = Float64Array.from(
    differences,
    (weights) => -Math.floor(-dot(weights, starts) / unit),
  );
  const values = fine.values.map((value) => Math.round(value / unit) + 0);
  const found = moved({ ...fine, values }, shifts);
  return fits(found, bits) ? found : undefined;
}

/** Where no leaf adds anything: 1 for differences above 0, else 0. */
function constantSigns(starts: Float64Array, differences: Differences): Float64Array {
  return Float64Array.from(differences, (weights) => Number(dot(weights, starts) > 0));
}

/** Most rows on which rounding is balanced. */
const mostRows = 4000;
/** Each try at a unit in which sums fit takes one larger by this factor. */
const growth = 1.04;

function rounded(
  trees: IntegerTrees,
  starts: Float64Array,
  differences: Differences,
  rows: Tensor,
  bits: number,
): IntegerTrees {
  const { low, high } = treeBounds(combined(moved(trees, starts), differences));
  const largest = Math.max(
    ...low.data.map((least) => -least),
    ...high.data.map((most) => most),
    Number.MIN_VALUE,
  );
  const reached = leavesReached(trees, rows);
  for (let unit = largest / (2 ** (bits - 1) - 1); ; unit *= growth) {
    const found = combined(balanced(trees, starts, reached, unit), differences);
    if (fits(found, bits)) return found;
  }
}

/** `[trees][rows]` leaf of every row. */
function leavesReached(fine: IntegerTrees, { shape, data }: Tensor): Int32Array[] {
  const { features } = fine;
  const count = Math.min(shape[0] ?? 0, mostRows);
  return Array.from(fine.roots, (root) =>
    Int32Array.from({ length: count }, (_, row) =>
      leafOf(fine, root, data.subarray(row * features, (row + 1) * features)),
    ),
  );
}

/**
 * Scores in steps of `unit`. A leaf is rounded together with the mean of what its rows have lost so far; rows whose answer is close count
 * most.
 */
function balanced(
  trees: IntegerTrees,
  starts: Float64Array,
  reached: readonly Int32Array[],
  unit: number,
): IntegerTrees {
  const { outputs, feature } = trees;
  const leafValue = (leaf: number, k: number): number =>
    (trees.values[leaf * outputs + k] ?? 0) / unit;
  const values = Float64Array.from(trees.values, (value) => Math.round(value / unit) + 0);
  const weights = closeness(trees, starts, reached, unit);
  // A single score counts from half a step below: it is above 0 where it rounds to 1 or more.
  const constants = starts.map((start) => start / unit + (outputs === 1 ? 0.5 : 0));
  const shifts = constants.map((constant) => Math.round(constant) + 0);
  for (let k = 0; k < outputs; k++) {
    const lost = new Float64Array(weights.length).fill((constants[k] ?? 0) - (shifts[k] ?? 0));
    for (const leaves of reached) {
      const totals = new Map<number, { lost: number; weight: number }>();
      leaves.forEach((leaf, row) => {
        const total = totals.get(leaf) ?? { lost: 0, weight: 0 };
        total.lost += (weights[row] ?? 0) * (lost[row] ?? 0);
        total.weight += weights[row] ?? 0;
        totals.set(leaf, total);
      });
      for (const [leaf, total] of totals) {
        if ((feature[leaf] ?? 0) >= 0) continue;
        const owed = Math.min(Math.max(total.lost / total.weight, -1), 1);
        values[leaf * outputs + k] = Math.round(leafValue(leaf, k) + owed) + 0;
      }
      leaves.forEach((leaf, row) => {
        lost[row] = (lost[row] ?? 0) + leafValue(leaf, k) - (values[leaf * outputs + k] ?? 0);
      });
    }
  }
  return moved({ ...trees, values }, shifts);
}

/** `[rows]` from 1 where two answers are equally good down to 0, by the distance of the best two scores in steps. */
function closeness(
  { outputs, values }: IntegerTrees,
  starts: Float64Array,
  reached: readonly Int32Array[],
  unit: number,
): Float64Array {
  return Float64Array.from({ length: reached[0]?.length ?? 0 }, (_, row) => {
    const scores = starts.slice();
    for (const leaves of reached) {
      const leaf = leaves[row] ?? 0;
      for (let k = 0; k < outputs; k++) {
        scores[k] = (scores[k] ?? 0) + (values[leaf * outputs + k] ?? 0);
      }
    }
    const [best = 0, second = 0] = scores.sort((a, b) => b - a);
    return 1 / (1 + Math.abs(best - second) / unit);
  });
}

/** With `shifts` added to every sum. */
function moved(trees: IntegerTrees, shifts: Float64Array): IntegerTrees {
  const { outputs, feature, roots } = trees;
  const values = trees.values.slice();
  const end = roots[1] ?? feature.length;
  for (let node = roots[0] ?? 0; node < end; node++) {
    if ((feature[node] ?? 0) >= 0) continue;
    for (let p = 0; p < outputs; p++) {
      values[node * outputs + p] = (values[node * outputs + p] ?? 0) + (shifts[p] ?? 0);
    }
  }
  return { ...trees, values };
}

function fits(trees: IntegerTrees, bits: number): boolean {
  const { low, high } = treeBounds(trees);
  const most = 2 ** (bits - 1) - 1;
  return low.data.every((least) => least >= -most) && high.data.every((value) => value <= most);
}

function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
