// Encrypted bits and packing keys on the client: equal on every machine, rows that say what they should, and refusals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateClientKey } from "../../src/keys/client-key.js";
import { encryptBits } from "../../src/keys/encrypt-bits.js";
import { generatePackingKeys } from "../../src/keys/packing-keys.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { ggswLayout, packedLayout } from "../../src/tfhe/wire-bits.js";
import { packingKeyLayout, readPackingKeys } from "../../src/tfhe/wire-packing-keys.js";
import { clientMachines } from "../support/client-machines.js";
import { keyBits, maskTimesKey, maskWords64, packedNumber, signed } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";

const N = 512;
const k = 2;
const parameters = {
  glwe: { polynomialSize: N, dimension: k, noiseLog2: 4 },
  bootstraps: [],
  packing: {
    expansionLevels: 6,
    keyedLevels: [2, 5],
    expansionGadget: { baseLog: 12, levels: 2 },
    conversionGadget: { baseLog: 16, levels: 2 },
  },
} satisfies CryptoParameters;
const { glwe } = parameters;
const gadget = { baseLog: 10, levels: 2 };
const whole = ggswLayout(glwe, 3, gadget, 64);
const packed = packedLayout(glwe, 3, gadget, 64, 6);
const bits = Uint8Array.of(1, 0, 1);
const machines = await clientMachines();

/** Phases of a row on the 64-bit torus: listed body words less mask times key. */
function phases(
  seed: Uint8Array,
  domain: number,
  row: number,
  bodies: readonly (readonly [coefficient: number, word: bigint])[],
  big: readonly number[],
): number[] {
  const due = maskTimesKey(maskWords64(seed, domain, row, k * N), big, glwe);
  return bodies.map(([at, word]) => signed(word - (due[at] ?? 0n)));
}

for (const machine of machines) {
  const make = () => {
    const random = seededRandom("encrypted bits");
    const key = generateClientKey(parameters, random);
    return { random, key, big: keyBits(key).big };
  };

  test(`rows of a GGSW hold the bit times gadget and key, ${machine.kind}`, () => {
    const { random, key, big } = make();
    const { seed, bodies } = encryptBits(machine, key, bits, whole, random);
    for (const row of [0, 3, 4, 5, 6, 13, 17]) {
      const bit = bits[Math.floor(row / 6)] ?? 0;
      const part = Math.floor((row % 6) / 2);
      const step = bit * 2 ** (64 - 10 * ((row % 2) + 1));
      const body = Array.from(
        { length: N },
        (_, j) => [j, packedNumber(bodies, 64, row * N + j)] as const,
      );
      phases(seed, 5, row, body, big).forEach((phase, j) => {
        const message = part === k ? (j === 0 ? step : 0) : -step * (big[part * N + j] ?? 0);
        assert.ok(Math.abs(phase - message) <= 2 ** 12, `row ${row}, coefficient ${j}`);
      });
    }
  });

  test(`packed bits lie at reversed numbers, ${machine.kind}`, () => {
    const { random, key, big } = make();
    const { seed, bodies } = encryptBits(machine, key, bits, packed, random);
    for (let row = 0; row < 6; row++) {
      const at = Number.parseInt([...row.toString(2).padStart(6, "0")].reverse().join(""), 2);
      const body = Array.from(
        { length: 8 },
        (_, t) => [at + 64 * t, packedNumber(bodies, 64, 8 * row + t)] as const,
      );
      const step = (bits[row >> 1] ?? 0) * 2 ** (64 - 10 * ((row % 2) + 1) - 6);
      phases(seed, 4, 0, body, big).forEach((phase, t) => {
        assert.ok(Math.abs(phase - (t === 0 ? step : 0)) <= 2 ** 12, `row ${row}, number ${t}`);
      });
    }
  });

  test(`packing keys encrypt images and products of the key, ${machine.kind}`, async () => {
    const { random, key, big } = make();
    const file = await generatePackingKeys(machine, key, random);
    const { seed, bodies } = readPackingKeys(file, parameters);
    const { expansionRows } = packingKeyLayout(parameters);
    const polynomial = (i: number) => big.slice(i * N, (i + 1) * N);
    const check = (row: number, message: readonly number[], step: number): void => {
      const body = Array.from(
        { length: N },
        (_, j) => [j, packedNumber(bodies, 62, row * N + j) << 2n] as const,
      );
      phases(seed, 6, row, body, big).forEach((phase, j) => {
        const due = BigInt.asIntN(64, BigInt(message[j] ?? 0) * BigInt(step));
        assert.ok(Math.abs(phase - Number(due)) <= 2 ** 12, `row ${row}, coefficient ${j}`);
      });
    };
    // Step 5 is the second keyed one: row (1, 1, 0) of [steps, k, levels].
    const image = new Array<number>(N).fill(0);
    polynomial(1).forEach((bit, j) => {
      const at = (j * (N / 32 + 1)) % (2 * N);
      image[at % N] = at < N ? bit : -bit;
    });
    check((k + 1) * 2, image, 2 ** 52);
    // Pair (0, 1) is the second one.
    const product = new Array<number>(N).fill(0);
    for (const [i, a] of polynomial(0).entries()) {
      for (const [j, b] of polynomial(1).entries()) {
        const sign = i + j < N ? 1 : -1;
        product[(i + j) % N] = (product[(i + j) % N] ?? 0) + sign * a * b;
      }
    }
    check(expansionRows + 2 + 1, product, 2 ** 32);
  });

  test(`refusals, ${machine.kind}`, async () => {
    const { random, key } = make();
    assert.throws(() => encryptBits(machine, key, bits.subarray(1), whole, random), {
      code: "bad-shape",
      message:
        "encrypted bits: there are 2 bits where the circuit takes 3. Encode the input with the client file of the circuit",
    });
    assert.throws(() => encryptBits(machine, key, Uint8Array.of(0, 2, 1), packed, random), {
      code: "out-of-range",
      message: "encrypted bit 1: is neither 0 nor 1. Pass a 0 or 1 for every bit",
    });
    const plain = generateClientKey({ glwe, bootstraps: [] }, random);
    assert.throws(() => encryptBits(machine, plain, bits, packed, random), {
      code: "bad-argument",
    });
    await assert.rejects(generatePackingKeys(machine, plain, random), {
      code: "bad-argument",
      message:
        "packing keys: are not needed: no bits travel packed under these parameters. Run the circuit without packing keys",
    });
    const signal = AbortSignal.abort();
    await assert.rejects(generatePackingKeys(machine, key, random, { signal }), {
      code: "aborted",
    });
  });
}

test("every machine makes the same keys and ciphertexts from the same randomness", async () => {
  const made = await Promise.all(
    machines.map(async (machine) => {
      const random = seededRandom("same");
      const key = generateClientKey(parameters, random);
      const sent = [whole, packed].map((layout) => encryptBits(machine, key, bits, layout, random));
      return { sent, file: await generatePackingKeys(machine, key, random) };
    }),
  );
  for (const one of made) assert.deepEqual(one, made[0]);
});
