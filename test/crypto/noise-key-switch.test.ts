// Measured noise of the key switch and of the modulus switch against the formulas, and the key switch against a slow one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshLweVariance } from "../../src/security/noise-fresh.js";
import { keySwitchVariance } from "../../src/security/noise-key-switch.js";
import { centredModulusSwitchVariance } from "../../src/security/noise-modulus-switch.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { makeKeys } from "../support/eval-keys.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { EvalServer } from "../support/eval-server.js";
import { assertCentred, assertRatio, bothSides } from "../support/noise-ratio.js";
import { domains, maskWords32, moments } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import { lwePhase, meanSquare, RandomWords, wrapTurns } from "../support/torus-phase.js";

interface SwitchCase {
  readonly N: number;
  readonly k: number;
  readonly n: number;
  readonly noiseLog2: number;
  readonly baseLog: number;
  readonly levels: number;
}

/** The gadgets and noises of sets in use, with few GGSWs. */
const cases: readonly SwitchCase[] = [
  { N: 2048, k: 1, n: 20, noiseLog2: 13, baseLog: 4, levels: 4 },
  { N: 2048, k: 1, n: 20, noiseLog2: 12, baseLog: 3, levels: 6 },
  { N: 1024, k: 2, n: 20, noiseLog2: 17, baseLog: 2, levels: 7 },
  { N: 512, k: 3, n: 20, noiseLog2: 19, baseLog: 2, levels: 5 },
  { N: 512, k: 5, n: 33, noiseLog2: 10, baseLog: 6, levels: 1 },
];

function parametersOf(one: SwitchCase): CryptoParameters {
  return {
    glwe: { dimension: one.k, polynomialSize: one.N, noiseLog2: 17 },
    bootstraps: [
      {
        lwe: { dimension: one.n, noiseLog2: one.noiseLog2 },
        bootstrapGadget: { baseLog: 23, levels: 1 },
        keySwitchGadget: { baseLog: one.baseLog, levels: one.levels },
      },
    ],
    extensionLog2: 0,
  };
}

/** Balanced digits of the multiple of 2^(32 - baseLog levels) nearest to `word`, most significant first; the first one unreduced. */
function digits(word: number, baseLog: number, levels: number): number[] {
  const base = 2 ** baseLog;
  let rest = Math.floor((word | 0) / 2 ** (32 - baseLog * levels) + 0.5);
  if (rest >= base ** levels / 2) rest -= base ** levels;
  const found: number[] = [];
  for (let level = levels - 1; level > 0; level--) {
    const digit = ((((rest + base / 2) % base) + base) % base) - base / 2;
    found.unshift(digit);
    rest = (rest - digit) / base;
  }
  return [rest, ...found];
}

const client = await keyMachine();

