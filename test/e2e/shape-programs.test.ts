import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { fhe } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";
import {
  allFamilies,
  nested,
  type ShapeProgram,
  shapePrograms,
} from "../support/shape-programs.js";

/** Encrypted runs on every engine and simulation against definitions written out. False where no plan fits. */
async function agrees(program: ShapeProgram): Promise<boolean> {
  const inputs = program.samples.map((sample) => [nested(sample)]);
  const compiled = fhe.compiler({ x: "encrypted" }, (x) => program.trace(x));
  const circuit = await compiled.compile(inputs.flat()).catch((error: unknown) => {
    if (error instanceof VelumError && /^(width-too-wide|no-parameters)$/.test(error.code)) return;
    throw error;
  });
  if (circuit === undefined) return false;
  const wanted = program.samples.map((sample) =>
    program.plain(sample).map(({ data }) => [...data]),
  );
  for (const [runtime, results] of await runEverywhere(circuit, inputs)) {
    assert.deepEqual(results, wanted, `${runtime}\n${circuit}`);
  }
  for (const [i, sample] of inputs.entries()) {
    assert.deepEqual([circuit.simulate(...sample)].flat(9), wanted[i]?.flat());
  }
  return true;
}

for (const family of allFamilies) {
  test(`random programs with ${family}: encrypted runs, simulation and definitions agree`, async () => {
    let compiled = 0;
    const others = [family, ...allFamilies];
    await fc.assert(
      fc.asyncProperty(shapePrograms(others, 4), async (program) => {
        if (await agrees(program)) compiled++;
      }),
      { numRuns: 4, endOnFailure: true },
    );
    assert.ok(compiled >= 2, `${compiled} of 4 programs could be compiled`);
  });
}
