import {
  type ClientBits,
  type ClientManifest,
  type JsonValue,
  readClientFile,
} from "../artifact/client-file.js";
import { VelumError } from "../base/error.js";
import type { SliceOptions } from "../base/event-loop.js";
import { systemRandom } from "../base/random.js";
import type { Tensor } from "../base/tensor.js";
import { type ClientKey, generateClientKey } from "../keys/client-key.js";
import { readClientKey, writeClientKey } from "../keys/client-key-file.js";
import { decryptOutput } from "../keys/decrypt.js";
import { encryptVector } from "../keys/encrypt.js";
import { encryptBits } from "../keys/encrypt-bits.js";
import { generateEvaluationKeys } from "../keys/evaluation-keys.js";
import { generatePackingKeys } from "../keys/packing-keys.js";
import { readKernelModule } from "../tfhe/kernel-files.js";
import type { Machine } from "../tfhe/machine.js";
import { createWasmMachine } from "../tfhe/machine-wasm.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import { clearInputLayouts } from "../tfhe/wire-clear.js";
import { needsEvaluationKeys, needsPackingKeysAlone } from "../tfhe/wire-evaluation-keys.js";
import { type EncryptedInputPart, writeInputCiphertext } from "../tfhe/wire-input.js";
import { readOutputCiphertext } from "../tfhe/wire-output.js";
import { type ClientValue, checkInputs } from "./check-inputs.js";
import { checkSecurity } from "./check-security.js";
import { joinParts } from "./join-parts.js";

/** Kernels that the whole program shares: loading them once is enough. */
let sharedMachine: Promise<Machine> | undefined;

/**
 * The client side of one circuit: makes keys, encrypts inputs, decrypts results. Everything secret stays in this object.
 *
 *     const client = await Client.load(clientFile);
 *     client.generateKey();
 *     const keyFile = await client.evaluationKeys();   // for the server, once; undefined if the circuit needs none
 *     const request = client.encrypt([3]);             // for the server
 *     const [result] = client.decrypt(response);
 *
 * Runs in Node and in web pages. Works with WebAssembly.
 */
export class Client {
  /** What the client file says. */
  readonly manifest: ClientManifest;
  readonly #machine: Machine;
  #key: ClientKey | undefined;

  constructor(manifest: ClientManifest, machine: Machine) {
    this.manifest = manifest;
    this.#machine = machine;
  }

  /** Reads a client file. Errors: those of `readClientFile`, and `insecure-parameters`. */
  static async load(file: Uint8Array): Promise<Client> {
    return Client.fromManifest(readClientFile(file));
  }

  /** The client of a manifest that was read already. Error `insecure-parameters`. */
  static async fromManifest(manifest: ClientManifest): Promise<Client> {
    checkSecurity(manifest.parameters);
    sharedMachine ??= loadMachine().catch((error: unknown) => {
      sharedMachine = undefined;
      throw error;
    });
    return new Client(manifest, await sharedMachine);
  }

  /** Cryptographic parameters of the circuit; they met the security line when the file was loaded. */
  get parameters(): CryptoParameters {
    return this.manifest.parameters;
  }

  /** What the application stored beside the circuit, e.g. quantizers and labels. */
  get extras(): JsonValue {
    return this.manifest.extras;
  }

  /** Makes a fresh secret key; ciphertexts and evaluation keys of an earlier one no longer fit. */
  generateKey(): void {
    this.#key?.dispose();
    this.#key = generateClientKey(this.parameters, systemRandom);
  }

