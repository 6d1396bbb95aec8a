import assert from "node:assert/strict";
import { test } from "node:test";
import { checksum } from "../../src/base/checksum.js";
import type { ErrorCode } from "../../src/base/error.js";
import { toHex } from "../../src/base/hash.js";
import type { ParameterId } from "../../src/tfhe/parameter-id.js";
import {
  allocateFile,
  type CircuitId,
  type FileExpectation,
  headerBytes,
  type KeyId,
  payloadOf,
  readFile,
  readHeader,
  sealFile,
} from "../../src/tfhe/wire-header.js";

const ids = {
  parameterId: "11".repeat(16) as ParameterId,
  circuitId: "22".repeat(16) as CircuitId,
  keyId: "33".repeat(16) as KeyId,
};
const expected: FileExpectation = {
  ...ids,
  kind: "input ciphertext",
  path: "request",
  payloadBytes: 10,
};

function made(): Uint8Array<ArrayBuffer> {
  const file = allocateFile(10);
  payloadOf(file).set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  sealFile(file, { ...ids, kind: "input ciphertext" });
  return file;
}

/** A file whose header was changed and fits its own checksum again. */
function forged(change: (file: Uint8Array, view: DataView) => void): Uint8Array {
  const file = made();
  const view = new DataView(file.buffer);
  change(file, view);
  view.setUint32(68, checksum(file.subarray(0, 68)), true);
  return file;
}

function refuses(
  name: string,
  file: Uint8Array,
  code: ErrorCode,
  message: string,
  other: Partial<FileExpectation> = {},
): void {
  test(name, () => {
    assert.throws(() => readFile(file, { ...expected, ...other }), {
      name: "VelumError",
      code,
      message,
    });
  });
}

test("header bytes", () => {
  const bytes = made();
  assert.equal(bytes.length, headerBytes + 10);
  assert.equal(
    toHex(bytes.subarray(0, 64)),
    `56454c4d01000300${"11".repeat(16)}${"22".repeat(16)}${"33".repeat(16)}0a00000000000000`,
  );
  const view = new DataView(bytes.buffer);
  assert.equal(view.getUint32(64, true), checksum(payloadOf(bytes)));
  assert.equal(view.getUint32(68, true), checksum(bytes.subarray(0, 68)));
});

test("a file is read back from any offset, without a copy", () => {
  const bytes = made();
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { header, payload } = readFile(shifted.subarray(3), expected);
  assert.deepEqual(header, { ...ids, kind: "input ciphertext" });
  assert.equal(payload.buffer, shifted.buffer);
  assert.deepEqual([...payload], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("the header alone is enough to judge a file", () => {
  const keyless: FileExpectation = {
    ...ids,
    kind: "input ciphertext",
    path: "request",
    payloadBytes: 10,
  };
  assert.equal(readHeader(made().subarray(0, headerBytes), keyless).keyId, ids.keyId);
});

const again = "Copy or send the file again; the transfer was cut short";
const anew = "Copy or send the file again, or make it anew";
const foreign =
  "request: is not a file of Velum (it does not start with VELM). Pass a key or ciphertext that Velum wrote";
refuses("no bytes", new Uint8Array(0), "file-foreign", foreign);
refuses(
  "a zip file",
  Uint8Array.from({ length: 200 }, (_, i) => [80, 75, 3, 4][i] ?? 0),
  "file-foreign",
  foreign,
);
refuses(
  "three bytes",
  made().subarray(0, 3),
  "file-truncated",
  `request: ends after 3 of at least 72 bytes. ${again}`,
);
refuses(
  "71 bytes",
  made().subarray(0, 71),
  "file-truncated",
  `request: ends after 71 of at least 72 bytes. ${again}`,
);
refuses(
  "one byte missing",
  made().subarray(0, 81),
  "file-truncated",
  `request: ends after 81 of at least 82 bytes. ${again}`,
);
refuses(
  "one byte too many",
  new Uint8Array([...made(), 0]),
  "file-corrupt",
  `request: is damaged: 1 bytes follow its end. ${anew}`,
);
refuses(
  "a later format",
  forged((_, view) => view.setUint16(4, 9, true)),
  "file-version",
  "request: is in format 9, and this release reads format 1. Use the release of Velum that wrote the file, or make it anew",
);
refuses(
  "another kind",
  made(),
  "file-kind",
  'request: is of kind "input ciphertext", not "evaluation keys". Pass a file of kind "evaluation keys"',
  { kind: "evaluation keys" },
);
refuses(
  "an unknown kind",
  forged((_, view) => view.setUint16(6, 77, true)),
  "file-kind",
  'request: is of unknown kind 77, not "input ciphertext". Pass a file of kind "input ciphertext"',
);
refuses(
  "other parameters",
  made(),
  "wrong-parameters",
  "request: belongs to the parameters 11111111…, not 44444444…. Make keys and ciphertexts with the client file of this circuit",
  { parameterId: "44".repeat(16) as ParameterId },
);
refuses(
  "another circuit",
  made(),
  "wrong-circuit",
  "request: belongs to the circuit 22222222…, not 44444444…. Encrypt with the client file that belongs to this server file",
  { circuitId: "44".repeat(16) as CircuitId },
);
refuses(
  "another key",
  made(),
  "wrong-key",
  "request: belongs to the key 33333333…, not 44444444…. Use the key that the file was made with, or make the file anew",
  { keyId: "44".repeat(16) as KeyId },
);
refuses(
  "a payload of 2^40 bytes announced",
  forged((_, view) => view.setUint32(60, 2 ** 8, true)),
  "file-too-large",
  "request: announces 1099511627786 bytes where 10 are due. Make the file anew for this circuit",
);
refuses(
  "a payload too short announced",
  forged((_, view) => view.setUint32(56, 9, true)),
  "file-corrupt",
  `request: is damaged: it announces 9 bytes where 10 are due. ${anew}`,
);

test("any flipped bit is noticed", () => {
  const whole = made();
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const changed = whole.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => readFile(changed, expected), { name: "VelumError" });
  }
});

test("a damaged payload", () => {
  const changed = made();
  changed[75] = 99;
  assert.throws(() => readFile(changed, expected), {
    code: "file-corrupt",
    message: `request: is damaged: the checksum of its content does not fit. ${anew}`,
  });
});

test("a damaged header", () => {
  const changed = made();
  changed[30] = 99;
  assert.throws(() => readFile(changed, expected), {
    code: "file-corrupt",
    message: `request: is damaged: the checksum of its header does not fit. ${anew}`,
  });
});
