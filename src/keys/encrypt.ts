import { VelumError } from "../base/error.js";
import type { RandomSource } from "../base/random.js";
import type { Machine } from "../tfhe/machine.js";
import { seedBytes } from "../tfhe/wire-header.js";
import { type EncryptedVector, inputBodyBytes } from "../tfhe/wire-input.js";
import type { ClientKey } from "./client-key.js";
import { fillRandom, noiseBytes } from "./noise.js";
import { withWorkspace } from "./workspace.js";

/** How integers become torus elements and how much of them is sent. */
export interface VectorEncoding {
  /** A message m is encoded as m 2^deltaLog2 mod 2^64; 0 to 63. */
  readonly deltaLog2: number;
  /** Bits kept of every body, 1 to 64. */
  readonly bodyBits: number;
}

/**
 * Encrypts a vector of integers into the coefficients of ceil(length / N) GLWE ciphertexts, with a fresh seed and fresh noise.
 * Messages are taken mod 2^(64 - deltaLog2), so signed and unsigned readings of that width are both welcome.
 *
 * Errors: `not-a-number`, `not-integer`, `out-of-range` (naming the index, never the value), `bad-shape` for no numbers at all,
 * `bad-argument` for an impossible encoding or a disposed key. Cost: k polynomial products a ciphertext; below 1 ms for one.
 */
export function encryptVector(
  machine: Machine,
  key: ClientKey,
  values: Float64Array | Int32Array,
  encoding: VectorEncoding,
  random: RandomSource,
): EncryptedVector {
  const { deltaLog2, bodyBits } = encoding;
  checkField("deltaLog2", deltaLog2, 0, 63);
  checkField("bodyBits", bodyBits, 1, 64);
  checkMessages(values, deltaLog2);
  const { polynomialSize, noiseLog2 } = key.parameters.glwe;
  const seed = new Uint8Array(seedBytes);
  random.fill(seed);
  const length = values.length;
  const bodies = withWorkspace(machine, key, (workspace) => {
    const messages = Float64Array.from(values);
    const seedAt = workspace.copyIn(seed);
    const valuesAt = workspace.copyIn(messages);
    messages.fill(0);
    const noiseAt = workspace.allocate(polynomialSize * noiseBytes(noiseLog2));
    const bodiesAt = workspace.allocate(inputBodyBytes({ length, bodyBits }));
    for (let start = 0; start < length; start += polynomialSize) {
      const count = Math.min(polynomialSize, length - start);
      fillRandom(machine, noiseAt, count * noiseBytes(noiseLog2), random);
      machine.call(
        "velum_encrypt",
        workspace.client,
        bodiesAt + (start * bodyBits) / 8,
        seedAt,
        noiseAt,
        valuesAt + start * 8,
        start / polynomialSize,
        count,
        deltaLog2,
        bodyBits,
        noiseLog2,
      );
    }
    return workspace.copyOut(bodiesAt, inputBodyBytes({ length, bodyBits }));
  });
  return { length, bodyBits, seed, bodies };
}

function checkMessages(values: Float64Array | Int32Array, deltaLog2: number): void {
  if (values.length === 0) {
    throw new VelumError({
      code: "bad-shape",
      path: "input",
      problem: "holds no numbers",
      cure: "Pass at least one number",
    });
  }
  const most = Math.min(2 ** (64 - deltaLog2) - 1, Number.MAX_SAFE_INTEGER);
  const least = Math.max(-(2 ** (63 - deltaLog2)), Number.MIN_SAFE_INTEGER);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw refusedMessage(index, value, least, most);
  }
}

function refusedMessage(index: number, value: number, least: number, most: number): VelumError {
  const path = `input number ${index}`;
  if (Number.isNaN(value)) {
    return new VelumError({
      code: "not-a-number",
      path,
      problem: "is NaN",
      cure: "Pass whole numbers only",
    });
  }
  if (Number.isFinite(value) && !Number.isInteger(value)) {
    return new VelumError({
      code: "not-integer",
      path,
      problem: "is not a whole number",
      cure: "Quantize or round the input before it is encrypted",
    });
  }
  return new VelumError({
    code: "out-of-range",
    path,
    problem: `lies outside ${least} to ${most}`,
    limit: `${least} to ${most}`,
    cure: "Clip the input to the range that the circuit was compiled for",
  });
}

/** Error `bad-argument` unless `value` is an integer from `least` to `most`. */
export function checkField(path: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `is ${value}, and may be ${least} to ${most}`,
    limit: `${least} to ${most}`,
    actual: value,
    cure: "Use the encoding that the circuit's client file carries",
  });
}
