import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { fhe } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";
import { allFamilies, type ShapeProgram, shapePrograms } from "../support/shape-programs.js";
import { nested } from "../support/shape-step.js";

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

/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const runs = 4 * Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

for (const family of allFamilies) {
  test(`random programs with ${family}: encrypted runs, simulation and definitions agree`, async () => {
    let compiled = 0;
    const others = [family, ...allFamilies];
    await fc.assert(
      fc.asyncProperty(shapePrograms(others, 4), async (program) => {
        if (await agrees(program)) compiled++;
      }),
      { numRuns: runs, endOnFailure: true },
    );
    assert.ok(compiled >= runs / 2, `${compiled} of ${runs} programs could be compiled`);
  });
}

/** The program, then a table on every element of its result, then the sum of all entries and the elements. */
function withTable(program: ShapeProgram): ShapeProgram | undefined {
  const results = program.samples.flatMap((sample) => program.plain(sample));
  const largest = Math.max(...results.flatMap(({ data }) => data.map(Math.abs)));
  if (largest > 31 || results.some(({ data }) => data.length > 24)) return undefined;
  const entries = Array.from({ length: 64 }, (_, i) => (i * i + 3) % 8);
  const table = new fhe.LookupTable(entries);
  return {
    ...program,
    trace: (x) =>
      program.trace(x).map((value) => {
        const flat = value.flatten();
        return fhe.concatenate([fhe.lookup(table, flat).sum().reshape(1), flat, [5]]);
      }),
    plain: (x) =>
      program.plain(x).map(({ data }) => {
        const sum = data.reduce((total, value) => total + (entries.at(value) ?? 0), 0);
        return { shape: [data.length + 2], data: [sum, ...data, 5] };
      }),
  };
}

test("random programs with a look-up of every element of their result agree", async () => {
  let compiled = 0;
  const programs = fc.sample(shapePrograms(allFamilies, 3), { numRuns: 40, seed: 11 });
  for (const program of programs.flatMap((own) => withTable(own) ?? []).slice(0, 8)) {
    if (await agrees(program)) compiled++;
  }
  assert.ok(compiled >= 4, `${compiled} programs could be compiled`);
});
