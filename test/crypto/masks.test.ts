import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../src/base/hash.js";
import type { Machine } from "../../src/tfhe/machine.js";
import { clientMachines } from "../support/client-machines.js";
import { maskBytes } from "../support/plain-tfhe.js";

function stream(
  machine: Machine,
  seed: Uint8Array,
  domain: number,
  low: number,
  high: number,
  block: number,
  words: number,
) {
  const out = machine.allocate(4 * words);
  const key = machine.allocate(32);
  machine.bytes(key, 32).set(seed);
  machine.call("velum_mask_words", out, words, key, domain, low, high, block);
  const bytes = machine.bytes(out, 4 * words).slice();
  machine.release(key);
  machine.release(out);
  return bytes;
}

for (const machine of await clientMachines()) {
  test(`RFC 8439 2.3.2, ${machine.kind}`, () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    assert.equal(
      toHex(stream(machine, key, 0x09000000, 0x4a000000, 0, 1, 16)),
      "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e" +
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
    );
  });

  test(`RFC 8439 A.1 vector 1: zero key, ${machine.kind}`, () => {
    assert.equal(
      toHex(stream(machine, new Uint8Array(32), 0, 0, 0, 0, 16)),
      "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
    );
  });

  test(`RFC 8439 A.1 vector 4: block 2, ${machine.kind}`, () => {
    const key = new Uint8Array(32);
    key[1] = 0xff;
    assert.equal(
      toHex(stream(machine, key, 0, 0, 0, 2, 16)),
      "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca" +
        "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
    );
  });

  test(`every length agrees with the platform's ChaCha20, ${machine.kind}`, () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => 255 - i * 3);
    for (const words of [1, 2, 15, 16, 17, 63, 64, 65, 255, 256, 257, 918, 4096]) {
      assert.deepEqual(
        stream(machine, seed, 2, 70000, 0, 0, words),
        maskBytes(seed, 2, 70000, 4 * words),
      );
    }
  });
}
