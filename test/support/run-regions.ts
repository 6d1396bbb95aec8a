import assert from "node:assert/strict";
import type { Tensor } from "../../src/base/tensor.js";
import { type AffineMap, evaluateMap, rowTerms } from "../../src/program/affine.js";
import { clearMaps } from "../../src/regions/clear-part.js";
import type { AffineStep, RegionProgram } from "../../src/regions/region-program.js";

/**
 * Runs a region program as its description says, without asking the graph. `inputs` are the encrypted ones, `clear` the others. Weights
 * that clear values decide must stay below the magnitudes that were planned for. `between`: the entry that an argument between two gets;
 * without it there must be no such argument.
 */
export function runRegions(
  program: RegionProgram,
  inputs: readonly Tensor[],
  clear: readonly Tensor[] = [],
  between?: "lower" | "upper",
): number[][] {
  const values: ArrayLike<number>[] = [inputs.flatMap((input) => [...input.data])];
  for (const step of program.steps) {
    if (step.kind === "affine") {
      const joined = step.sources.flatMap((source) => Array.from(values[source] ?? []));
      assert.equal(joined.length, step.map.inputs);
      const map = mapOf(program, step, clear);
      assertBelow(map, step.map);
      values[step.result] = evaluateMap(map, joined);
    } else if (step.kind === "lookup") {
      const half = 2 ** step.precision;
      values[step.result] = Array.from(values[step.source] ?? [], (value, i) => {
        const table = step.tables[step.tableOf[i] ?? -1];
        if (table === undefined) return Number.NaN;
        const nearest = (place: number): number => {
          if (step.inBand !== undefined) return Math.round(place);
          if (between === undefined) return place;
          return between === "lower" ? Math.floor(place) : Math.ceil(place);
        };
        const at = nearest((value - table.first) / 2 ** step.low);
        const around = at - Math.floor(at / (2 * half)) * 2 * half;
        const entry = table.entries[around % half] ?? Number.NaN;
        return table.addend + (around < half ? entry : -entry);
      });
    }
  }
  return program.outputs.map(({ value }) => Array.from(values[value] ?? [], (item) => item + 0));
}

/** The step's own map, or the one that clear values make. */
function mapOf({ clear, values }: RegionProgram, step: AffineStep, sent: readonly Tensor[]) {
  if (step.clear === undefined || clear === undefined) return step.map;
  const wanted = [{ ...step.clear, sources: step.sources }];
  const [map] = clearMaps(clear, sent, wanted, (value) => values[value]?.size ?? 0);
  assert.ok(map);
  return map;
}

function assertBelow(map: AffineMap, planned: AffineMap): void {
  assert.equal(map.outputs, planned.outputs);
  for (let row = 0; row < map.outputs; row++) {
    const most = new Map(rowTerms(planned, row));
    for (const [column, weight] of rowTerms(map, row)) {
      const limit = Math.abs(most.get(column) ?? 0);
      assert.ok(Math.abs(weight) <= limit, `row ${row}: ${weight} where ${limit} is planned`);
    }
  }
}
