import { VelumError } from "../base/error.js";
import { toHex } from "../base/hash.js";
import type { RandomSource } from "../base/random.js";
import { checkParameters, type ParameterId, parameterId } from "../tfhe/parameter-id.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import type { KeyId } from "../tfhe/wire-header.js";

let readBits: (key: ClientKey) => Uint8Array;

/**
 * The secret of one client: the GLWE key and, where something is bootstrapped, one small LWE key a set, all uniform binary.
 * The bits live in this object alone and never show in its text, its JSON or an inspector's view.
 */
export class ClientKey {
  readonly parameters: CryptoParameters;
  readonly parameterId: ParameterId;
  /** Names the key in files; says nothing of it. */
  readonly id: KeyId;
  readonly #bits: Uint8Array;
  #disposed = false;

  static {
    readBits = (key) => {
      if (!key.#disposed) return key.#bits;
      throw new VelumError({
        code: "bad-argument",
        path: "client key",
        problem: "was disposed",
        cure: "Load or generate the key again",
      });
    };
  }

  /** Takes over `bits` (`clientKeyBytes(parameters)` bytes). Keys come from `generateClientKey` and `readClientKey`. */
  constructor(parameters: CryptoParameters, id: KeyId, bits: Uint8Array) {
    this.parameters = parameters;
    this.parameterId = parameterId(parameters);
    this.id = id;
    this.#bits = bits;
  }

  /** Overwrites the secret with zeros; the key is of no use afterwards. */
  dispose(): void {
    this.#bits.fill(0);
    this.#disposed = true;
  }

  toString(): string {
    return `ClientKey ${this.id} (secret not shown)`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * The secret bits of `key`: k N bits of the GLWE key (coefficient j of polynomial p is number p N + j), then n bits of each small
 * key, lowest bit of a byte first; every key begins a byte. For key generation, encryption and decryption only. Error `bad-argument`
 * after `dispose`.
 */
export function secretBits(key: ClientKey): Uint8Array {
  return readBits(key);
}

/** A part of the secret's bytes. */
export interface KeyPart {
  readonly start: number;
  readonly bytes: number;
  /** Bits of the key; the rest of the last byte is zero. */
  readonly bits: number;
}

/** The GLWE key's part, then the small keys'. */
export function keyParts({ glwe, bootstraps }: CryptoParameters): readonly KeyPart[] {
  let start = 0;
  return [bigLweDimension(glwe), ...bootstraps.map(({ lwe }) => lwe.dimension)].map((bits) => {
    const part = { start, bytes: Math.ceil(bits / 8), bits };
    start += part.bytes;
    return part;
  });
}

/** Bytes of the secret under `parameters`. */
export function clientKeyBytes(parameters: CryptoParameters): number {
  return keyParts(parameters).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * A fresh key for `parameters`. Every bit comes from `random`: the platform's generator, except in tests.
 * Error `bad-argument` for parameters that the kernels do not support. Cost: microseconds.
 */
export function generateClientKey(parameters: CryptoParameters, random: RandomSource): ClientKey {
  checkParameters(parameters);
  const id = new Uint8Array(16);
  random.fill(id);
  const bits = new Uint8Array(clientKeyBytes(parameters));
  random.fill(bits);
  clearSpareBits(bits, parameters);
  return new ClientKey(parameters, toHex(id) as KeyId, bits);
}

/** Zeroes the bits of each key's last byte that belong to no coefficient; returns whether they were zero. */
export function clearSpareBits(bits: Uint8Array, parameters: CryptoParameters): boolean {
  let clear = true;
  for (const part of keyParts(parameters)) {
    const used = part.bits % 8;
    const last = part.start + part.bytes - 1;
    const before = bits[last] ?? 0;
    const after = used === 0 ? before : before & ((1 << used) - 1);
    bits[last] = after;
    clear &&= before === after;
  }
  return clear;
}
