// The protecting stage against its definition in whole numbers, and its noise against the formula.

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateClientKey } from "../../src/keys/client-key.js";
import { publicKeySection } from "../../src/keys/public-key.js";
import { publicZeroVariance } from "../../src/security/noise-protection.js";
import type { Machine } from "../../src/tfhe/machine.js";
import type { GlweParameters } from "../../src/tfhe/parameters.js";
import { protectionBytes } from "../../src/tfhe/protection.js";
import { seedBytes } from "../../src/tfhe/wire-header.js";
import { withBlocks } from "../support/blocks.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { layOutLwes, packGlwe, runStage, takeLwes } from "../support/eval-stages.js";
import { assertRatio } from "../support/noise-ratio.js";
import { measurePhase } from "../support/phase.js";
import { maskWords64 } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import { meanSquare } from "../support/torus-phase.js";

const client = await keyMachine();
const publicKeyDomain = 7;
/** So that a deviation of the measured ratio is 4 %. */
const keysMeasured = 160;

/** `result` `[items, k + 1, N]` after the stage; `random` of all items. */
function protect(
  machine: Machine,
  glwe: GlweParameters,
  section: Uint8Array,
  result: BigUint64Array,
  positions: Int32Array,
  random: Uint8Array,
  floodLog2: number,
): { result: BigUint64Array; random: Uint8Array } {
  const { polynomialSize: N, dimension: k } = glwe;
  const items = result.length / (k + 1) / N;
  const start = Math.ceil(random.length / 64) * 64;
  const workspace = new Uint8Array(start + result.byteLength);
  workspace.set(random);
  workspace.set(new Uint8Array(result.buffer), start);
  return withBlocks(machine, (blocks) => {
    const wire = blocks.copyIn(section);
    const keys = blocks.allocate(machine.call("velum_public_key_bytes", N, k));
    machine.call("velum_expand_public_key", keys, wire, wire + seedBytes, N, k);
    const after = runStage(
      machine,
      "velum_stage_protect",
      {
        workspace,
        constants: new Uint8Array(positions.buffer),
        keys,
        items,
        scratchBytes: machine.call("velum_protect_scratch_bytes", N),
      },
      ...[0, N, k, 0, positions.length / items, glwe.noiseLog2, floodLog2, 0, start],
    );
    return {
      result: new BigUint64Array(after.buffer, start, result.length),
      random: after.subarray(0, random.length),
    };
  });
}

/** The LWE ciphertexts `before` after the stage for them; `random` of all. */
function protectLwes(
  machine: Machine,
  glwe: GlweParameters,
  section: Uint8Array,
  before: readonly Uint32Array[],
  random: Uint8Array,
  floodLog2: number,
): { lwes: Uint32Array[]; random: Uint8Array } {
  const { polynomialSize: N, dimension: k } = glwe;
  const start = Math.ceil(random.length / 64) * 64;
  const lwes = layOutLwes(before, k * N);
  const workspace = new Uint8Array(start + 2 * lwes.length);
  workspace.set(random);
  workspace.set(lwes, start);
  return withBlocks(machine, (blocks) => {
    const wire = blocks.copyIn(section);
    const keys = blocks.allocate(machine.call("velum_public_key_bytes", N, k));
    machine.call("velum_expand_public_key", keys, wire, wire + seedBytes, N, k);
    const scratchBytes = machine.call("velum_protect_lwe_scratch_bytes", N, k);
    const after = runStage(
      machine,
      "velum_stage_protect_lwe",
      { workspace, keys, items: before.length, scratchBytes },
      ...[start, 0, N, k, glwe.noiseLog2, floodLog2, 0, start + lwes.length],
    );
    const results = after.slice(start + lwes.length);
    return {
      lwes: takeLwes(results, before.length, k * N).map((lwe) => lwe.slice()),
      random: after.subarray(0, random.length),
    };
  });
}

/** What the stage adds to one result, in whole numbers. */
function expectedAddition(
  glwe: GlweParameters,
  section: Uint8Array,
  positions: readonly number[],
  random: Uint8Array,
  floodLog2: number,
): BigUint64Array {
  const { polynomialSize: N, dimension: k, noiseLog2 } = glwe;
  const sum = new BigUint64Array((k + 1) * N);
  const bodies = new BigUint64Array(section.slice(seedBytes).buffer);
  for (let row = 0; row < k; row++) {
    const mask = maskWords64(section.subarray(0, seedBytes), publicKeyDomain, row, k * N);
    const words = [...mask, ...bodies.subarray(row * N, (row + 1) * N)];
    for (let j = 0; j < N; j++) {
      if ((((random[(row * N + j) >> 3] ?? 0) >> (j % 8)) & 1) === 0) continue;
      for (let at = 0; at < words.length; at++) {
        const moved = (at % N) + j;
        const to = at - (at % N) + (moved % N);
        const word = words[at] ?? 0n;
        sum[to] = (sum[to] ?? 0n) + (moved < N ? word : -word);
      }
    }
  }
  const little = (start: number, bytes: number): bigint => {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256n + BigInt(random[start + i] ?? 0);
    return value;
  };
  const sampleBytes = Math.ceil((noiseLog2 + 2) / 8);
  const errors = (k * N) / 8;
  for (let j = 0; j < k * N; j++) {
    const v = BigInt.asUintN(noiseLog2 + 2, little(errors + j * sampleBytes, sampleBytes));
    sum[j] = (sum[j] ?? 0n) + (v >> 1n) + (v & 1n) - (1n << BigInt(noiseLog2));
  }
  for (const [q, at] of positions.entries()) {
    if (at < 0) continue;
    const word = BigInt.asIntN(64, little(errors + k * N * sampleBytes + 8 * q, 8));
    sum[k * N + at] = (sum[k * N + at] ?? 0n) + (word >> BigInt(63 - floodLog2));
  }
  return sum;
}

