// A circuit whose narrow and wide look-ups have keys of their own, on both engines, from compilation to decrypted results.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { evaluationKeyFileBytes } from "../../src/tfhe/wire-evaluation-keys.js";
import { engineKinds } from "../support/engines.js";

const length = 24;
const narrow = new fhe.LookupTable([0, 1, 1, 0]);
/** No steps and no period, so that one look-up of all bits is cheapest. */
const entry = (i: number): number => ((i * 37 + i * i) % 61) % 4;
const wide = new fhe.LookupTable(Array.from({ length: 64 }, (_, i) => entry(i)));

/** Narrow look-ups of the inputs, one wide look-up of their weighted sum; the one behind it joins it. */
const mixed = fhe.compiler({ x: "encrypted" }, (x) => {
  const bits = narrow.apply(x);
  const weights = Array.from({ length }, (_, i) => 1 + (i % 4));
  return [narrow.apply(wide.apply(fhe.matmul([weights], bits))), bits];
});

function plain(x: readonly number[]): number[][] {
  const bits = x.map((value) => [0, 1, 1, 0][value] ?? 0);
  const sum = bits.reduce((total, bit, i) => total + bit * (1 + (i % 4)), 0);
  return [[[0, 1, 1, 0][entry(sum)] ?? 0], bits];
}

const samples = [
  new Array<number>(length).fill(1),
  new Array<number>(length).fill(3),
  Array.from({ length }, (_, i) => i % 4),
  Array.from({ length }, (_, i) => (i * i) % 4),
];

for (const runtime of engineKinds) {
  test(`narrow and wide look-ups under keys of their own, ${runtime}`, async () => {
    const circuit = await mixed.compile(samples, { runtime, threads: 2, inputForm: "numbers" });
    try {
      const { parameters, program } = circuit.plan;
      assert.equal(parameters.bootstraps.length, 2);
      const steps = program.instructions.filter(({ op }) => op === "bootstrap");
      assert.deepEqual(
        steps.map((step) => (step.op === "bootstrap" ? [step.precision, step.set] : [])),
        [
          [2, 0],
          [6, 1],
        ],
      );
      const cost = circuit.cost();
      assert.deepEqual(
        cost.sets.map(({ rotations }) => rotations),
        [length, 1],
      );
      const keyBytes = cost.sets.reduce((sum, own) => sum + own.evaluationKeyBytes, 0);
      assert.equal(keyBytes + 72, cost.evaluationKeyBytes);
      assert.equal(cost.evaluationKeyBytes, evaluationKeyFileBytes(parameters));
      for (const x of samples.slice(2)) {
        assert.deepEqual(await circuit.encryptRunDecrypt(x), plain(x));
      }
    } finally {
      await circuit.close();
    }
  });
}
