import { VelumError } from "../base/error.js";
import { type NestedArray, toTensor } from "../base/tensor.js";
import type { Attributes } from "../graph/node.js";
import { type IndexItem, indexAttribute } from "../op-spec/index-expression.js";
import { TracedValue } from "./traced-value.js";

/** One entry between the brackets of `x[...]`: a position, positions, or what `slice`, `newAxis` and `ellipsis` give. */
export type IndexPart = number | readonly NestedArray[] | IndexItem;

/**
 * Positions `start`, `start + step`, ... before `stop` along one axis; Python's `start:stop:step`. Negative bounds count
 * from the end, `null` is the end of the axis that the step comes from or goes to.
 */
export function slice(
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): IndexItem {
  return { kind: "slice", start, stop, step };
}

/** In an index: a new axis of length 1. NumPy's `newaxis`. */
export const newAxis: IndexItem = { kind: "new axis" };

/** In an index: all axes that no other entry names. Python's `...`. */
export const ellipsis: IndexItem = { kind: "all other axes" };

/** The attributes of indexing nodes. Errors: `bad-shape` for ragged arrays. */
export function indexAttributes(parts: readonly IndexPart[], path: string): Attributes {
  const items = parts.map((part): IndexItem => {
    if (typeof part === "number") return { kind: "position", at: part };
    if (typeof part !== "object" || part === null) throw noPart(part, path);
    return "kind" in part ? part : { kind: "positions", at: toTensor(part, path) };
  });
  return { index: indexAttribute(items) };
}

/** The same where entries may be traced: those become operands after the value that is indexed, in order. */
export function dynamicIndex<T extends TracedValue>(
  index: readonly (IndexPart | T)[],
  path: string,
): { readonly positions: readonly T[]; readonly attributes: Attributes } {
  const positions: T[] = [];
  const parts = index.map((part): IndexPart => {
    if (!(part instanceof TracedValue)) return part;
    positions.push(part);
    return { kind: "operand", operand: positions.length };
  });
  return { positions, attributes: indexAttributes(parts, path) };
}

function noPart(part: unknown, path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `an entry of the index is ${part === null || part === undefined ? String(part) : `a ${typeof part}`}`,
    cure: "Give positions, lists of positions, fhe.slice(1, 3), fhe.newAxis or fhe.ellipsis",
  });
}
