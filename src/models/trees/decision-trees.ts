import type { Tensor } from "../../base/tensor.js";
import { type IntegerTrees, leafOf } from "../../ops/tree-ensemble/integer-trees.js";
import { treeBounds } from "../../ops/tree-ensemble/tree-ensemble.js";
import { classPairs } from "../ranking.js";
import type { TreeDecision } from "./tree-result.js";

/** Linear combinations of an ensemble's scores, of which only the signs are asked. */
interface Differences {
  /** `[differences][outputs]` */
  readonly weights: readonly (readonly number[])[];
  /** `[differences]`, in steps of the scores. */
  readonly constants: Float64Array;
}

/**
 * Trees whose sums are above 0 where the differences of scores that `decision` asks are: score j less score i of every pair, or a score
 * less its limit. Sums fit in `bits` bits with a sign. Where leaves allow it (as those of a few pure trees do) every sign is exact; else
 * leaves are rounded tree by tree, each making up for what earlier ones lost on `rows` (`[rows, features]`, quantized).
 */
export function decisionTrees(
  { trees, step, base }: { trees: IntegerTrees; step: number; base: Float64Array },
  decision: TreeDecision,
  rows: Tensor,
  bits: number,
): IntegerTrees {
  const asked = differencesOf(decision, base, step);
  const fine = combined(trees, asked.weights);
  return exact(fine, asked.constants, bits) ?? rounded(fine, asked.constants, rows, bits);
}

function differencesOf(decision: TreeDecision, base: Float64Array, step: number): Differences {
  if (decision.kind === "bit") {
    return { weights: [[1]], constants: Float64Array.of(((base[0] ?? 0) - decision.above) / step) };
  }
  // One score for two classes is their difference already.
  if (base.length === 1) {
    return { weights: [[1]], constants: Float64Array.of((base[0] ?? 0) / step) };
  }
  const pairs = classPairs(decision.classes);
  return {
    weights: pairs.map(([i, j]) => Array.from(base, (_, k) => Number(k === j) - Number(k === i))),
    constants: Float64Array.from(pairs, ([i, j]) => ((base[j] ?? 0) - (base[i] ?? 0)) / step),
  };
}

function combined(trees: IntegerTrees, weights: Differences["weights"]): IntegerTrees {
  const { outputs, feature, values } = trees;
  const data = new Float64Array(feature.length * weights.length);
  for (let node = 0; node < feature.length; node++) {
    for (const [p, row] of weights.entries()) {
      data[node * weights.length + p] =
        row.reduce((sum, weight, k) => sum + weight * (values[node * outputs + k] ?? 0), 0) + 0;
    }
  }
  return { ...trees, outputs: weights.length, values: data };
}

/** In units of the leaves' greatest common divisor, if their sums fit. */
function exact(
  fine: IntegerTrees,
  constants: Float64Array,
  bits: number,
): IntegerTrees | undefined {
  let unit = 0;
  for (const [at, value] of fine.values.entries()) {
    if ((fine.feature[Math.floor(at / fine.outputs)] ?? 0) < 0) unit = divisor(unit, value);
  }
  if (unit === 0) return undefined;
  // unit s + c > 0 exactly where s > floor(-c / unit).
  const shifts = constants.map((constant) => -Math.floor(-constant / unit));
  const values = fine.values.map((value) => Math.round(value / unit) + 0);
  const found = moved({ ...fine, values }, shifts);
  return fits(found, bits) ? found : undefined;
}

/** Most rows on which rounding is balanced. */
const mostRows = 4000;
/** Each try at a unit in which sums fit takes one larger by this factor. */
const growth = 1.04;

function rounded(
  fine: IntegerTrees,
  constants: Float64Array,
  rows: Tensor,
  bits: number,
): IntegerTrees {
  const { low, high } = treeBounds(moved(fine, constants));
  const largest = Math.max(
    ...low.data.map((least) => -least),
    ...high.data.map((most) => most),
    Number.MIN_VALUE,
  );
  const reached = leavesReached(fine, rows);
  for (let unit = largest / (2 ** (bits - 1) - 1); ; unit *= growth) {
    const found = balanced(fine, constants, reached, unit);
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
 * Leaves in steps of `unit`. A leaf is rounded together with the mean of what its rows have lost so far; rows near the limit count most.
 */
function balanced(
  fine: IntegerTrees,
  constants: Float64Array,
  reached: readonly Int32Array[],
  unit: number,
): IntegerTrees {
  const { outputs, feature } = fine;
  const values = Float64Array.from(fine.values, (value) => Math.round(value / unit) + 0);
  const shifts = new Float64Array(outputs);
  const rows = reached[0]?.length ?? 0;
  for (let p = 0; p < outputs; p++) {
    // Sums count from half a step below: they are above 0 where they round to 1 or more.
    const constant = (constants[p] ?? 0) / unit + 0.5;
    shifts[p] = Math.round(constant) + 0;
    const leafValue = (leaf: number): number => (fine.values[leaf * outputs + p] ?? 0) / unit;
    const sums = new Float64Array(rows).fill(constant - 0.5);
    for (const leaves of reached) {
      leaves.forEach((leaf, row) => {
        sums[row] = (sums[row] ?? 0) + leafValue(leaf);
      });
    }
    const weights = sums.map((sum) => 1 / (1 + Math.abs(sum)));
    const lost = new Float64Array(rows).fill(constant - (shifts[p] ?? 0));
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
        values[leaf * outputs + p] = Math.round(leafValue(leaf) + owed) + 0;
      }
      leaves.forEach((leaf, row) => {
        lost[row] = (lost[row] ?? 0) + leafValue(leaf) - (values[leaf * outputs + p] ?? 0);
      });
    }
  }
  return moved({ ...fine, values }, shifts);
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