  /** The secret key as a file. Keep it secret: whoever has it can decrypt. */
  exportKey(): Uint8Array {
    return writeClientKey(this.#requireKey());
  }

  /** Uses the key of a file that `exportKey` gave. Errors: those of `readHeader`. */
  importKey(file: Uint8Array): void {
    const key = readClientKey(file, this.parameters);
    this.#key?.dispose();
    this.#key = key;
  }

  /**
   * Evaluation keys for the server; `undefined` where the circuit needs none: no look-ups, no packed bits, no protected model. Errors:
   * `bad-argument` without a key, `aborted`. Cost: about 0.1 s and 23 MB for look-ups of 4 bits, 10 ms and 0.5 MB for packed bits.
   */
  async evaluationKeys(options: SliceOptions = {}): Promise<Uint8Array | undefined> {
    const key = this.#requireKey();
    if (!needsEvaluationKeys(this.parameters)) return undefined;
    if (needsPackingKeysAlone(this.parameters)) {
      return generatePackingKeys(this.#machine, key, systemRandom, options);
    }
    return generateEvaluationKeys(this.#machine, key, systemRandom, options);
  }

  /**
   * Encrypts one value for each parameter, in their order; gives the file for the server, which reads clear parameters in it. `null` stands for a parameter of a composable
   * function that the server will take from an earlier answer.
   * Errors: `bad-argument` (number of values, no key), `bad-shape`, `not-a-number`, `not-integer`, `out-of-range`. Below 1 ms.
   */
  encrypt(...values: (ClientValue | null)[]): Uint8Array {
    const key = this.#requireKey();
    const { inputs, circuitId, vectorLength, deltaLog2, bodyBits, bits } = this.manifest;
    const tensors = checkInputs(values, inputs, "encrypt");
    const parts: EncryptedInputPart[] = [];
    if (vectorLength > 0) {
      const vector = this.#joinInputs(tensors);
      const encoding = { deltaLog2, bodyBits };
      parts.push(encryptVector(this.#machine, key, vector, encoding, systemRandom));
      vector.fill(0);
    }
    if (bits !== undefined) {
      const own = bitsOf(
        bits,
        tensors.filter((_, index) => inputs[index]?.clear !== true),
      );
      parts.push(encryptBits(this.#machine, key, own, bits.layout, systemRandom));
      own.fill(0);
    }
    const open = inputs.flatMap(({ composable }, index) =>
      composable === true ? [values[index] === null] : [],
    );
    const clear = inputs.flatMap((input, index) => {
      const numbers = tensors[index]?.data;
      if (input.clear !== true || numbers === undefined) return [];
      return clearInputLayouts([input]).map((layout) => ({ ...layout, numbers }));
    });
    const identity = { parameterId: key.parameterId, circuitId, keyId: key.id };
    return writeInputCiphertext(identity, parts, open, clear);
  }

  /**
   * Decrypts a server's answer: one tensor of integers a result.
   * Errors: `bad-argument` without a key, and those of `readHeader` (`wrong-key` for another client's answer). Below 1 ms.
   */
  decrypt(response: Uint8Array): Tensor[] {
    const key = this.#requireKey();
    const { outputs, circuitId, parameters } = this.manifest;
    const data = readOutputCiphertext(
      response,
      { parameterId: key.parameterId, circuitId, keyId: key.id },
      parameters.glwe,
      outputs.map(({ layout }) => layout),
    );
    return outputs.map((output, index) => {
      const { shape, layout } = output;
      const bytes = data[index] ?? new Uint8Array();
      const numbers = decryptOutput(this.#machine, key, bytes, layout, output);
      return { shape, data: joinParts(numbers, output) };
    });
  }

  /** Overwrites the secret key. */
  dispose(): void {
    this.#key?.dispose();
    this.#key = undefined;
  }

  #requireKey(): ClientKey {
    if (this.#key !== undefined) return this.#key;
    throw new VelumError({
      code: "bad-argument",
      path: "client",
      problem: "has no key yet",
      cure: "Call generateKey, or importKey with a stored one",
    });
  }

  #joinInputs(tensors: readonly Tensor[]): Float64Array {
    const { inputs, vectorLength, vectorStart, vectorCopies = [], deltaLog2 } = this.manifest;
    const vector = new Float64Array(vectorLength);
    let at = vectorStart;
    for (const [index, input] of inputs.entries()) {
      if (input.clear === true) continue;
      for (const [element, value] of (tensors[index]?.data ?? []).entries()) {
        const [low, high] = [input.cells?.[2 * element] ?? 1, input.cells?.[2 * element + 1] ?? 0];
        if (low > high) vector[at++] = value * 2 ** input.shift;
        else {
          vector[at + Math.min(Math.max(value, low), high) - low] = 2 ** input.shift;
          at += high - low + 1;
        }
      }
    }
    const length = at - vectorStart;
    // Only what is left modulo the torus counts.
    const turn = 2 ** (64 - deltaLog2);
    for (const shift of vectorCopies) {
      for (let i = 0; i < length; i++) {
        const value = (vector[vectorStart + i] ?? 0) * 2 ** shift;
        vector[at++] = value - turn * Math.round(value / turn);
      }
    }
    return vector;
  }
}

/** One 0 or 1 for each bit that the circuit asks for. */
function bitsOf({ sources }: ClientBits, tensors: readonly Tensor[]): Uint8Array {
  const joined = tensors.flatMap(({ data }) => Array.from(data));
  return Uint8Array.from({ length: sources.length / 4 }, (_, bit) => {
    const [element = 0, low = 0, high = 0, shift = 0] = sources.slice(4 * bit, 4 * bit + 4);
    const clipped = Math.min(Math.max(joined[element] ?? 0, low), high) - low;
    return Math.floor(clipped / 2 ** shift) % 2;
  });
}

async function loadMachine(): Promise<Machine> {
  return createWasmMachine(await WebAssembly.compile(await readKernelModule("client")));
}
