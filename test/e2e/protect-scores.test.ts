// Sums of trees within 2^-40 of saying nothing else: remainders that are flooded and looked up in turns, on all families of trees.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import {
  HistGradientBoostingRegressor,
  IsolationForest,
  RandomForestClassifier,
  RandomForestRegressor,
  XGBClassifier,
} from "../../src/index.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { compensatedRoundingVariance } from "../../src/security/noise-fresh.js";
import { bigLweDimension } from "../../src/tfhe/parameters.js";
import { headerBytes } from "../../src/tfhe/wire-header.js";
import { packedNumber } from "../support/plain-tfhe.js";
import { flatTrees, randomTrees } from "../support/random-trees.js";
import { residueErrors } from "../support/residue-errors.js";
import { meanSquare } from "../support/torus-phase.js";

const options = { threads: 2, protectModel: true } as const;
const rows = Array.from({ length: 16 }, (_, s) => [s % 10, (s * 3) % 10, (s * 7 + 2) % 10]);

function forestOf(largestValue: number, outputs = 2) {
  const shape = { features: 3, outputs, trees: 5, depth: 4, largestThreshold: 9 };
  const [trees] = fc.sample(randomTrees({ ...shape, largestValue }), { seed: 3, numRuns: 1 });
  assert.ok(trees);
  return fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x));
}

for (const uploadForm of ["direct", "packed"] as const) {
  test(`sums of trees within 2^-40, ${uploadForm} bits, equal the simulation, and remainders are of odd moduli`, async () => {
    for (const largestValue of [3, 2 ** 16]) {
      const circuit = await forestOf(largestValue).compile(rows, { ...options, uploadForm });
      const { plan } = circuit;
      const cost = circuit.cost();
      assert.ok((cost.distanceLog2 ?? 0) <= -40, String(cost.distanceLog2));
      assert.ok(plan.failure.worstLog2 <= -64, String(plan.failure.worstLog2));
      assert.equal(plan.parameters.packing !== undefined, uploadForm === "packed");
      if (uploadForm === "packed") assert.ok(cost.uploadBytes < 3000, String(cost.uploadBytes));
      const moduli = plan.outputs[0]?.residues ?? [];
      assert.ok(moduli.length > 0 && moduli.every((m) => m % 2 === 1 && m <= 31), String(moduli));
      const floods = plan.program.instructions.filter(({ op }) => op === "protect lwe").length;
      assert.equal(plan.bootstraps, 2 * moduli.length * (floods - 1));
      const some = rows.slice(2, 4);
      assert.deepEqual(await circuit.encryptRunDecryptBatch(some), circuit.simulateBatch(some));
      await circuit.close();
    }
  });
}

test("more bits take more floods or quieter look-ups, fewer none at all where diagrams hold the flood", async () => {
  const distances = [];
  for (const bits of [12, 30, 60]) {
    const circuit = await forestOf(2 ** 10, 1).compile(rows, {
      threads: 1,
      protectModel: { bits },
    });
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -bits);
    distances.push(circuit.plan.lane);
    await circuit.close();
  }
  assert.deepEqual(distances, ["decision", "bootstrap", "bootstrap"]);
});

test("trees that say the same whatever they ask are constants, which need no look-ups", async () => {
  for (const value of [0, 4095, -4095]) {
    const trees = flatTrees(2, 1, [
      {
        ...{ feature: 0, threshold: 3, right: [value] },
        left: { feature: 1, threshold: 2, left: [value], right: [value] },
      },
    ]);
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
      .compile(
        [
          [0, 0],
          [5, 1],
          [2, 9],
        ],
        { ...options, threads: 1 },
      );
    assert.equal(circuit.plan.bootstraps, 0);
    assert.ok((circuit.cost().distanceLog2 ?? 0) <= -35);
    assert.deepEqual(await circuit.encryptRunDecrypt([2, 9]), [value]);
    await circuit.close();
  }
});

test("answers to one request have nothing in common, and their noise is the flood", async () => {
  const circuit = await forestOf(3, 8).compile(rows, options);
  const client = await Client.load(circuit.clientFile);
  const server = await ServerCircuit.load(circuit.serverFile, { threads: 2 });
  client.generateKey();
  const keys = await server.loadEvaluationKeys((await client.evaluationKeys()) ?? new Uint8Array());
  const requests = new Array<Uint8Array>(5).fill(client.encrypt(rows[5] ?? []));
  const answers = await server.run(requests, keys);
  const [output] = client.manifest.outputs;
  assert.ok(output !== undefined);
  const { layout } = output;
  const [first = [], second = []] = answers.map((answer) =>
    Array.from({ length: 2000 }, (_, at) =>
      packedNumber(answer.subarray(headerBytes + 8), layout.wordBits, at),
    ),
  );
  // 2^-wordBits of the words are equal by chance: 6 deviations.
  const chance = 2 ** -layout.wordBits;
  const equal = first.filter((word, at) => word === second[at]).length / first.length;
  assert.ok(equal < chance + 6 * Math.sqrt(chance / first.length), `${equal}`);

  const expected = [circuit.simulate(rows[5] ?? [])].flat(2).map(Number);
  const errors = residueErrors(client, answers, expected);
  const flood = 2 ** ((circuit.plan.protection?.floodLog2 ?? 0) - 64);
  const dimension = bigLweDimension(circuit.plan.parameters.glwe);
  const rounding = compensatedRoundingVariance(dimension, layout.wordBits);
  const ratio = meanSquare(errors) / (flood ** 2 / 3 + rounding);
  // Squares of uniform numbers deviate by 0.9 of their mean, of Gaussian ones by 1.4: six deviations.
  const wide = (6 * 1.4) / Math.sqrt(errors.length);
  assert.ok(errors.length >= 40 && Math.abs(ratio - 1) < wide, `${ratio} of ${errors.length}`);
  await server.close();
  await circuit.close();
  client.dispose();
});

test("scores of every kind of trees within 2^-40 are those in clear", async () => {
  const X = Array.from({ length: 60 }, (_, i) => [i % 9, (i * 5) % 7, (i * 3) % 11]);
  const sums = X.map(([a = 0, b = 0, c = 0]) => a - b + c);
  const three = sums.map((sum) => Number(sum > 6) + Number(sum > 10));
  const two = three.map((label) => Number(label > 0));
  const trees = { nEstimators: 4, maxDepth: 2 };
  const some = X.slice(4, 5);
  const classifiers = [
    new XGBClassifier(trees).fit(X, two),
    new RandomForestClassifier(trees).fit(X, three),
  ];
  for (const model of classifiers) {
    const circuit = await model.compile(X, options);
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40, model.name);
    const clear = await model.predictProba(some, { fhe: "simulate" });
    assert.deepEqual(await model.predictProba(some, { fhe: "execute" }), clear);
    await circuit.close();
  }
  const others = [
    new HistGradientBoostingRegressor({ maxIter: 4, maxDepth: 2 }).fit(X, sums),
    new RandomForestRegressor(trees).fit(X, sums),
    new IsolationForest({ nEstimators: 4, maxSamples: 16, randomState: 1 }).fit(X),
  ];
  for (const model of others) {
    const circuit = await model.compile(X, options);
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40, model.name);
    const clear = await model.predict(some, { fhe: "simulate" });
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), clear);
    await circuit.close();
  }
});
