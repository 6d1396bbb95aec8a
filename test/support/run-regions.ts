import assert from "node:assert/strict";
import type { Tensor } from "../../src/base/tensor.js";
import type { RegionProgram } from "../../src/ops/region-program.js";
import { evaluateMap } from "../../src/program/affine.js";

/** Runs a region program as its description says, without asking the graph. */
export function runRegions(program: RegionProgram, inputs: readonly Tensor[]): number[][] {
  const values: ArrayLike<number>[] = [inputs.flatMap((input) => [...input.data])];
  for (const step of program.steps) {
    if (step.kind === "affine") {
      const joined = step.sources.flatMap((source) => Array.from(values[source] ?? []));
      assert.equal(joined.length, step.map.inputs);
      values[step.result] = evaluateMap(step.map, joined);
    } else if (step.kind === "lookup") {
      const half = 2 ** step.precision;
      values[step.result] = Array.from(values[step.source] ?? [], (value, i) => {
        const table = step.tables[step.tableOf[i] ?? -1];
        if (table === undefined) return Number.NaN;
        const nearest = (place: number): number =>
          step.inBand === undefined ? place : Math.round(place);
        const at = nearest((value - table.first) / 2 ** step.low);
        const around = at - Math.floor(at / (2 * half)) * 2 * half;
        const entry = table.entries[around % half] ?? Number.NaN;
        return step.addend + (around < half ? entry : -entry);
      });
    }
  }
  return program.outputs.map(({ value }) => Array.from(values[value] ?? [], (item) => item + 0));
}
