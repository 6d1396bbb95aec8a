import assert from "node:assert/strict";
import { test } from "node:test";
import { checksum } from "../../src/base/checksum.js";
import { systemRandom } from "../../src/base/random.js";
import { generateClientKey } from "../../src/keys/client-key.js";
import { generateEvaluationKeys } from "../../src/keys/evaluation-keys.js";
import {
  evaluationKeyFileBytes,
  type KeySection,
  readEvaluationKeys,
} from "../../src/tfhe/wire-evaluation-keys.js";
import { clientMachines } from "../support/client-machines.js";
import {
  domains,
  keyBits,
  maskTimesKey,
  maskWords32,
  maskWords64,
  moments,
  packedNumber,
  signed,
  tuniformVariance,
} from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import { fourBitParameters, smallParameters } from "../support/small-parameters.js";

const { glwe, bootstraps } = smallParameters;
const [bootstrap] = bootstraps;
assert.ok(bootstrap);
const N = glwe.polynomialSize;
const machines = await clientMachines();
const made = new Map<string, Uint8Array>();

/** The keys of the only set. */
function keysOf(file: Uint8Array): KeySection {
  const [section] = readEvaluationKeys(file, smallParameters).sections;
  assert.ok(section);
  return section;
}

for (const machine of machines) {
  const key = generateClientKey(smallParameters, seededRandom("rows"));
  const file = await generateEvaluationKeys(machine, key, seededRandom("rows"));
  const keys = keysOf(file);
  const { big, small } = keyBits(key);
  made.set(machine.kind, file);

  test(`bootstrap-key rows hold -s_i g S_r and s_i g, ${machine.kind}`, () => {
    const { baseLog, levels } = bootstrap.bootstrapGadget;
    const noise: number[] = [];
    let row = 0;
    for (const bit of small) {
      for (let r = 0; r <= glwe.dimension; r++) {
        for (let level = 0; level < levels; level++, row++) {
          const mask = maskWords64(keys.seed, domains.bootstrapKey, row, glwe.dimension * N);
          const product = maskTimesKey(mask, big, glwe);
          const gadget = BigInt(bit) << BigInt(64 - baseLog * (level + 1));
          const bodies = keys.bootstrapBodies.subarray(row * 6 * N, (row + 1) * 6 * N);
          for (let j = 0; j < N; j++) {
            const message =
              r === glwe.dimension
                ? j === 0
                  ? gadget
                  : 0n
                : -gadget * BigInt(big[r * N + j] ?? 0);
            const phase = (packedNumber(bodies, 48, j) << 16n) - (product[j] ?? 0n);
            noise.push(signed(phase - message));
          }
        }
      }
    }
    const { mean, variance } = moments(noise);
    const expected = tuniformVariance(glwe.noiseLog2) + 2 ** 32 / 12;
    assert.equal(noise.length, 30 * 512);
    assert.ok(noise.every((value) => Math.abs(value) <= 2 ** 17 + 2 ** 15));
    assert.ok(Math.abs(mean) < 5 * Math.sqrt(expected / noise.length), `mean ${mean}`);
    assert.ok(
      variance / expected > 0.95 && variance / expected < 1.05,
      `ratio ${variance / expected}`,
    );
  });

  test(`key-switch rows hold the big key's coefficients, ${machine.kind}`, () => {
    const { baseLog, levels } = bootstrap.keySwitchGadget;
    const view = new DataView(keys.keySwitchBodies.buffer, keys.keySwitchBodies.byteOffset);
    const noise: number[] = [];
    for (let row = 0; row < big.length * levels; row++) {
      const mask = maskWords32(keys.seed, domains.keySwitchKey, row, small.length);
      let phase = view.getUint32(4 * row, true);
      small.forEach((bit, t) => {
        phase -= bit * (mask[t] ?? 0);
      });
      const bit = big[Math.floor(row / levels)] ?? 0;
      noise.push((phase - bit * 2 ** (32 - baseLog * ((row % levels) + 1))) | 0);
    }
    const { mean, variance } = moments(noise);
    const expected = tuniformVariance(bootstrap.lwe.noiseLog2);
    assert.ok(noise.length >= 2000);
    assert.ok(noise.every((value) => Math.abs(value) <= 2 ** 13));
    assert.ok(Math.abs(mean) < 5 * Math.sqrt(expected / noise.length), `mean ${mean}`);
    assert.ok(
      variance / expected > 0.9 && variance / expected < 1.1,
      `ratio ${variance / expected}`,
    );
  });

  test(`p=4 keys: the event loop runs, progress rises to 1, the size is right, ${machine.kind}`, async () => {
    const large = generateClientKey(fourBitParameters, systemRandom);
    const progress: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const file = await generateEvaluationKeys(machine, large, systemRandom, {
      onProgress: (fraction) => progress.push(fraction),
    });
    clearInterval(timer);
    assert.equal(file.length, evaluationKeyFileBytes(fourBitParameters));
    assert.ok(turns > 0);
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    assert.equal(progress.at(-1), 1);
    const read = readEvaluationKeys(file, fourBitParameters);
    assert.equal(read.keyId, large.id);
    assert.equal(new DataView(file.buffer).getUint32(64, true), checksum(file.subarray(72)));
  });

  test(`generation stops when it is aborted, and gives its memory back, ${machine.kind}`, async () => {
    const large = generateClientKey(fourBitParameters, systemRandom);
    const controller = new AbortController();
    let blocks = 0;
    const watched = {
      ...machine,
      allocate: (bytes: number) => {
        blocks++;
        return machine.allocate(bytes);
      },
      release: (address: Parameters<typeof machine.release>[0]) => {
        blocks--;
        machine.release(address);
      },
    };
    let reports = 0;
    const promise = generateEvaluationKeys(watched, large, systemRandom, {
      signal: controller.signal,
      onProgress: () => {
        reports++;
        controller.abort();
      },
    });
    await assert.rejects(promise, {
      code: "aborted",
      message: "evaluation keys: was aborted by its caller. Start it again to get a result",
    });
    assert.equal(reports, 1);
    assert.equal(blocks, 0);
    await assert.rejects(
      generateEvaluationKeys(machine, large, systemRandom, { signal: controller.signal }),
      {
        code: "aborted",
      },
    );
  });
}

test("WebAssembly and native machines make the same keys from the same randomness", {
  skip: machines.length < 2,
}, () => {
  assert.deepEqual(made.get("wasm"), made.get("native"));
});

test("two key sets share no seed", async () => {
  const [machine] = machines;
  assert.ok(machine);
  const key = generateClientKey(smallParameters, systemRandom);
  const first = keysOf(await generateEvaluationKeys(machine, key, systemRandom));
  const second = keysOf(await generateEvaluationKeys(machine, key, systemRandom));
  assert.notDeepEqual(first.seed, second.seed);
});

test("no two rows share a mask", () => {
  const seed = new Uint8Array(32);
  const starts = new Set<string>();
  for (let row = 0; row < 2000; row++) {
    starts.add(maskWords64(seed, domains.bootstrapKey, row, 2).join());
    starts.add(maskWords64(seed, domains.keySwitchKey, row, 2).join());
  }
  assert.equal(starts.size, 4000);
});

test("a disposed key makes no keys", async () => {
  const [machine] = machines;
  assert.ok(machine);
  const key = generateClientKey(smallParameters, systemRandom);
  key.dispose();
  await assert.rejects(generateEvaluationKeys(machine, key, systemRandom), {
    code: "bad-argument",
    message: "client key: was disposed. Load or generate the key again",
  });
});
