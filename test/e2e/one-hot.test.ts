import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/circuit/fhe.js";
import { randomTrees } from "../support/random-trees.js";

const table = new fhe.LookupTable([3, 1, 4, 1, 5, 9, 2, 6]);
const signed = fhe.univariate((v) => v * v - 3 * v);

/** Rows within the ranges that the circuits are compiled for. */
const rows = Array.from({ length: 30 }, (_, i) => [i % 8, (i * 3) % 8, (i * 5 + 2) % 8]);

test("functions of single inputs and their sums need no evaluation keys", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => [
      table.apply(x).sum().add(signed(y)),
      x.matmul([2, -1, 5]).sub(table.apply(y).mul(3)),
    ])
    .compile(rows.map((x) => [x, (x[0] ?? 0) - 4]));
  assert.equal(circuit.plan.lane, "one hot");
  assert.equal(circuit.sizes.evaluationKeyBytes, 0);
  assert.equal(circuit.sizes.bootstraps, 0);
  for (const x of rows.slice(0, 12)) {
    const y = (x[1] ?? 0) - 4;
    const entry = (i: number | undefined): number =>
      [3, 1, 4, 1, 5, 9, 2, 6][(i ?? 0) < 0 ? 8 + (i ?? 0) : (i ?? 0)] ?? 0;
    const expected = [
      x.reduce((sum, value) => sum + entry(value), 0) + y * y - 3 * y,
      2 * (x[0] ?? 0) - (x[1] ?? 0) + 5 * (x[2] ?? 0) - 3 * entry(y),
    ];
    assert.deepEqual(circuit.simulate(x, y), expected);
    assert.deepEqual(await circuit.encryptRunDecrypt(x, y), expected);
  }
  await circuit.close();
});

test("functions of functions of one input are one function", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => table.apply(table.apply(x).sub(1).clip(0, 7)).add(x))
    .compile(rows.map(([x = 0]) => x));
  assert.equal(circuit.plan.lane, "one hot");
  for (let x = 0; x < 8; x++) {
    assert.equal(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
  }
  await circuit.close();
});

test("trees that ask one feature each travel as cells", async () => {
  await fc.assert(
    fc.asyncProperty(
      randomTrees({
        features: 3,
        outputs: 2,
        trees: 6,
        depth: 1,
        largestThreshold: 7,
        largestValue: 99,
      }),
      async (trees) => {
        const circuit = await fhe
          .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
          .compile(rows);
        assert.equal(circuit.plan.bootstraps, 0);
        for (const x of rows.slice(0, 4)) {
          assert.deepEqual(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
        }
        await circuit.close();
      },
    ),
    { numRuns: 5 },
  );
});

test("trees of one split with leaves of 16 to 26 bits travel as cells too, written in digits", async () => {
  for (const largestValue of [2 ** 15 - 1, 2 ** 20, 2 ** 26]) {
    const shape = { features: 3, outputs: 2, trees: 40, depth: 1, largestThreshold: 7 };
    const [trees] = fc.sample(randomTrees({ ...shape, largestValue }), { numRuns: 1, seed: 7 });
    assert.ok(trees !== undefined);
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
      .compile(rows);
    assert.equal(circuit.plan.lane, "one hot");
    assert.ok(circuit.cost().uploadBytes < 2000, `${circuit.cost().uploadBytes} bytes`);
    assert.equal(circuit.cost().evaluationKeyBytes, 0);
    for (const x of rows.slice(0, 4)) {
      assert.deepEqual(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
    }
    await circuit.close();
  }
});

test("sums with weights too large for one product take several digits", async () => {
  const weights = [
    [100000, -70000, 3],
    [2 ** 24, 1, -(2 ** 23)],
  ];
  const sums = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul(weights, x));
  const circuit = await sums.compile(rows);
  assert.equal(circuit.plan.lane, "linear");
  for (const x of rows.slice(0, 4)) {
    const [a = 0, b = 0, c = 0] = x;
    assert.deepEqual(await circuit.encryptRunDecrypt(x), [
      100000 * a - 70000 * b + 3 * c,
      2 ** 24 * a + b - 2 ** 23 * c,
    ]);
  }
  await circuit.close();
});

test("a table of two inputs' sum is a bootstrap", async () => {
  const mixed = fhe.compiler({ x: "encrypted" }, (x) => table.apply(x.sum().mod(8)));
  const circuit = await mixed.compile(rows);
  assert.equal(circuit.plan.lane, "bootstrap");
  await circuit.close();
});

test("inputs travel as numbers where that is asked for", async () => {
  const small = fhe.compiler({ x: "encrypted" }, (x) => table.apply(x));
  const circuit = await small.compile(rows, { inputForm: "numbers" });
  assert.equal(circuit.plan.lane, "bootstrap");
  assert.equal(circuit.plan.bootstraps, 3);
  await circuit.close();
});

test("look-ups of inputs feed bootstraps of what they add up to", async () => {
  const square = fhe.univariate((v) => Math.floor((v * v) / 3));
  const program = fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => [
    table.apply(x.sum().mod(8)).add(square(y)),
    fhe.maximum(square(x), y),
    table.apply(square(x).sum().add(y).mod(8)).sub(x.at(0)),
  ]);
  const samples = rows.map((x) => [x, (x[1] ?? 0) - 4] as const);
  const circuit = await program.compile(samples);
  const numbers = await program.compile(samples, { inputForm: "numbers" });
  assert.equal(circuit.plan.lane, "bootstrap");
  assert.ok(circuit.plan.input.codes !== undefined);
  assert.ok(circuit.plan.bootstraps < numbers.plan.bootstraps);
  for (const [x, y] of samples.slice(0, 8)) {
    assert.deepEqual(await circuit.encryptRunDecrypt(x, y), numbers.simulate(x, y));
  }
  await circuit.close();
  await numbers.close();
});
