import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe, VelumError } from "../../src/index.js";
import { randomTrees } from "../support/random-trees.js";

const settings = { machine: "avx512", runtime: "wasm", threads: 1 } as const;
const table = new fhe.LookupTable(Array.from({ length: 64 }, (_, i) => (i * i) % 61));
const sums = fhe.compiler({ x: "encrypted" }, (x) => table.apply(x.dot([3, 5])));
const inputset = [
  [0, 0],
  [6, 6],
  [3, 1],
];

/** What a refused compilation names as the least that would do. */
async function leastOf(compiling: Promise<unknown>): Promise<number> {
  try {
    await compiling;
  } catch (error) {
    if (error instanceof VelumError && error.code === "no-parameters") return Number(error.actual);
    throw error;
  }
  throw new Error("it was not refused");
}

test("a limit on the server's memory leads to other parameters, within what cost() predicts", async () => {
  const free = await sums.compile(inputset, settings);
  const { serverMemoryBytes } = free.cost();
  const same = await sums.compile(inputset, { ...settings, maxMemoryBytes: serverMemoryBytes });
  assert.deepEqual(same.plan.parameters, free.plan.parameters);

  const maxMemoryBytes = serverMemoryBytes - 1;
  const lean = await sums.compile(inputset, { ...settings, maxMemoryBytes });
  assert.ok(lean.cost().serverMemoryBytes <= maxMemoryBytes);
  assert.ok(lean.plan.bootstrapMs >= free.plan.bootstrapMs);
  assert.deepEqual(lean.simulate([6, 2]), free.simulate([6, 2]));
});

test("what is named as the least that would fit does fit", async () => {
  const least = await leastOf(sums.compile(inputset, { ...settings, maxMemoryBytes: 1e6 }));
  let limit = least;
  // Constants and requests of the leaner parameters may differ a little from those that were counted.
  for (let again = 0; again < 2; again++) {
    const found = await sums
      .compile(inputset, { ...settings, maxMemoryBytes: limit })
      .catch(async (error: unknown) => {
        if (error instanceof VelumError) return Number(error.actual);
        throw error;
      });
    if (typeof found === "number") limit = found;
    else {
      assert.ok(found.cost().serverMemoryBytes <= limit);
      assert.ok(limit <= 1.05 * least, `${limit} ${least}`);
      return;
    }
  }
  assert.fail("it was refused again");
});

test("without keys it is weights and requests: the node with most of them is named", async () => {
  const weights = Array.from({ length: 40 }, (_, i) => new Array<number>(600).fill(i % 3));
  const product = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul(weights, x));
  const samples = [new Array<number>(600).fill(1)];
  const compile = (maxMemoryBytes: number) =>
    product.compile(samples, { ...settings, maxMemoryBytes });
  await assert.rejects(compile(1e5), {
    code: "no-parameters",
    limit: 1e5,
    message:
      /^matmul \(.*memory-limit\.test\.\ws:\d+\): the server's memory takes (\d+) bytes, and may take 100000: \d+ of weights and tables, \d+ of a request, 0 of expanded keys\. Allow \1 bytes \(maxMemoryBytes\), or compute fewer results with fewer weights and tables$/,
  });
  const least = await leastOf(compile(1e5));
  assert.equal((await compile(least)).cost().serverMemoryBytes, least);
});

test("bits of decision trees take memory in every request: the input is named", async () => {
  const shape = { features: 3, outputs: 2, trees: 5, depth: 4, largestThreshold: 9 };
  const rows = Array.from({ length: 16 }, (_, s) => [s % 10, (s * 3) % 10, (s * 7 + 2) % 10]);
  const ensembles = fc.sample(randomTrees({ ...shape, largestValue: 25 }), { seed: 3, numRuns: 3 });
  let asked = 0;
  for (const trees of ensembles) {
    const forest = fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x));
    const { plan } = await forest.compile(rows, settings);
    if (plan.lane !== "decision") continue;
    asked++;
    await assert.rejects(forest.compile(rows, { ...settings, maxMemoryBytes: 1e4 }), {
      code: "no-parameters",
      message:
        /^input "x" \(.*\): the server's memory takes (\d+) bytes, and may take 10000: .* Allow \1 bytes \(maxMemoryBytes\), or compute on fewer bits of the inputs$/,
    });
  }
  assert.ok(asked > 0);
});

test("a module counts keys once, and weights and requests of every function", async () => {
  const values = [0, 1, 2, 3];
  const module = fhe.module({
    up: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(4)),
    down: fhe.function({ x: "encrypted" }, (x) => x.add(3).mod(4)),
  });
  const free = await module.compile({ up: values, down: values }, settings);
  const { serverMemoryBytes } = free.cost();
  const compile = (maxMemoryBytes: number) =>
    module.compile({ up: values, down: values }, { ...settings, maxMemoryBytes });
  assert.equal((await compile(serverMemoryBytes)).cost().serverMemoryBytes, serverMemoryBytes);
  await assert.rejects(compile(1e6), {
    code: "no-parameters",
    message:
      /^function "\w+", .*memory-limit\.test\.\ws:\d+\).* the server's memory takes at least/,
  });
  const lean = await compile(serverMemoryBytes - 1);
  assert.ok(lean.cost().serverMemoryBytes < serverMemoryBytes);
});
