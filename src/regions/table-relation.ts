/** `other = factor * known + offset`, entry by entry. */
export interface TableRelation {
  readonly factor: number;
  readonly offset: number;
}

/**
 * Largest factor between two tables of which one is computed from the other: its noise grows by as much, which costs less than a
 * look-up up to here.
 */
const largestFactor = 8;

/** How `other` follows from `known`; undefined where no integers of moderate size lead there. A table of one value follows from none. */
export function tableRelation(known: Float64Array, other: Float64Array): TableRelation | undefined {
  const start = known[0] ?? 0;
  const otherStart = other[0] ?? 0;
  const at = known.findIndex((entry) => entry !== start);
  const factor = ((other[at] ?? 0) - otherStart) / ((known[at] ?? 0) - start);
  const offset = otherStart - factor * start;
  return at < 0 ? undefined : checked(known, other, { factor, offset });
}

/** The same with offset 0: a table that wraps is negated beyond its end, which an offset is not. */
export function multipleOfTable(
  known: Float64Array,
  other: Float64Array,
): TableRelation | undefined {
  const at = known.findIndex((entry) => entry !== 0);
  const factor = (other[at] ?? 0) / (known[at] ?? 0);
  return at < 0 ? undefined : checked(known, other, { factor, offset: 0 });
}

function checked(
  known: Float64Array,
  other: Float64Array,
  relation: TableRelation,
): TableRelation | undefined {
  const { factor, offset } = relation;
  if (factor === 0 || !Number.isInteger(factor) || Math.abs(factor) > largestFactor)
    return undefined;
  const holds = other.every((entry, i) => entry === factor * (known[i] ?? 0) + offset);
  return holds && known.length === other.length ? relation : undefined;
}
