// Ranges of values by interval analysis, where the inputset misses the extremes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe, VelumError } from "../../src/index.js";

const wasm = { runtime: "wasm", threads: 1 } as const;
const square = fhe.univariate((v) => v * v);
const squareOfSum = fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => square(x.add(y)));
/** Each parameter from 0 to 3, and every sum 3. */
const inputset = [
  [0, 3],
  [3, 0],
];

test("results are right where the inputset misses the extremes of a sum", async () => {
  const measured = await squareOfSum.compile(inputset, wasm);
  assert.deepEqual(measured.graph.node(2).bounds, { min: 3, max: 3 });
  const sound = await squareOfSum.compile(inputset, { ...wasm, bounds: "intervals" });
  assert.deepEqual(sound.graph.node(2).bounds, { min: 0, max: 6 });
  assert.deepEqual(sound.graph.node(3).bounds, { min: 0, max: 36 });
  const wanted: number[] = [];
  const pairs: number[][] = [];
  for (const x of [0, 1, 2, 3]) {
    for (const y of [0, 1, 2, 3]) {
      pairs.push([x, y]);
      wanted.push((x + y) ** 2);
    }
  }
  assert.deepEqual(sound.simulateBatch(pairs), wanted);
  assert.equal(await sound.encryptRunDecrypt(3, 3), 36);
  assert.equal(await sound.encryptRunDecrypt(0, 0), 0);
  // What the option is for: the measured range holds one value.
  assert.notEqual(await measured.encryptRunDecrypt(3, 3), 36);
  await sound.close();
  await measured.close();
});

test("a table without an entry for a possible index is refused", async () => {
  const table = new fhe.LookupTable([1, 2, 3, 4]);
  const sums = fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => table.apply(x.add(y)));
  await sums.compile(inputset, wasm);
  await assert.rejects(sums.compile(inputset, { ...wasm, bounds: "intervals" }), {
    name: "VelumError",
    code: "out-of-range",
    message: /^tlu \(.*interval-ranges\.test\.\ws:\d+\): /,
  });
});

test("ranges of answers that come back settle, or are refused", async () => {
  const turn = fhe.compiler({ x: "encrypted" }, (x) => x.mul(3).add(1).mod(7));
  const circuit = await turn.compile([0], { ...wasm, composable: true, bounds: "intervals" });
  assert.deepEqual(circuit.graph.node(circuit.graph.inputs[0] ?? 0).bounds, { min: 0, max: 6 });
  let answers = [await circuit.encrypt(0)];
  let wanted = 0;
  for (let round = 0; round < 4; round++) {
    answers = await circuit.run(answers);
    wanted = (wanted * 3 + 1) % 7;
    assert.equal(await circuit.decrypt(answers[0] ?? new Uint8Array()), wanted);
  }
  await circuit.close();
  const counter = fhe.compiler({ x: "encrypted" }, (x) => x.add(1));
  await assert.rejects(
    counter.compile([0], { ...wasm, name: "counter", composable: true, bounds: "intervals" }),
    (error) =>
      error instanceof VelumError &&
      error.message ===
        'function "counter": has ranges that grow with every round of answers as inputs, so that none holds for all. ' +
          'End functions in mod or clip, or compile with bounds: "inputset"',
  );
});

test("equality of wide values has sound ranges", async () => {
  for (const [at, wanted] of [
    [0, [0, 1]],
    [-(2 ** 21), [0]],
  ] as const) {
    const circuit = await fhe
      .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => x.equal(y))
      .compile(
        [
          [at, 5],
          [at + 2 ** 20, 2 ** 20],
        ],
        { inputForm: "numbers", bounds: "intervals" },
      );
    assert.deepEqual(
      [...new Set([circuit.simulate(at, 2 ** 20), circuit.simulate(at + 2 ** 20, 2 ** 20)])],
      wanted,
    );
    await circuit.close();
  }
});
