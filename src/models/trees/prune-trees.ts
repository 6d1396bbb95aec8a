import type { IntegerTrees } from "../../op-spec/integer-trees.js";

/** A node that is kept: a leaf's row of values, or a question. */
type Kept =
  | { readonly leaf: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly left: number;
      readonly right: number;
    };

/**
 * The same sums without questions whose answer is known on the way to them, and without questions whose answers lead to the same.
 * Column j holds 0 to `maxima[j]`. Nodes come in the order root, left, right.
 */
export function pruneTrees(trees: IntegerTrees, maxima: readonly number[]): IntegerTrees {
  const kept: Kept[] = [];
  const known = new Map<string, number>();
  const keep = (key: string, node: Kept): number => {
    const at = known.get(key) ?? kept.push(node) - 1;
    known.set(key, at);
    return at;
  };
  const low = new Int32Array(trees.features);
  const high = Int32Array.from(maxima);
  const visit = (node: number): number => {
    const feature = trees.feature[node] ?? -1;
    if (feature < 0) {
      const { outputs, values } = trees;
      const own = values.subarray(node * outputs, (node + 1) * outputs);
      return keep(own.join(), { leaf: node });
    }
    const threshold = trees.threshold[node] ?? 0;
    const [least = 0, most = 0] = [low[feature], high[feature]];
    if (threshold > most) return visit(trees.left[node] ?? 0);
    if (threshold <= least) return visit(trees.right[node] ?? 0);
    high[feature] = threshold - 1;
    const left = visit(trees.left[node] ?? 0);
    high[feature] = most;
    low[feature] = threshold;
    const right = visit(trees.right[node] ?? 0);
    low[feature] = least;
    if (left === right) return left;
    return keep(`${feature}<${threshold}?${left}:${right}`, { feature, threshold, left, right });
  };
  return written(trees, kept, Array.from(trees.roots, visit));
}

/** Trees in flat arrays again; what is shared is written as often as it is met. */
function written(
  trees: IntegerTrees,
  kept: readonly Kept[],
  roots: readonly number[],
): IntegerTrees {
  const { outputs } = trees;
  const rows: [number, number, number, number][] = [];
  const values: number[] = [];
  const write = (at: number): number => {
    const place = rows.length;
    const node = kept[at];
    if (node === undefined || "leaf" in node) {
      const from = (node?.leaf ?? 0) * outputs;
      rows.push([-1, 0, 0, 0]);
      values.push(...trees.values.subarray(from, from + outputs));
      return place;
    }
    const row: [number, number, number, number] = [node.feature, node.threshold, 0, 0];
    rows.push(row);
    for (let k = 0; k < outputs; k++) values.push(0);
    row[2] = write(node.left);
    row[3] = write(node.right);
    return place;
  };
  const starts = roots.map(write);
  const column = (k: 0 | 1 | 2 | 3) => Int32Array.from(rows, (row) => row[k]);
  return {
    ...trees,
    ...{ feature: column(0), threshold: column(1), left: column(2), right: column(3) },
    ...{ roots: Int32Array.from(starts), values: Float64Array.from(values) },
  };
}