for (const machine of await evalMachines()) {
  for (const [k, N, noiseLog2] of [
    [1, 512, 17],
    [3, 512, 3],
    [2, 1024, 20],
  ] as const) {
    const glwe = { dimension: k, polynomialSize: N, noiseLog2 };
    const title = `N=${N} k=${k}, ${machine.kind}`;
    const random = seededRandom(`protected ${title}`);
    const key = generateClientKey({ glwe, bootstraps: [], publicKey: true }, random);
    const section = publicKeySection(client, key, random);

    test(`every word of two protected results is as defined, ${title}`, () => {
      const before = new BigUint64Array(2 * (k + 1) * N);
      random.fill(new Uint8Array(before.buffer));
      const positions = Int32Array.of(5, -1, N - 1, 0);
      const bytes = new Uint8Array(2 * protectionBytes(glwe, 2));
      random.fill(bytes);
      const after = protect(machine, glwe, section, before, positions, bytes, 40);
      for (const item of [0, 1]) {
        const own = bytes.subarray((item * bytes.length) / 2, ((item + 1) * bytes.length) / 2);
        const read = [...positions.subarray(2 * item, 2 * item + 2)];
        const added = expectedAddition(glwe, section, read, own, 40);
        const words = (k + 1) * N;
        const expected = added.map((word, at) => word + (before[item * words + at] ?? 0n));
        assert.deepEqual(after.result.slice(item * words, (item + 1) * words), expected);
      }
      assert.ok(
        after.random.every((byte) => byte === 0),
        "the randomness is still there",
      );
    });

    test(`every word of two protected LWE ciphertexts is as defined, ${title}`, () => {
      const before = [0, 1].map(() => {
        const lwe = new Uint32Array(k * N + 1);
        random.fill(new Uint8Array(lwe.buffer));
        return lwe;
      });
      const size = protectionBytes(glwe, 1);
      const bytes = new Uint8Array(2 * size);
      random.fill(bytes);
      const after = protectLwes(machine, glwe, section, before, bytes, 60);
      for (const item of [0, 1]) {
        const own = bytes.subarray(item * size, (item + 1) * size);
        const added = expectedAddition(glwe, section, [0], own, 60);
        // Coefficient 0 of the product with a key polynomial: its mask backwards, with the other sign but for the first.
        const expected = Uint32Array.from(before[item] ?? [], (word, at) => {
          const within = at % N;
          const from = at < k * N && within > 0 ? at - within + (N - within) : at;
          const own = added[from] ?? 0n;
          const torus = at === k * N || within === 0 ? own : -own;
          return Number(
            BigInt.asUintN(32, BigInt(word) + ((BigInt.asUintN(64, torus) + 2n ** 31n) >> 32n)),
          );
        });
        assert.deepEqual(after.lwes[item], expected);
      }
      assert.ok(after.random.every((byte) => byte === 0));
    });

    // Phases are measured to 2^-53.
    if (noiseLog2 < 14) continue;

    test(`noise of encryptions of zero follows the formula, ${title}`, (t) => {
      // The part of the public key's own noise is one draw for all coefficients of a key: many keys.
      const all = Array.from({ length: N }, (_, j) => j);
      const layout = { form: "glwe", wordBits: 64, coefficients: [all] } as const;
      const phases = Array.from({ length: keysMeasured }, () => {
        const own = generateClientKey(key.parameters, random);
        const bytes = new Uint8Array(protectionBytes(glwe, 1));
        random.fill(bytes);
        const zeros = new BigUint64Array((k + 1) * N);
        const rows = publicKeySection(client, own, random);
        const { result } = protect(machine, glwe, rows, zeros, Int32Array.of(-1), bytes, 0);
        const packed = packGlwe(machine, glwe, result, [all], 64);
        return [...measurePhase(client, own, packed, layout)];
      }).flat();
      const predicted = publicZeroVariance(glwe, noiseLog2);
      assertRatio(t, meanSquare(phases), predicted, phases.length);
    });
  }
}
