import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { systemRandom } from "../../src/base/random.js";
import { ClientKey, generateClientKey } from "../../src/keys/client-key.js";
import { decryptOutput } from "../../src/keys/decrypt.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import type { Machine } from "../../src/tfhe/machine.js";
import type { OutputDecoding } from "../../src/tfhe/output-encoding.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import type { KeyId } from "../../src/tfhe/wire-header.js";
import type { EncryptedVector } from "../../src/tfhe/wire-input.js";
import type { OutputLayout } from "../../src/tfhe/wire-output.js";
import { clientMachines } from "../support/client-machines.js";
import { measurePhase, noiseOf } from "../support/phase.js";
import {
  bodyWords,
  domains,
  echoGlwe,
  echoLwe,
  keyBits,
  maskTimesKey,
  maskWords64,
  moments,
  packWords,
  signed,
  tuniformVariance,
} from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";

const glwe = { dimension: 2, polynomialSize: 512, noiseLog2: 17 };

function glweLayout(
  length: number,
  size: number,
  wordBits: number,
): OutputLayout & { form: "glwe" } {
  const coefficients = Array.from({ length: Math.ceil(length / size) }, (_, index) =>
    Array.from({ length: Math.min(size, length - index * size) }, (_, j) => j),
  );
  return { form: "glwe", wordBits, coefficients };
}

function decryptEcho(
  machine: Machine,
  key: ClientKey,
  vector: EncryptedVector,
  wordBits: number,
  decoding: OutputDecoding,
) {
  const { glwe } = key.parameters;
  const layout = glweLayout(vector.length, glwe.polynomialSize, wordBits);
  return decryptOutput(machine, key, echoGlwe(vector, glwe, wordBits), layout, decoding);
}

