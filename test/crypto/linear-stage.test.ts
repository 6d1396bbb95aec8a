// The linear stage on ciphertexts equals its clear meaning, and is exact to the last bit of the torus.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { generateClientKey } from "../../src/keys/client-key.js";
import { decryptOutput } from "../../src/keys/decrypt.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { expandInput, linearStage, packGlwe, runStage } from "../support/eval-stages.js";
import { bodyWords, domains, maskWords64 } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import { RandomWords } from "../support/torus-phase.js";

const client = await keyMachine();

/** `sum += torus * small mod X^N + 1`, mod 2^64, the long way. Zero weights cost nothing. */
function addProduct(sum: BigUint64Array, torus: BigUint64Array, small: Int32Array): void {
  const N = small.length;
  small.forEach((weight, i) => {
    if (weight === 0) return;
    const factor = BigInt(weight);
    for (let j = 0; j < N; j++) {
      const term = factor * (torus[j] ?? 0n);
      const at = (i + j) % N;
      sum[at] = (sum[at] ?? 0n) + (i + j < N ? term : -term);
    }
  });
}

for (const machine of await evalMachines()) {
  test(`dot products, several ciphertexts in, several results in one, ${machine.kind}`, () => {
    const dotCases = fc.record({
      N: fc.constantFrom(512, 1024, 2048),
      k: fc.integer({ min: 1, max: 3 }),
      length: fc.integer({ min: 1, max: 1300 }),
      outputs: fc.integer({ min: 1, max: 4 }),
      name: fc.string(),
    });
    const property = fc.property(dotCases, ({ N, k, length, outputs, name }) => {
      const glwe = { dimension: k, polynomialSize: N, noiseLog2: 17 };
      const random = seededRandom(`dot ${name}`);
      const words = new RandomWords(random);
      const key = generateClientKey({ glwe, bootstraps: [] }, random);
      const x = words.integers(length, -128, 127);
      const encoding = { deltaLog2: 64 - 32, bodyBits: 50 };
      const count = Math.ceil(length / N);
      const rows = Array.from({ length: outputs }, () => words.integers(length, -127, 127));
      // A dot product with w lies in coefficient c of the product with sum w_j X^(c - j).
      const spread = Math.min(length, N);
      const fitting = Math.max(1, Math.min(outputs, Math.floor(N / spread)));
      const inOne = outputs % fitting === 0 ? fitting : 1;
      // Coefficients that did not travel decrypt to anything: where weights of another result meet them, zeros are sent.
      const sent = new Int32Array(inOne > 1 ? N : length);
      sent.set(x);
      const inputs = expandInput(machine, glwe, encryptVector(client, key, sent, encoding, random));
      const packed: { weights: Int32Array[]; positions: number[]; addends: bigint[] }[] = [];
      for (let r = 0; r < outputs; r += inOne) {
        const weights = Array.from({ length: count }, () => new Int32Array(N));
        const positions = Array.from({ length: inOne }, (_, q) => (q + 1) * spread - 1);
        for (let q = 0; q < inOne; q++) {
          rows[r + q]?.forEach((weight, j) => {
            const at = (q + 1) * spread - 1 - (j % N);
            const polynomial = weights[Math.floor(j / N)];
            assert.ok(polynomial);
            if (at >= 0) polynomial[at] = weight;
            else polynomial[at + N] = -weight;
          });
        }
        const addends = positions.map((_, q) => BigInt(1000 * (r + q) - 500) << 32n);
        packed.push({ weights, positions, addends: addends.map((a) => BigInt.asUintN(64, a)) });
      }
      const results = linearStage(machine, glwe, inputs, packed);
      const positions = packed.map((one) => one.positions);
      const layout = { form: "glwe", wordBits: 40, coefficients: positions } as const;
      const data = packGlwe(machine, glwe, results, positions, 40);
      const decoding = { deltaLog2: 32, messageBits: 32, signed: true };
      const due = rows.map(
        (row, r) => row.reduce((sum, w, j) => sum + w * (x[j] ?? 0), 0) + 1000 * r - 500,
      );
      assert.deepEqual([...decryptOutput(client, key, data, layout, decoding)], due);
    });
    fc.assert(property, { numRuns: 25 });
  });

  for (const N of [512, 1024, 2048]) {
    test(`products are exact up to a 2-norm of 2^17, N=${N}, ${machine.kind}`, () => {
      const glwe = { dimension: 1, polynomialSize: N, noiseLog2: 17 };
      const words = new RandomWords(seededRandom(`exact ${N}`));
      const few = new Int32Array(N);
      for (const at of words.integers(20, 0, N - 1)) few[at] = 29000;
      few[N - 1] = -29000;
      const one = new Int32Array(N);
      one[N - 1] = -(2 ** 17);
      const all = words
        .integers(N, 0, 1)
        .map((bit) => (bit ? 1 : -1) * Math.floor(2 ** 17 / Math.sqrt(N)));
      // Words whose limbs all lie at an end of their range, and random ones.
      const ends = BigUint64Array.from({ length: 2 * N }, (_, j) =>
        j % 3 === 0
          ? 0x8000_0800_0020_0000n
          : j % 3 === 1
            ? 0x7fff_f7ff_ffdf_ffffn
            : 2n ** 64n - 1n,
      );
      const inputs = new BigUint64Array([...words.words64(2 * N), ...ends]);
      const none = new Int32Array(N);
      for (const weights of N === 512 ? [few, one, all] : [few, one]) {
        const output = { weights: [weights, none], positions: [], addends: [] };
        const other = { weights: [none, weights], positions: [], addends: [] };
        const both = { weights: [weights, weights], positions: [], addends: [] };
        const found = linearStage(machine, glwe, inputs, [output, other, both]);
        const due = new BigUint64Array(6 * N);
        for (let c = 0; c < 2; c++) {
          addProduct(
            due.subarray(c * N, (c + 1) * N),
            inputs.subarray(c * N, (c + 1) * N),
            weights,
          );
          const second = inputs.subarray((2 + c) * N, (3 + c) * N);
          addProduct(due.subarray((2 + c) * N, (3 + c) * N), second, weights);
          for (let j = 0; j < N; j++) {
            due[(4 + c) * N + j] = (due[c * N + j] ?? 0n) + (due[(2 + c) * N + j] ?? 0n);
          }
        }
        assert.deepEqual(found, due);
      }
    });

    test(`largest weights everywhere: exact against modular sums, N=${N}, ${machine.kind}`, () => {
      const glwe = { dimension: 1, polynomialSize: N, noiseLog2: 17 };
      // Constant polynomials: coefficient j of the product is (2 (j + 1) - N) times word times weight.
      const weight = Math.floor(2 ** 17 / Math.sqrt(N));
      for (const word of [0x8000_0800_0020_0000n, 0x7fff_f7ff_ffdf_ffffn, 0x1234_5678_9abc_def1n]) {
        const inputs = new BigUint64Array(2 * N).fill(word);
        const weights = [new Int32Array(N).fill(weight)];
        const found = linearStage(machine, glwe, inputs, [{ weights, positions: [], addends: [] }]);
        const due = BigUint64Array.from({ length: 2 * N }, (_, j) =>
          BigInt.asUintN(64, BigInt((2 * ((j % N) + 1) - N) * weight) * word),
        );
        assert.deepEqual(found, due);
      }
    });
  }

  test(`expansion: masks from the seed, bodies from the wire, zeros where nothing travelled, ${machine.kind}`, () => {
    const glwe = { dimension: 2, polynomialSize: 512, noiseLog2: 17 };
    const random = seededRandom("expansion");
    const key = generateClientKey({ glwe, bootstraps: [] }, random);
    const x = new RandomWords(random).integers(700, -8, 7);
    const vector = encryptVector(client, key, x, { deltaLog2: 60, bodyBits: 13 }, random);
    const found = expandInput(machine, glwe, vector);
    for (let g = 0; g < 2; g++) {
      const due = new BigUint64Array(3 * 512);
      due.set(maskWords64(vector.seed, domains.input, g, 2 * 512));
      due.set(BigUint64Array.from(bodyWords(vector, g, glwe)), 2 * 512);
      assert.deepEqual(found.subarray(g * 3 * 512, (g + 1) * 3 * 512), due);
    }
  });

  test(`requests of a batch do not mix, in one range or in several, ${machine.kind}`, () => {
    // Extraction of two coefficients each from three requests, whose workspaces lie one after the other.
    const N = 512;
    const words = new RandomWords(seededRandom("batch"));
    const stride = 2 * N * 8 + 2 * 2112;
    const workspace = new Uint8Array(3 * stride);
    for (let request = 0; request < 3; request++) {
      workspace.set(new Uint8Array(words.words64(2 * N).buffer), request * stride);
    }
    const constants = new Uint8Array(64);
    new Int32Array(constants.buffer).set([0, 3, 1, 0, 0, 511, -2, 0]);
    const places = [0, N, 1, 0, 32, 2 * N * 8];
    const memory = { constants, scratchBytes: 64, items: 2 };
    const together = { ...memory, workspace, requests: 3 };
    const all = runStage(machine, "velum_stage_extract", together, ...places);
    for (let request = 0; request < 3; request++) {
      const one = workspace.slice(request * stride, (request + 1) * stride);
      const alone = runStage(
        machine,
        "velum_stage_extract",
        { ...memory, workspace: one },
        ...places,
      );
      assert.deepEqual(all.subarray(request * stride, (request + 1) * stride), alone);
    }
  });
}
