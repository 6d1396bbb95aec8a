import { AffineBuilder, type AffineMap, rowTerms } from "../../program/affine.js";

/** The same sums with smaller weights, on a vector that holds the inputs several times. */
export interface WeightDigits {
  readonly maps: readonly AffineMap[];
  /** Copy number c + 1 of the inputs is multiplied by 2 to the power of `shifts[c]`; empty where the vector holds them once. */
  readonly shifts: readonly number[];
}

/**
 * Weights in `count` signed digits: `w = sum over c of digit_c 2^(c width)`, each of them a weight on a copy of the inputs that the client
 * multiplied by `2^(c width)`. Noise then meets digits instead of weights, for `count` times the upload.
 */
export function weightDigits(maps: readonly AffineMap[], count: number): WeightDigits {
  const largest = maps.reduce(
    (most, { weight }) => weight.reduce((a, w) => Math.max(a, Math.abs(w)), most),
    1,
  );
  const width = Math.max(1, Math.ceil((Math.floor(Math.log2(largest)) + 2) / count));
  return {
    maps: count === 1 ? maps : maps.map((map) => digitsOf(map, count, width)),
    shifts: Array.from({ length: count - 1 }, (_, copy) => (copy + 1) * width),
  };
}

function digitsOf(map: AffineMap, count: number, width: number): AffineMap {
  const builder = new AffineBuilder(map.inputs * count);
  for (let row = 0; row < map.outputs; row++) {
    for (const [column, weight] of rowTerms(map, row)) {
      let rest = weight;
      for (let copy = 0; copy < count; copy++) {
        const next = copy === count - 1 ? 0 : Math.round(rest / 2 ** width);
        builder.term(copy * map.inputs + column, rest - next * 2 ** width);
        rest = next;
      }
    }
    builder.endRow(map.constant[row] ?? 0);
  }
  return builder.finish();
}
