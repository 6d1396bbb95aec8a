import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/index.js";
import { lookupPrograms, twinOps } from "../support/lookup-programs.js";
import { runEverywhere } from "../support/run-circuit.js";

/** Every look-up is a bootstrap. */
const numbers = { inputForm: "numbers" } as const;
/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

async function check(program: ReturnType<typeof lookupPrograms>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(program, async ({ text, names, trace, inputset, results }) => {
      const circuit = await fhe.compiler(names, trace).compile(inputset, numbers);
      for (const [index, sample] of inputset.entries()) {
        const simulated: unknown[] = [circuit.simulate(...sample)];
        assert.deepEqual(simulated.flat(9), results[index]?.flat(), `${text}\n${circuit}`);
      }
      for (const [runtime, found] of await runEverywhere(circuit, inputset)) {
        assert.deepEqual(found, results, `${runtime}\n${text}\n${circuit}\n${circuit.program}`);
      }
      await circuit.close();
    }),
    { numRuns: times * runs, endOnFailure: true },
  );
}

test("random programs over all element-wise operations: encrypted runs, simulation and plain arithmetic agree", async () => {
  await check(lookupPrograms(3, 6, 6), 15);
});

test("the same with wider values", async () => {
  await check(lookupPrograms(6, 8, 3), 4);
});

test("every operation on encrypted values of both signs, and with a constant", async () => {
  const inputset = [
    [-3, 2],
    [3, 1],
    [2, 3],
  ] as const;
  const results = inputset.map(([x, y]) =>
    twinOps.flatMap(({ plain }) => [[plain(x, y) + 0], [plain(x, 2) + 0]]),
  );
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
      if (x === undefined || y === undefined) throw new Error("two parameters");
      return twinOps.flatMap(({ trace }) => [trace(x, y), trace(x, 2)]);
    })
    .compile(inputset, numbers);
  for (const [runtime, found] of await runEverywhere(circuit, inputset)) {
    for (const [sample, own] of found.entries()) {
      for (const [i, values] of own.entries()) {
        const name = `${runtime}, ${twinOps[Math.floor(i / 2)]?.name}`;
        assert.deepEqual(values, results[sample]?.[i], name);
      }
    }
  }
  await circuit.close();
});

test("known wrong results of other compilers: mixed signs, roundings, sums of comparisons", async () => {
  const inputset = [
    [13, -8],
    [0, 7],
    [15, 3],
    [2, -1],
  ] as const;
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
      if (x === undefined || y === undefined) throw new Error("two parameters");
      return [
        x.mul(y),
        fhe.relu(fhe.roundBitPattern(x.sub(8), 2)),
        x.greater(3).add(y.greater(0)).add(x.equal(15)),
        fhe.where(y.greater(0), 5, -2),
        fhe.logicalOr(x.greater(14), y.less(-7)),
      ];
    })
    .compile(inputset, numbers);
  const wanted = inputset.map(([x, y]) => [
    [x * y],
    [Math.max(0, Math.floor((x - 8 + 2) / 4) * 4)],
    [Number(x > 3) + Number(y > 0) + Number(x === 15)],
    [y > 0 ? 5 : -2],
    [Number(x > 14 || y < -7)],
  ]);
  for (const [runtime, found] of await runEverywhere(circuit, inputset)) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});
