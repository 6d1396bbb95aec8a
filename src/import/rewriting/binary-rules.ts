import type { PairFunction } from "../steps/steps.js";
import type { StepList } from "./step-list.js";

/**
 * Two probabilities side by side, `[1 - p, p]`, added to two others or multiplied by one number: done column by column, so that
 * sums of models are found in each.
 */
export function columnwise(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  if (name !== "add" && name !== "multiply" && name !== "divide") return undefined;
  const [a, b] = [twoColumns(list, left), twoColumns(list, right)];
  const factor = list.constantOf(right)?.length === 1;
  const first = a ?? (list.constantOf(left)?.length === 1 && name !== "divide" ? left : undefined);
  const second = b ?? (factor ? right : undefined);
  if ((a ?? b) === undefined || first === undefined || second === undefined) return undefined;
  if (a !== undefined && b !== undefined && name !== "add") return undefined;
  const at = (side: typeof first, k: 0 | 1): number => (typeof side === "number" ? side : side[k]);
  const columns = ([0, 1] as const).map((k) =>
    list.pair(name, at(first, k), at(second, k), "float64"),
  );
  return list.add({ kind: "concatenate", from: columns }, 2);
}

/** `(c - x) + (d - y)` as `(c + d) - (x + y)`, and `(c - x) k` as `c k - x k`, where x and y are trees. */
export function complements(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  const [a, b] = [complement(list, left), complement(list, right)];
  if (name === "add" && a !== undefined && b !== undefined)
    return subtracted(list, a.from + b.from, list.pair("add", a.trees, b.trees, "float64"));
  const [own, other] = a === undefined ? [b, left] : [a, right];
  const factor = list.constantOf(other);
  const [k = 1] = factor ?? [];
  if (own === undefined || factor?.length !== 1 || k === -1) return undefined;
  if (name !== "multiply" && !(name === "divide" && other === right && k !== 0)) return undefined;
  const from = name === "multiply" ? own.from * k : own.from / k;
  return subtracted(list, from, list.pair(name, own.trees, other, "float64"));
}

function subtracted(list: StepList, from: number, trees: number): number {
  return list.pairStep("subtract", list.constant([from]), trees, "float64");
}

/** A constant minus trees. */
function complement(list: StepList, block: number): { from: number; trees: number } | undefined {
  const step = list.stepOf(block);
  if (step?.kind !== "pair" || step.name !== "subtract") return undefined;
  const from = list.constantOf(step.left);
  if (from?.length !== 1 || list.stepOf(step.right)?.kind !== "trees") return undefined;
  return { from: from[0] ?? 0, trees: step.right };
}

function twoColumns(list: StepList, block: number): readonly [number, number] | undefined {
  const step = list.stepOf(block);
  if (step?.kind !== "concatenate" || step.from.length !== 2) return undefined;
  const [first = 0, second = 0] = step.from;
  return list.columns(first) === 1 && list.columns(second) === 1 ? [first, second] : undefined;
}
