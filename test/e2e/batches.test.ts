import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";

const squares = new fhe.LookupTable([0, 1, 4, 9]);
const samples = Array.from({ length: 70 }, (_, i) => [[i % 4, (i >> 2) % 4], i % 3]);
const wanted = samples.map(([x, y]) => {
  const [a = 0, b = 0] = x as number[];
  return [a * a + (y as number), b * b + (y as number)];
});

const circuit = await fhe
  .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => squares.apply(x).add(y))
  .compile(samples);

test("a batch gives one result a sample, as simulation does, with progress", async () => {
  assert.deepEqual(circuit.simulateBatch(samples), wanted);
  const seen: number[] = [];
  const results = await circuit.encryptRunDecryptBatch(samples.slice(0, 9), {
    onProgress: (share) => seen.push(share),
  });
  assert.deepEqual(results, wanted.slice(0, 9));
  assert.equal(seen.at(-1), 1);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
});

test("more samples than are worked on at a time come back in order", async () => {
  const linear = await fhe
    .compiler({ x: "encrypted" }, (x) => x.mul(3).sub(1))
    .compile([[0], [63]]);
  const many = Array.from({ length: 200 }, (_, i) => [i % 64]);
  assert.deepEqual(
    await linear.encryptRunDecryptBatch(many),
    many.map(([x = 0]) => [3 * x - 1]),
  );
  await linear.close();
});

test("a batch can be aborted, and a bad sample is named before anything is computed", async () => {
  const controller = new AbortController();
  await assert.rejects(
    circuit.encryptRunDecryptBatch(samples, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    }),
    { code: "aborted" },
  );
  await assert.rejects(circuit.encryptRunDecryptBatch([samples[0] ?? [], [[1, 2]]]), {
    code: "bad-argument",
    message:
      "samples[1]: it has 1 values for 2 parameters. Give each sample as an array with one value for each of x, y",
  });
  await assert.rejects(circuit.encryptRunDecryptBatch([[[1, 9], 0]]), { code: "out-of-range" });
  await assert.rejects(circuit.encryptRunDecryptBatch([]), {
    code: "empty-inputset",
    message: "samples: there are no samples. Give at least one sample",
  });
  assert.deepEqual(await circuit.encryptRunDecrypt([3, 2], 1), [10, 5]);
  await circuit.close();
});
