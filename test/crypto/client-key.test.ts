import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { toHex } from "../../src/base/hash.js";
import { systemRandom } from "../../src/base/random.js";
import { ClientKey, generateClientKey, secretBits } from "../../src/keys/client-key.js";
import { readClientKey, writeClientKey } from "../../src/keys/client-key-file.js";
import { headerBytes, payloadOf, sealFile } from "../../src/tfhe/wire-header.js";
import { keyBits } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";
import { fourBitParameters, smallParameters } from "../support/small-parameters.js";

test("half of the bits are ones, and no bit lies beyond the end", () => {
  const key = generateClientKey(fourBitParameters, systemRandom);
  const { big, small } = keyBits(key);
  const ones = big.reduce((sum, bit) => sum + bit, 0);
  assert.equal(big.length, 2048);
  assert.equal(small.length, 918);
  assert.ok(Math.abs(ones - 1024) < 5 * Math.sqrt(512));
  assert.equal(secretBits(key).length, Math.ceil((2048 + 918) / 8));
  assert.equal((secretBits(key).at(-1) ?? 0) >> 6, 0);
});

test("two keys share neither bits nor name", () => {
  const keys = Array.from({ length: 20 }, () => generateClientKey(smallParameters, systemRandom));
  assert.equal(new Set(keys.map((key) => key.id)).size, 20);
  assert.equal(new Set(keys.map((key) => toHex(secretBits(key)))).size, 20);
});

test("a key file gives the key back", () => {
  const key = generateClientKey(smallParameters, seededRandom("file"));
  const file = writeClientKey(key);
  assert.equal(file.length, headerBytes + Math.ceil((1024 + 5) / 8));
  const read = readClientKey(file, smallParameters);
  assert.equal(read.id, key.id);
  assert.equal(read.parameterId, key.parameterId);
  assert.deepEqual(secretBits(read), secretBits(key));
  assert.notEqual(secretBits(read).buffer, file.buffer);
});

test("a damaged key file is refused", () => {
  const file = writeClientKey(generateClientKey(smallParameters, seededRandom("file")));
  file[headerBytes + 5] = (file[headerBytes + 5] ?? 0) ^ 1;
  assert.throws(() => readClientKey(file, smallParameters), {
    code: "file-corrupt",
    message:
      "client key: is damaged: the checksum of its content does not fit. Copy or send the file again, or make it anew",
  });
});

test("bits beyond the end are refused", () => {
  const key = generateClientKey(smallParameters, seededRandom("file"));
  const file = writeClientKey(key);
  file[file.length - 1] = 0xff;
  payloadOf(file);
  sealFile(file, {
    kind: "client key",
    parameterId: key.parameterId,
    circuitId: "0".repeat(32) as never,
    keyId: key.id,
  });
  assert.throws(() => readClientKey(file, smallParameters), {
    message:
      "client key: is damaged: bits are set beyond its end. Copy or send the file again, or make it anew",
  });
});

test("a key file of other parameters is refused", () => {
  const file = writeClientKey(generateClientKey(smallParameters, seededRandom("file")));
  assert.throws(() => readClientKey(file, fourBitParameters), { code: "wrong-parameters" });
});

test("no text of a key holds a secret", () => {
  const key = generateClientKey(smallParameters, seededRandom("text"));
  const line = `ClientKey ${key.id} (secret not shown)`;
  assert.equal(String(key), line);
  assert.equal(JSON.stringify({ key }), JSON.stringify({ key: line }));
  assert.equal(inspect(key), line);
  assert.equal(inspect([key], { showHidden: true, depth: 9 }).includes("Uint8Array"), false);
  const visible = JSON.stringify({ ...key });
  assert.equal(visible.includes(toHex(secretBits(key)).slice(0, 8)), false);
  assert.deepEqual(Object.keys(key).sort(), ["id", "parameterId", "parameters"]);
});

test("a disposed key is zero and of no use", () => {
  const bits = new Uint8Array(129).fill(255);
  const key = new ClientKey(smallParameters, "0".repeat(32) as never, bits);
  key.dispose();
  assert.ok(bits.every((byte) => byte === 0));
  assert.throws(() => writeClientKey(key), {
    code: "bad-argument",
    message: "client key: was disposed. Load or generate the key again",
  });
});
