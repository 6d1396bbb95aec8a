import assert from "node:assert/strict";
import { test } from "node:test";
import { type RowCircuit, runRows } from "../../src/models/prediction-mode.js";

/** Doubles a row of one number, and notes how many requests were held at a time. */
function doubling() {
  const held: number[] = [];
  const circuit: RowCircuit = {
    simulate: () => [],
    encrypt: async ({ data }) => new Uint8Array(Float64Array.from(data).buffer),
    run: async (requests, { onProgress }) => {
      held.push(requests.length);
      onProgress?.(0.5);
      onProgress?.(1);
      return [...requests];
    },
    decrypt: async (answer) => Array.from(new Float64Array(answer.slice().buffer), (x) => 2 * x),
  };
  return { circuit, held };
}

test("many encrypted rows are held 256 at a time, in order, and progress rises over all of them", async () => {
  const rows = 700;
  const { circuit, held } = doubling();
  const q = { shape: [rows, 1], data: Float64Array.from({ length: rows }, (_, i) => i) };
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const found = await runRows(circuit, q, { fhe: "execute", onProgress }, "predict");
  assert.deepEqual(found.shape, [rows, 1]);
  assert.deepEqual(
    Array.from(found.data),
    Array.from(q.data, (x) => 2 * x),
  );
  assert.deepEqual(held, [256, 256, 188]);
  assert.deepEqual(
    shares.map((share) => Math.round(share * rows)),
    [128, 256, 384, 512, 606, 700],
  );
});