for (const machine of await evalMachines()) {
  for (const one of cases) {
    const { N, k, n, noiseLog2, baseLog, levels } = one;
    const parameters = parametersOf(one);
    const title = `kN=${k * N}, base 2^${baseLog}, ${levels} levels, ${machine.kind}`;
    const gadget = { baseLog, levels };

    test(`key switch, ${title}`, async (t) => {
      // Inner digits have mean -1/2, which gives every key a small offset of its own: several keys.
      const noise: number[] = [];
      const words = new RandomWords(seededRandom(title));
      for (let which = 0; which < 8; which++) {
        const keys = await makeKeys(client, parameters, `${title} ${which}`);
        const server = new EvalServer(machine, parameters, keys.seeded);
        const lwes = Array.from({ length: 250 }, () => words.words32(k * N + 1));
        server.keySwitch(lwes).forEach((small, i) => {
          const due = lwePhase(lwes[i] ?? new Uint32Array(), keys.big);
          noise.push(wrapTurns(lwePhase(small, keys.small) - due));
        });
        server.release();
      }
      const predicted = keySwitchVariance(k * N, gadget, freshLweVariance(noiseLog2));
      // What the keys' offsets add grows with the levels: a deviation is 4 % at few, 14 % at seven.
      const range = levels > 5 ? ([0.5, 1.8] as const) : bothSides;
      assertRatio(t, meanSquare(noise), predicted, noise.length, range);
    });

    test(`key switch, word for word as written down, ${title}`, async () => {
      const keys = await makeKeys(client, parameters, title);
      const server = new EvalServer(machine, parameters, keys.seeded);
      const words = new RandomWords(seededRandom(title));
      const edges = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** (31 - baseLog * levels)];
      const lwes = Array.from({ length: 3 }, () => words.words32(k * N + 1));
      lwes.push(Uint32Array.from({ length: k * N + 1 }, (_, i) => edges[i % edges.length] ?? 0));
      const [section] = keys.seeded.sections;
      assert.ok(section);
      const bodies = section.keySwitchBodies;
      const view = new DataView(bodies.buffer, bodies.byteOffset);
      const due = lwes.map((lwe) => {
        const out = new Uint32Array(n + 1);
        out[n] = lwe[k * N] ?? 0;
        return out;
      });
      for (let i = 0; i < k * N; i++) {
        const found = lwes.map((lwe) => digits(lwe[i] ?? 0, baseLog, levels));
        for (let level = 0; level < levels; level++) {
          const row = i * levels + level;
          const mask = maskWords32(section.seed, domains.keySwitchKey, row, n);
          const body = view.getUint32(4 * row, true);
          due.forEach((out, which) => {
            const digit = found[which]?.[level] ?? 0;
            for (let c = 0; c <= n; c++) {
              out[c] = (out[c] ?? 0) - Math.imul(digit, c === n ? body : (mask[c] ?? 0));
            }
          });
        }
      }
      assert.deepEqual(server.keySwitch(lwes), due);
      server.release();
    });
  }

  for (const [n, extensionLog2, tablesLog2] of [
    [680, 0, 0],
    [918, 0, 0],
    [918, 0, 2],
    [1038, 3, 0],
    [1038, 2, 1],
  ] as const) {
    const title = `n=${n}, extension 2^${extensionLog2}, 2^${tablesLog2} tables, ${machine.kind}`;
    test(`centred modulus switch, ${title}`, async (t) => {
      const N = 512;
      const parameters = parametersOf({ N, k: 1, n, noiseLog2: 13, baseLog: 1, levels: 1 });
      const {
        bootstraps: [bootstrap],
      } = parameters;
      assert.ok(bootstrap);
      const extended = { ...parameters, extensionLog2 };
      const keys = await makeKeys(client, extended, title);
      const server = new EvalServer(machine, extended, keys.seeded);
      const words = new RandomWords(seededRandom(title));
      const log2 = 10 + extensionLog2 - tablesLog2;
      const lwes = Array.from({ length: 8000 }, () => words.words32(n + 1));
      const switched = server.modulusSwitch(lwes, tablesLog2);
      server.release();
      const errors = switched.map((exponents, i) => {
        let position = 0;
        exponents.forEach((exponent, t) => {
          assert.ok(exponent % 2 ** tablesLog2 === 0 && exponent < 2 ** (log2 + tablesLog2));
          if (t === n) position += exponent;
          else if (keys.small[t] === 1) position -= exponent;
        });
        // The body was floored: seen from the middle of a position, the error has mean zero and the variance of the floor on top.
        const middle = (position / 2 ** tablesLog2 + 0.5) * 2 ** -log2;
        return wrapTurns(middle - lwePhase(lwes[i] ?? new Uint32Array(), keys.small)) * 2 ** log2;
      });
      const predicted = centredModulusSwitchVariance(n, log2) * 4 ** log2;
      const { variance } = moments(errors);
      assertRatio(t, variance - 1 / 12, predicted, errors.length, bothSides);
      assertCentred(errors, predicted);
      // Gaussian enough for the tail: its fourth moment is 3.
      const fourth = errors.reduce((sum, e) => sum + e ** 4, 0) / errors.length / variance ** 2;
      assert.ok(Math.abs(fourth - 3) < 0.4, `kurtosis ${fourth}`);
    });
  }
}
