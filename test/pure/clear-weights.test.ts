// Clear parameters in the compiled program: what the server computes from them, without any ciphertext.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { toTensor } from "../../src/base/tensor.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { checkLegality } from "../../src/passes/check-legality.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { removeDeadCode } from "../../src/passes/remove-dead-code.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import type { RegionProgram } from "../../src/regions/region-program.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { type ClearProgram, clearPrograms, valuesOf } from "../support/clear-programs.js";
import { runRegions } from "../support/run-regions.js";

function regionsOf(program: ClearProgram): RegionProgram {
  const samples = valuesOf(program).map((sample) => sample.map((value) => toTensor(value)));
  const { parameters, trace } = program;
  const traced = traceFunction("f", parameters, (...own) => trace(...own), samples[0] ?? []);
  const bounded = measureBounds(fuse(removeDeadCode(traced)), samples);
  const lowered = assignBitWidths(lower(bounded, 12, "look-ups", 16), undefined, true);
  checkLegality(lowered, 12);
  return linearRegions(lowered);
}

test("random programs with clear parameters compute the same as regions", () => {
  let compiled = 0;
  let weighted = 0;
  fc.assert(
    fc.property(clearPrograms(6), (program) => {
      let regions: RegionProgram;
      try {
        regions = regionsOf(program);
      } catch (error) {
        assert.ok(error instanceof VelumError, String(error));
        assert.match(error.code, /^(width-too-wide|unsupported-op)$/);
        // A parameter that is returned as it is has no use.
        if (error.code === "unsupported-op")
          assert.match(error.message, /a clear value is returned/);
        return;
      }
      compiled++;
      if (regions.steps.some((step) => step.kind === "affine" && step.clear)) weighted++;
      const names = Object.keys(program.parameters);
      for (const sample of program.samples) {
        const pick = (inputs: readonly { readonly name: string }[]) =>
          inputs.map(({ name }) => {
            const index = names.indexOf(name);
            const data = Float64Array.from(sample[index] ?? []);
            return { shape: program.shapes[index] ?? [], data };
          });
        const inputs = pick(regions.inputs);
        const clear = pick(regions.clear?.inputs ?? []);
        // Windows of wide comparisons may read an argument between two entries either way.
        for (const between of ["lower", "upper"] as const) {
          const results = runRegions(regions, inputs, clear, between);
          assert.deepEqual(results, program.plain(sample), program.text);
        }
      }
    }),
    { numRuns: 400 },
  );
  assert.ok(compiled >= 300 && weighted >= 150, `${compiled} compiled, ${weighted} weighted`);
});