for (const machine of await clientMachines()) {
  const key = generateClientKey({ glwe, bootstraps: [] }, seededRandom("vectors"));

  test(`random vectors come back: widths, signs, lengths, ${machine.kind}`, () => {
    const cases = fc
      .record({
        messageBits: fc.integer({ min: 1, max: 40 }),
        signed: fc.boolean(),
        top: fc.integer({ min: 0, max: 3 }),
      })
      .chain(({ messageBits, signed, top }) => {
        const least = signed ? -(2 ** (messageBits - 1)) : 0;
        const most = signed ? 2 ** (messageBits - 1) - 1 : 2 ** messageBits - 1;
        return fc.record({
          messageBits: fc.constant(messageBits),
          signed: fc.constant(signed),
          deltaLog2: fc.constant(64 - top - messageBits),
          values: fc.array(
            fc.integer({ min: least, max: most }).map((value) => value + 0),
            { minLength: 1, maxLength: 40 },
          ),
        });
      });
    fc.assert(
      fc.property(cases, ({ messageBits, signed, deltaLog2, values }) => {
        // the body's rounding error must stay well below half a delta
        const bodyBits = Math.min(64, 64 - deltaLog2 + 3);
        const vector = encryptVector(
          machine,
          key,
          Float64Array.from(values),
          { deltaLog2, bodyBits },
          systemRandom,
        );
        const decoded = decryptEcho(machine, key, vector, 64, { deltaLog2, messageBits, signed });
        assert.deepEqual([...decoded], values);
      }),
      { numRuns: 40 },
    );
  });

  test(`messages of 2^52 are exact, ${machine.kind}`, () => {
    const quiet: CryptoParameters = {
      glwe: { dimension: 1, polynomialSize: 512, noiseLog2: 3 },
      bootstraps: [],
    };
    const quietKey = generateClientKey(quiet, systemRandom);
    const values = Float64Array.of(2 ** 52, 2 ** 52 - 1, 1, 0, 2 ** 53 - 1);
    const vector = encryptVector(
      machine,
      quietKey,
      values,
      { deltaLog2: 11, bodyBits: 64 },
      systemRandom,
    );
    const decoding = { deltaLog2: 11, messageBits: 53, signed: false };
    assert.deepEqual(decryptEcho(machine, quietKey, vector, 64, decoding), values);
  });

  test(`a vector over three ciphertexts, ${machine.kind}`, () => {
    const values = Int32Array.from({ length: 2 * 512 + 77 }, (_, i) => ((i * 37) % 255) - 127);
    const vector = encryptVector(
      machine,
      key,
      values,
      { deltaLog2: 52, bodyBits: 18 },
      systemRandom,
    );
    assert.equal(vector.bodies.length, Math.ceil((values.length * 18) / 8));
    const decoded = decryptEcho(machine, key, vector, 32, {
      deltaLog2: 52,
      messageBits: 8,
      signed: true,
    });
    assert.deepEqual([...decoded], [...values]);
  });

  test(`extracted coefficients decrypt as LWE ciphertexts, ${machine.kind}`, () => {
    const values = Float64Array.from({ length: 12 }, (_, i) => i);
    const vector = encryptVector(
      machine,
      key,
      values,
      { deltaLog2: 58, bodyBits: 32 },
      systemRandom,
    );
    const layout: OutputLayout = { form: "lwe", wordBits: 19, count: 12 };
    const decoding = { deltaLog2: 58, messageBits: 5, signed: false };
    assert.deepEqual(
      decryptOutput(machine, key, echoLwe(vector, glwe, 19), layout, decoding),
      values,
    );
  });

  test(`listed coefficients in any order, ${machine.kind}`, () => {
    const values = Float64Array.from({ length: 512 }, (_, i) => i % 16);
    const vector = encryptVector(
      machine,
      key,
      values,
      { deltaLog2: 59, bodyBits: 40 },
      systemRandom,
    );
    const bodies = bodyWords(vector, 0, glwe);
    const listed = [511, 0, 33, 7];
    const mask = maskWords64(vector.seed, domains.input, 0, 1024);
    const chosen = listed.map((at) => bodies[at] ?? 0n);
    const data = Buffer.concat([packWords(mask, 24), packWords(chosen, 24)]);
    const layout: OutputLayout = { form: "glwe", wordBits: 24, coefficients: [listed] };
    const decoded = decryptOutput(machine, key, data, layout, {
      deltaLog2: 59,
      messageBits: 5,
      signed: false,
    });
    assert.deepEqual([...decoded], [15, 0, 1, 7]);
  });

  for (const [dimension, polynomialSize] of [
    [1, 2048],
    [2, 1024],
    [4, 512],
  ] as const) {
    test(`fresh noise of N=${polynomialSize} k=${dimension} has mean 0 and the variance of TUniform(17), ${machine.kind}`, () => {
      const set = { dimension, polynomialSize, noiseLog2: 17 };
      const fresh = generateClientKey({ glwe: set, bootstraps: [] }, seededRandom("noise"));
      const vector = encryptVector(
        machine,
        fresh,
        new Float64Array(2048),
        { deltaLog2: 40, bodyBits: 64 },
        seededRandom("noise"),
      );
      const noise = decryptEcho(machine, fresh, vector, 64, {
        deltaLog2: 0,
        messageBits: 53,
        signed: true,
      });
      const { mean, variance } = moments(noise);
      const expected = tuniformVariance(17);
      assert.ok(Math.abs(mean) < 5 * Math.sqrt(expected / noise.length), `mean ${mean}`);
      assert.ok(
        variance / expected > 0.9 && variance / expected < 1.1,
        `ratio ${variance / expected}`,
      );
      assert.ok(noise.every((value) => Math.abs(value) <= 2 ** 17));
      const plain = bodyWords(vector, 0, set);
      const product = maskTimesKey(
        maskWords64(vector.seed, domains.input, 0, 2048),
        keyBits(fresh).big,
        set,
      );
      const slow = plain.map((word, j) => signed(word - (product[j] ?? 0n)));
      assert.deepEqual([...noise.subarray(0, polynomialSize)], slow);
    });
  }

  test(`a key of ones: the largest products are exact, ${machine.kind}`, () => {
    const set = { dimension: 1, polynomialSize: 2048, noiseLog2: 17 };
    const ones = new ClientKey(
      { glwe: set, bootstraps: [] },
      "0".repeat(32) as KeyId,
      new Uint8Array(256).fill(255),
    );
    const vector = encryptVector(
      machine,
      ones,
      new Float64Array(2048),
      { deltaLog2: 40, bodyBits: 64 },
      seededRandom("ones"),
    );
    const product = maskTimesKey(
      maskWords64(vector.seed, domains.input, 0, 2048),
      keyBits(ones).big,
      set,
    );
    for (const [j, word] of bodyWords(vector, 0, set).entries()) {
      assert.ok(Math.abs(signed(word - (product[j] ?? 0n))) <= 2 ** 17);
    }
  });

  test(`phases in turns, ${machine.kind}`, () => {
    const vector = encryptVector(
      machine,
      key,
      Float64Array.of(1, -1, 2),
      { deltaLog2: 60, bodyBits: 64 },
      systemRandom,
    );
    const layout = glweLayout(3, 512, 64);
    const phases = measurePhase(machine, key, echoGlwe(vector, glwe, 64), layout);
    assert.deepEqual(
      [...phases].map((phase) => Math.round(phase * 2 ** 20) / 2 ** 20),
      [1 / 16, -1 / 16, 1 / 8],
    );
    assert.ok(noiseOf(phases, 60).every((noise) => Math.abs(noise) <= 2 ** (18 - 64)));
  });

  test(`masked memory is zeroed before it is given back, ${machine.kind}`, () => {
    const sizes = new Map<number, number>();
    let released = 0;
    const watched: Machine = {
      ...machine,
      allocate(bytes) {
        const address = machine.allocate(bytes);
        sizes.set(address, bytes);
        return address;
      },
      release(address) {
        assert.ok(machine.bytes(address, sizes.get(address) ?? 0).every((byte) => byte === 0));
        sizes.delete(address);
        released++;
        machine.release(address);
      },
    };
    const vector = encryptVector(
      watched,
      key,
      Float64Array.of(5, 6),
      { deltaLog2: 50, bodyBits: 30 },
      systemRandom,
    );
    decryptEcho(watched, key, vector, 40, { deltaLog2: 50, messageBits: 8, signed: false });
    assert.equal(sizes.size, 0);
    assert.ok(released >= 10);
  });

  test(`a wrong key gives other numbers, ${machine.kind}`, () => {
    const values = Float64Array.from({ length: 30 }, () => 1);
    const vector = encryptVector(
      machine,
      key,
      values,
      { deltaLog2: 50, bodyBits: 40 },
      systemRandom,
    );
    const other = generateClientKey({ glwe, bootstraps: [] }, systemRandom);
    const decoded = decryptEcho(machine, other, vector, 40, {
      deltaLog2: 50,
      messageBits: 14,
      signed: false,
    });
    assert.ok(decoded.filter((value) => value === 1).length < 3);
  });
}
