import { VelumError } from "../../base/error.js";
import { type IntegerInterval, signedBits } from "../integer-interval.js";
import { classPairs, differenceBits, requireRankable } from "../ranking.js";
import { quantizeTables, type RealTables } from "./real-tables.js";
import type { IntegerTables } from "./table-coded.js";

/**
 * The differences `score j - score i` of all pairs of `classes` classes as integer tables from 0 on; two classes have one already.
 * Entries get `bits`, or fewer until the differences fit. Scores are quantized, not differences, so that classes always have an order.
 * Errors: `bad-argument` for more than 20 classes, `width-too-wide` where 2 bits an entry are too many.
 */
export function tableDifferences(
  real: Pick<RealTables, "tables" | "bias">,
  bits: number,
  classes: number,
): IntegerTables {
  requireRankable(classes);
  for (let values = bits; ; values--) {
    const scores = quantizeTables(real, values);
    const differences = real.bias.length === 1 ? scores : pairsOf(scores);
    const width = signedBits(differences.tables.map((own, k) => sums(own, differences.bias[k])));
    if (width <= differenceBits) return { tables: differences.tables, bias: differences.bias };
    if (values <= 2) throw tooWide(width);
  }
}

function pairsOf({ tables, bias }: IntegerTables): IntegerTables {
  const pairs = classPairs(bias.length).map(([i, j]) => {
    const own = (tables[j] ?? []).map((table, f) =>
      table.map((value, place) => value - (tables[i]?.[f]?.[place] ?? 0)),
    );
    const lows = own.map((table) => Math.min(...table));
    const low = lows.reduce((sum, least) => sum + least, (bias[j] ?? 0) - (bias[i] ?? 0));
    return { low, own: own.map((table, f) => table.map((value) => value - (lows[f] ?? 0))) };
  });
  return {
    tables: pairs.map(({ own }) => own),
    bias: Float64Array.from(pairs, ({ low }) => low),
  };
}

/** Where a sum of tables lies; `bias` may also be left out of it on the way. */
function sums(tables: readonly Float64Array[], bias = 0): IntegerInterval {
  const max = tables.reduce((sum, table) => sum + Math.max(...table), 0);
  return { min: Math.min(0, bias), max: Math.max(max, max + bias) };
}

function tooWide(bits: number): VelumError {
  return new VelumError({
    code: "width-too-wide",
    path: "result",
    problem: `differences of scores need ${bits} bits with entries of 2 bits`,
    limit: differenceBits,
    actual: bits,
    cure: 'Pass fewer features, or result "scores"',
  });
}
