// Failure probability by precision inflation: messages with more bits than the parameters are made for fail often enough to count, at a
// rate that the same formulas predict.
import assert from "node:assert/strict";
import { test } from "node:test";
import { namedParameterSets } from "../../src/plan/parameters/named-parameter-sets.js";
import {
  bootstrapVariance,
  lookupLimit,
  predictLookup,
} from "../../src/plan/parameters/noise-prediction.js";
import { clopperPearson } from "../support/clopper-pearson.js";
import { makeKeys } from "../support/eval-keys.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { EvalServer } from "../support/eval-server.js";
import { affineStage } from "../support/eval-stages.js";
import { seededRandom } from "../support/seeded-random.js";
import { lwePhase, RandomWords, wrapTurns } from "../support/torus-phase.js";

interface InflationCase {
  /** A set for norm 5. */
  readonly name: string;
  /** Bits of the messages that are sent through it. */
  readonly bits: number;
  readonly keySwitches: number;
  readonly rotations: number;
}

const cases: readonly InflationCase[] = [
  { name: "p=4 norm=5 2^-128", bits: 7, keySwitches: 2000, rotations: 0 },
  { name: "p=2 norm=5 2^-128", bits: 5, keySwitches: 1500, rotations: 250 },
  { name: "p=2 norm=5 2^-64", bits: 4, keySwitches: 3000, rotations: 0 },
];

/** Two bootstrap outputs with these weights: norm 5. */
const weights = [3, -4];
/** Of one rate: new seeds give eight that differ by chance less than once in 10^6 times. */
const confidence = 1 - 1e-7;

const client = await keyMachine();

for (const machine of await evalMachines()) {
  for (const { name, bits, keySwitches, rotations } of cases) {
    const set = namedParameterSets.find((one) => one.name === name);
    assert.ok(set);
    const { extensionLog2 } = set;
    const parameters = { ...set.parameters, extensionLog2 };
    const {
      glwe,
      bootstraps: [bootstrap],
    } = parameters;
    assert.ok(bootstrap);
    const lookup = { precision: bits, negacyclic: false, tablesLog2: 0 };
    const norms = { bootstrapSquaredNorms: [25], freshSquaredNorm: 0 };
    const sources = {
      fresh: 0,
      extraction: 0,
      bootstraps: [bootstrapVariance(glwe, bootstrap.bootstrapGadget, bootstrap.lwe.dimension)],
    };
    const step = 2 * lookupLimit(lookup);

    test(`${name} with ${bits} bits fails as predicted, ${machine.kind}`, async (t) => {
      const title = `${name} ${machine.kind}`;
      const predicted =
        2 ** predictLookup(lookup, norms, sources, glwe, bootstrap, extensionLog2).failureLog2;
      assert.ok(predicted > 1e-3 && predicted < 0.15, `${predicted} cannot be measured`);
      const keys = await makeKeys(client, parameters, title);
      const server = new EvalServer(machine, parameters, keys.seeded);
      const words = new RandomWords(seededRandom(title));

      // Bootstrap outputs: plus or minus one value, with the noise of a whole rotation.
      const starts = Array.from({ length: 96 }, () => words.words32(server.dimension + 1));
      const table = new Int32Array(2 << 4).fill(2 ** 29);
      const pool = server.lookUp(starts, { precision: 1, tablesLog2: 4, tables: [table] });
      const values = pool.map((lwe) => Math.sign(lwePhase(lwe, keys.big)) * 2 ** 29);

      // Weighted sums of outputs of two rotations, moved to a random message.
      const messages = words.integers(keySwitches, 0, 2 ** bits - 1);
      const first = words.integers(keySwitches, 0, pool.length - 1);
      const rows = Array.from(messages, (message, i) => {
        const one = first[i] ?? 0;
        const other = (one + 16 * (1 + (i % 90))) % pool.length;
        const sum =
          (weights[0] ?? 0) * (values[one] ?? 0) + (weights[1] ?? 0) * (values[other] ?? 0);
        return { columns: [one, other], weights, addend: (message * step * 2 ** 32 - sum) >>> 0 };
      });
      const sums = affineStage(machine, server.dimension, pool, rows);

      const within = (failures: number, trials: number, what: string) => {
        const [low, high] = clopperPearson(failures, trials, confidence);
        const found = `${what}: ${failures} of ${trials} fail`;
        t.diagnostic(
          `${found}: ${low.toFixed(4)} to ${high.toFixed(4)}, predicted ${predicted.toFixed(4)}`,
        );
        assert.ok(failures > 0 && low <= predicted && predicted <= high, found);
      };

      const turn = 2 * glwe.polynomialSize * 2 ** extensionLog2;
      const box = turn * step;
      let failures = 0;
      server.modulusSwitch(server.keySwitch(sums), 0).forEach((exponents, i) => {
        let position = exponents.at(-1) ?? 0;
        keys.small.forEach((bit, t) => {
          if (bit === 1) position -= exponents[t] ?? 0;
        });
        // The box of message m holds the positions from (m - 1/2) box up to, not with, (m + 1/2) box.
        const read = Math.floor(((((position + box / 2) % turn) + turn) % turn) / box);
        if (read !== messages[i]) failures++;
      });
      within(failures, keySwitches, "key switch and modulus switch");

      if (rotations > 0) {
        const odd = Int32Array.from({ length: 2 ** bits }, (_, m) => (2 * m + 1) * step * 2 ** 31);
        const found = server.lookUp(sums.slice(0, rotations), {
          precision: bits,
          tablesLog2: 0,
          tables: [odd],
        });
        const wrong = found.filter((lwe, i) => {
          const due = (2 * (messages[i] ?? 0) + 1) * step * 0.5;
          return Math.abs(wrapTurns(lwePhase(lwe, keys.big) - due)) > step / 4;
        });
        within(wrong.length, rotations, "whole bootstraps");
      }
      server.release();
    });
  }
}
