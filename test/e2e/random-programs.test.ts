import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { fhe } from "../../src/index.js";
import { nest, type PlainProgram, plainPrograms } from "../support/plain-programs.js";
import { runEverywhere } from "../support/run-circuit.js";

/** Compiles, runs encrypted on every engine, simulates, and compares with plain arithmetic. False where it cannot be compiled. */
async function agrees(program: PlainProgram, threads: number): Promise<boolean> {
  const forms = await Promise.all(
    (["numbers", "auto"] as const).map((inputForm) => agreesAs(program, threads, inputForm)),
  );
  return forms.every((agreed) => agreed);
}

async function agreesAs(
  program: PlainProgram,
  threads: number,
  inputForm: "numbers" | "auto",
): Promise<boolean> {
  const { names, samples, shapes } = program;
  const inputs = samples.map((sample) => sample.map((flat, i) => nest(flat, shapes[i] ?? [])));
  const inputset = inputs.map((sample) => (sample.length === 1 ? (sample[0] ?? 0) : sample));
  const compiled = fhe.compiler(names, (...tracers) => program.trace(...tracers));
  const circuit = await compiled.compile(inputset, { inputForm }).catch((error: unknown) => {
    // Sums that grow over the widths a plan can take are refused, not miscomputed.
    if (error instanceof VelumError && /^(width-too-wide|no-parameters)$/.test(error.code)) return;
    throw error;
  });
  if (circuit === undefined) return false;
  // Without cells both forms give the same circuit.
  if (inputForm === "auto" && circuit.plan.input.codes === undefined) return true;
  const wanted = samples.map((sample) => program.plain(sample));
  for (const [runtime, results] of await runEverywhere(circuit, inputs, threads)) {
    assert.deepEqual(results, wanted, `${runtime}\n${circuit}\n${circuit.program}`);
  }
  for (const [index, sample] of inputs.entries()) {
    const simulated: unknown[] = [circuit.simulate(...sample)];
    assert.deepEqual(simulated.flat(9), wanted[index]?.flat());
  }
  return true;
}

/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

async function check(limits: Parameters<typeof plainPrograms>[0], runs: number): Promise<void> {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(plainPrograms(limits), async (program) => {
      if (await agrees(program, 2)) compiled++;
    }),
    { numRuns: times * runs, endOnFailure: true },
  );
  assert.ok(compiled >= (times * runs) / 2, `${compiled} of ${runs} programs could be compiled`);
}

test("random linear programs: encrypted runs, simulation and plain arithmetic agree", async () => {
  await check({ inputBits: 8, lookupBits: 0, steps: 6, samples: 4 }, 40);
});

test("random programs with look-ups: encrypted runs, simulation and plain arithmetic agree", async () => {
  await check({ inputBits: 3, lookupBits: 6, steps: 6, samples: 3 }, 12);
});

test("random programs with wide look-ups agree", async () => {
  await check({ inputBits: 7, lookupBits: 8, steps: 3, samples: 2 }, 3);
});
