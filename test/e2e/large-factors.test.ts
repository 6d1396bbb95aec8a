import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";

test("maxima and products times large factors", async () => {
  const numbers = Array.from({ length: 16 }, (_, i) => i);
  const inputset = numbers.flatMap((x) => numbers.map((y) => [x, y] as const));
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
      if (x === undefined || y === undefined) throw new Error("two parameters");
      return [fhe.maximum(x, y).mul(1000), x.mul(y).mul(100).sub(3)];
    })
    .compile(inputset, { inputForm: "numbers" });
  const samples = [
    [15, 15],
    [0, 9],
    [13, 4],
    [0, 0],
  ] as const;
  const wanted = samples.map(([x, y]) => [[Math.max(x, y) * 1000], [x * y * 100 - 3]]);
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});
