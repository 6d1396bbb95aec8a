// Measured noise against the formulas: fresh ciphertexts, clear products and sums, extraction, downloads.
import { test } from "node:test";
import { generateClientKey } from "../../src/keys/client-key.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
  freshGlweVariance,
} from "../../src/security/noise-fresh.js";
import { weightedVariance } from "../../src/security/noise-linear.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import {
  affineStage,
  expandInput,
  extractStage,
  linearStage,
  packGlwe,
  packLwe,
} from "../support/eval-stages.js";
import { assertCentred, assertRatio } from "../support/noise-ratio.js";
import { measurePhase } from "../support/phase.js";
import { keyBits } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import {
  lwePhase,
  meanSquare,
  RandomWords,
  squaredNorm,
  wrapTurns,
} from "../support/torus-phase.js";

const client = await keyMachine();
const machines = await evalMachines();
/**
 * For roundings of 250 ciphertexts: those of one hang together through its mask, so that a deviation of the ratio is 9 %, however many
 * coefficients are read.
 */
const ofCiphertexts = [0.6, 1.6] as const;
const shapes = [
  { dimension: 1, polynomialSize: 2048, noiseLog2: 17 },
  { dimension: 2, polynomialSize: 1024, noiseLog2: 17 },
  { dimension: 4, polynomialSize: 512, noiseLog2: 20 },
];

