// Measured noise of one CMUX against the formula, and the Fourier transform's own error against exact arithmetic.
import { test } from "node:test";
import { externalProductNoise } from "../../src/security/noise-external-product.js";
import { freshGlweVariance } from "../../src/security/noise-fresh.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { bootstrapKeyBodyBits } from "../../src/tfhe/parameters.js";
import { makeKeys } from "../support/eval-keys.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { EvalServer } from "../support/eval-server.js";
import { exactExternalProduct } from "../support/exact-product.js";
import { assertRatio } from "../support/noise-ratio.js";
import { seededRandom } from "../support/seeded-random.js";
import { glwePhase, meanSquare, RandomWords, rotate } from "../support/torus-phase.js";

/** GGSWs in a test's key. */
const n = 80;

const cases = [
  { N: 2048, k: 1, noiseLog2: 17, baseLog: 23, levels: 1 },
  { N: 2048, k: 1, noiseLog2: 17, baseLog: 15, levels: 2 },
  { N: 2048, k: 1, noiseLog2: 17, baseLog: 16, levels: 2 },
  { N: 2048, k: 1, noiseLog2: 17, baseLog: 8, levels: 4 },
  { N: 1024, k: 2, noiseLog2: 17, baseLog: 23, levels: 1 },
  { N: 1024, k: 2, noiseLog2: 17, baseLog: 15, levels: 2 },
  { N: 512, k: 4, noiseLog2: 17, baseLog: 23, levels: 1 },
  { N: 512, k: 4, noiseLog2: 17, baseLog: 15, levels: 2 },
  { N: 512, k: 3, noiseLog2: 30, baseLog: 17, levels: 1 },
  { N: 512, k: 3, noiseLog2: 30, baseLog: 8, levels: 3 },
];

function parametersOf(one: (typeof cases)[number]): CryptoParameters {
  return {
    glwe: { dimension: one.k, polynomialSize: one.N, noiseLog2: one.noiseLog2 },
    bootstraps: [
      {
        lwe: { dimension: n, noiseLog2: 13 },
        bootstrapGadget: { baseLog: one.baseLog, levels: one.levels },
        keySwitchGadget: { baseLog: 4, levels: 1 },
      },
    ],
    extensionLog2: 0,
  };
}

const client = await keyMachine();

for (const machine of await evalMachines()) {
  for (const one of cases) {
    const { N, k, noiseLog2, baseLog, levels } = one;
    const parameters = parametersOf(one);
    const shape = { dimension: k, polynomialSize: N };
    const rows = freshGlweVariance(noiseLog2, bootstrapKeyBodyBits);
    const title = `N=${N} k=${k}, base 2^${baseLog}, ${levels} levels, ${machine.kind}`;
    const keys = await makeKeys(client, parameters, title);
    const server = new EvalServer(machine, parameters, keys.seeded);

    for (const message of [0, 1]) {
      test(`CMUX with a GGSW of ${message}, ${title}`, (t) => {
        const words = new RandomWords(seededRandom(title));
        const squares: number[] = [];
        keys.small.forEach((bit, i) => {
          if (bit !== message || squares.length >= 36) return;
          const before = new Int32Array(words.words32((k + 1) * N).buffer);
          const a = words.integers(1, 0, 2 * N - 1)[0] ?? 0;
          const after = server.cmux(before, a, i);
          const phase = glwePhase(before, keys.big, N);
          const due = message === 1 ? rotate(phase, a) : phase;
          const noise = glwePhase(after, keys.big, N).map((value, j) => value - (due[j] ?? 0));
          squares.push(meanSquare(noise) * 2 ** -64);
        });
        const measured = squares.reduce((sum, one) => sum + one, 0) / squares.length;
        const predicted = externalProductNoise(shape, { baseLog, levels }, rows, message);
        // Phases of one product hang together through its mask: a deviation of the ratio is 6 to 9 % over seeds.
        assertRatio(t, measured, predicted.total, squares.length * N, [0.6, 1.45]);
      });
    }

    // The formula bounds every build from above: 0.7 to 1.1. The error of a coefficient is measured, and counted (1 + kN/2) times as the
    // key does: phases of one product hang together through the mask.
    test(`Fourier transform against exact arithmetic, ${title}`, (t) => {
      const words = new RandomWords(seededRandom(title));
      const errors: number[] = [];
      for (let bit = 0; bit < 2; bit++) {
        const before = new Int32Array(words.words32((k + 1) * N).buffer);
        const a = words.integers(1, 1, 2 * N - 1)[0] ?? 0;
        const exact = exactExternalProduct(parameters, keys.seeded, bit, before, a);
        server.cmux(before, a, bit).forEach((word, j) => {
          const whole = (word - (exact.whole[j] ?? 0)) | 0;
          errors.push((whole - (exact.fraction[j] ?? 0)) * 2 ** -32);
        });
      }
      const { fourier, rounding } = externalProductNoise(shape, { baseLog, levels }, rows, 1);
      const measured = meanSquare(errors) * (1 + (k * N) / 2);
      assertRatio(t, measured, fourier + rounding, errors.length, [0.7, 1.1]);
    });
  }
}
