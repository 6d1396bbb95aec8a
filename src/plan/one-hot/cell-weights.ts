import { AffineBuilder, type AffineMap, rowTerms } from "../../program/affine.js";
import type { CellStep } from "./cell-steps.js";
import { cellsOf, type ElementCode } from "./element-code.js";
import { type ElementRanges, tableOf } from "./separable.js";

/** Largest weight that a clear polynomial product takes (kernels/polynomial.h), with room for many of them. */
const largestWeight = 2 ** 16;
/** Up to this 2-norm of a weight polynomial the product is exact. */
const largestNorm = 2 ** 17;
/** Where nothing but sums is left, larger weights are written in digits. */
const largestSplitWeight = 2 ** 40;

/** How each element is written, and where its cells lie. */
export interface CellPlaces {
  readonly codes: readonly ElementCode[];
  /** First cell of each element. */
  readonly starts: readonly number[];
  /** All of them. */
  readonly cells: number;
}

/** The cells of all elements, one after the other. */
export function placeCells(codes: readonly ElementCode[]): CellPlaces {
  const starts: number[] = [];
  let cells = 0;
  for (const code of codes) {
    starts.push(cells);
    cells += cellsOf(code);
  }
  return { codes, starts, cells };
}

/**
 * A step's map over all cells and then its other values. Weights of element j are multiplied by `shift(j)`. `linear`: no look-ups are left.
 * Undefined where a weight is too large for an exact product.
 */
export function cellWeights(
  { rows, map, scaleLog2 }: CellStep,
  { codes, starts, cells }: CellPlaces,
  ranges: ElementRanges,
  linear: boolean,
  shift: (j: number) => number,
): AffineMap | undefined {
  const builder = new AffineBuilder(cells + (map?.inputs ?? 0));
  for (const [row, value] of rows.entries()) {
    let rest = value.constant;
    let squares = 0;
    const term = (column: number, weight: number): void => {
      squares += (weight * 2 ** scaleLog2) ** 2;
      builder.term(column, weight);
    };
    for (const j of new Set([...value.slopes.keys(), ...value.tables.keys()])) {
      const code = codes[j];
      const start = starts[j] ?? 0;
      const factor = shift(j);
      if (code?.kind === "one hot") {
        const table = tableOf(value, j, ranges) ?? new Float64Array();
        const from = code.low - (ranges.lowest[j] ?? 0);
        const weights = table.subarray(from, from + cellsOf(code));
        // One cell is 1: a constant moves every weight, and small weights make little noise.
        const middle = Math.round((Math.min(...weights) + Math.max(...weights)) / 2);
        rest += middle;
        for (const [cell, weight] of weights.entries()) {
          term(start + cell, (weight - middle) * factor);
        }
        continue;
      }
      if (!value.tables.has(j)) {
        term(start, (value.slopes.get(j) ?? 0) * factor);
        continue;
      }
      const table = tableOf(value, j, ranges) ?? new Float64Array();
      const slope = (table[1] ?? 0) - (table[0] ?? 0);
      rest += (table[0] ?? 0) - slope * (ranges.lowest[j] ?? 0);
      term(start, slope * factor);
    }
    if (!linear && squares > largestNorm ** 2) return undefined;
    if (map !== undefined) {
      for (const [column, weight] of rowTerms(map, row)) builder.term(cells + column, weight);
    }
    builder.endRow(rest);
  }
  const built = builder.finish();
  const most = linear ? largestSplitWeight : largestWeight;
  const fits = built.weight.every((weight) => Math.abs(weight * 2 ** scaleLog2) <= most);
  return fits ? built : undefined;
}