for (const machine of machines) {
  for (const glwe of shapes) {
    const { dimension: k, polynomialSize: N, noiseLog2 } = glwe;
    const title = `N=${N} k=${k}, ${machine.kind}`;
    const random = seededRandom(`noise of ${title}`);
    const words = new RandomWords(random);
    const key = generateClientKey({ glwe, bootstraps: [] }, random);
    const { big } = keyBits(key);
    const all = Array.from({ length: N }, (_, j) => j);
    const deltaLog2 = 56;
    const glweCount = 4096 / N;

    /** Encrypted random bytes, and their phases as the server holds them. */
    const encrypted = (bodyBits: number) => {
      const messages = words.integers(4096, -128, 127);
      const vector = encryptVector(client, key, messages, { deltaLog2, bodyBits }, random);
      return { messages, glwes: expandInput(machine, glwe, vector) };
    };
    const phases = (glwes: BigUint64Array, bits: number): Float64Array => {
      const count = glwes.length / (k + 1) / N;
      const positions = Array.from({ length: count }, () => all);
      const data = packGlwe(machine, glwe, glwes, positions, bits);
      const layout = { form: "glwe", wordBits: bits, coefficients: positions } as const;
      return measurePhase(client, key, data, layout);
    };
    const turns = (message: number) => message * 2 ** (deltaLog2 - 64);

    for (const bodyBits of [64, 64 - noiseLog2, 30]) {
      test(`fresh ciphertext, bodies of ${bodyBits} bits, expanded by the server, ${title}`, (t) => {
        const { messages, glwes } = encrypted(bodyBits);
        const noise = phases(glwes, 64).map((phase, j) =>
          wrapTurns(phase - turns(messages[j] ?? 0)),
        );
        const predicted = freshGlweVariance(noiseLog2, bodyBits);
        assertRatio(t, meanSquare(noise), predicted, noise.length);
        assertCentred(noise, predicted);
      });
    }

    test(`product with clear polynomials, ${title}`, (t) => {
      const bodyBits = 60 - noiseLog2;
      const zero = encryptVector(
        client,
        key,
        new Int32Array(4096),
        { deltaLog2, bodyBits },
        random,
      );
      const inputs = expandInput(machine, glwe, zero);
      const outputs = Array.from({ length: glweCount * 2 }, () => ({
        weights: Array.from({ length: glweCount }, () => words.integers(N, -127, 127)),
        positions: [],
        addends: [],
      }));
      const noise = phases(linearStage(machine, glwe, inputs, outputs), 64);
      const norms = outputs.map(({ weights }) =>
        weights.reduce((sum, polynomial) => sum + squaredNorm(polynomial), 0),
      );
      const norm = norms.reduce((sum, one) => sum + one, 0) / norms.length;
      const predicted = weightedVariance(norm, freshGlweVariance(noiseLog2, bodyBits));
      assertRatio(t, meanSquare(noise), predicted, noise.length);
    });

    test(`extraction to the 32-bit torus, weights, ${title}`, (t) => {
      const glwes = words.words64(250 * (k + 1) * N);
      const exact = phases(glwes, 64);
      const rows = Array.from({ length: 2000 }, (_, i) => ({
        glwe: Math.floor(i / 8),
        coefficient: (i * 157) % N,
        weight: (i % 8) - 4 || 5,
        addend: BigInt(i) << 40n,
      }));
      const noise = extractStage(machine, glwe, glwes, rows).map((lwe, i) => {
        const { glwe: at = 0, coefficient = 0, weight = 0 } = rows[i] ?? {};
        const due = weight * (exact[at * N + coefficient] ?? 0) + i * 2 ** -24;
        return wrapTurns(lwePhase(lwe, big) - due);
      });
      const predicted = ciphertextRoundingVariance(k * N, 32);
      assertRatio(t, meanSquare(noise), predicted, noise.length, ofCiphertexts);
      assertCentred(noise, predicted);
    });

    const slow = N > 512 && "measured at N=512";
    test(`sums of extracted neighbours: roundings of one mask add up, ${title}`, {
      skip: slow,
    }, (t) => {
      const count = 2000;
      const side = 8;
      // One sum of eight neighbours from each of many ciphertexts; their roundings correlate by 1/2.
      const noise: number[] = [];
      for (let first = 0; first < count; first += 200) {
        const glwes = words.words64(200 * (k + 1) * N);
        const exact = phases(glwes, 64);
        const rows = Array.from({ length: 200 * side }, (_, i) => ({
          glwe: Math.floor(i / side),
          coefficient: ((Math.floor(i / side) * 157) % (N - side)) + (i % side),
          weight: 1,
          addend: 0n,
        }));
        const lwes = extractStage(machine, glwe, glwes, rows);
        const sums = Array.from({ length: 200 }, (_, s) => ({
          columns: Array.from({ length: side }, (_, e) => s * side + e),
          weights: Array.from({ length: side }, () => 1),
          addend: 0,
        }));
        affineStage(machine, k * N, lwes, sums).forEach((lwe, s) => {
          const start = s * N + ((s * 157) % (N - side));
          const due = exact.subarray(start, start + side).reduce((sum, phase) => sum + phase, 0);
          noise.push(wrapTurns(lwePhase(lwe, big) - due));
        });
      }
      const predicted = ((side + side ** 2) / 2) * ciphertextRoundingVariance(k * N, 32);
      // What they share is their key's as well: 7 %. Independent roundings would give 0.22, equal ones 1.78.
      assertRatio(t, meanSquare(noise), predicted, noise.length, [0.65, 1.45]);
    });

    test(`weighted sums of LWE ciphertexts, ${title}`, (t) => {
      const bodyBits = 34;
      const count = 250;
      const zeros = new Int32Array(count * N);
      const vector = encryptVector(client, key, zeros, { deltaLog2, bodyBits }, random);
      const inputs = expandInput(machine, glwe, vector);
      const coefficients = Array.from({ length: count }, (_, at) => (at * 157) % N);
      const lwes = extractStage(
        machine,
        glwe,
        inputs,
        coefficients.map((coefficient, at) => ({ glwe: at, coefficient, weight: 1, addend: 0n })),
      );
      const rows = Array.from({ length: 2000 }, (_, i) => ({
        columns: Array.from({ length: 6 }, (_, e) => (i + 41 * e) % count),
        weights: [...words.integers(6, -7, 7)],
        addend: i << 10,
      }));
      const noise = affineStage(machine, k * N, lwes, rows).map((lwe, i) =>
        wrapTurns(lwePhase(lwe, big) - i * 2 ** -22),
      );
      const norm = rows.reduce((sum, { weights }) => sum + squaredNorm(weights), 0) / rows.length;
      const input = freshGlweVariance(noiseLog2, bodyBits) + ciphertextRoundingVariance(k * N, 32);
      const predicted = weightedVariance(norm, input);
      assertRatio(t, meanSquare(noise), predicted, noise.length, ofCiphertexts);
    });

    for (const bits of [10, 17, 24]) {
      test(`download of a GLWE in ${bits} bits, ${title}`, (t) => {
        const glwes = words.words64(glweCount * (k + 1) * N);
        const exact = phases(glwes, 64);
        const noise = phases(glwes, bits).map((phase, j) => wrapTurns(phase - (exact[j] ?? 0)));
        const predicted = compensatedRoundingVariance(k * N, bits);
        assertRatio(t, meanSquare(noise), predicted, noise.length);
        assertCentred(noise, predicted);
      });

      test(`download of LWE ciphertexts in ${bits} bits, ${title}`, (t) => {
        const lwes = Array.from({ length: 2000 }, () => words.words32(k * N + 1));
        const data = packLwe(machine, glwe, lwes, bits);
        const layout = { form: "lwe", wordBits: bits, count: lwes.length } as const;
        const noise = measurePhase(client, key, data, layout).map((phase, i) =>
          wrapTurns(phase - lwePhase(lwes[i] ?? new Uint32Array(), big)),
        );
        const predicted = compensatedRoundingVariance(k * N, bits);
        assertRatio(t, meanSquare(noise), predicted, noise.length);
        assertCentred(noise, predicted);
      });
    }
  }
}
