import { functionOf, readClientModule } from "../artifact/module-file.js";
import type { SliceOptions } from "../base/event-loop.js";
import type { Tensor } from "../base/tensor.js";
import type { ClientValue } from "./check-inputs.js";
import { Client } from "./client.js";

/**
 * The client side of a module: one key for all of its functions.
 *
 *     const client = await ModuleClient.load(clientFile);
 *     client.generateKey();
 *     const keyFile = await client.evaluationKeys();        // for the server, once
 *     const request = client.encrypt("increment", [3]);     // for the server
 *     const [result] = client.decrypt("double", answer);
 */
export class ModuleClient {
  readonly #functions: ReadonlyMap<string, Client>;

  private constructor(functions: ReadonlyMap<string, Client>) {
    this.#functions = functions;
  }

  /** Reads the client's file of a module. Errors: those of `readClientModule`, and `insecure-parameters`. */
  static async load(file: Uint8Array): Promise<ModuleClient> {
    const functions = new Map<string, Client>();
    for (const [name, manifest] of readClientModule(file)) {
      functions.set(name, await Client.fromManifest(manifest));
    }
    return new ModuleClient(functions);
  }

  /** Names of the functions. */
  get functions(): string[] {
    return [...this.#functions.keys()];
  }

  /** Makes a fresh secret key for all functions. */
  generateKey(): void {
    const first = this.#first();
    first.generateKey();
    this.#share(first.exportKey());
  }

  /** The secret key as a file. Keep it secret: whoever has it can decrypt. */
  exportKey(): Uint8Array {
    return this.#first().exportKey();
  }

  /** Uses the key of a file that `exportKey` gave. Errors: those of `readHeader`. */
  importKey(file: Uint8Array): void {
    this.#share(new Uint8Array(file));
  }

  /** Evaluation keys for the server, good for all functions; `undefined` where none looks up tables. */
  async evaluationKeys(options: SliceOptions = {}): Promise<Uint8Array | undefined> {
    return this.#first().evaluationKeys(options);
  }

  /** Encrypts the parameters of function `name`; `null` for those that earlier answers will feed. Errors: as `Client.encrypt`. */
  encrypt(name: string, ...values: (ClientValue | null)[]): Uint8Array {
    return this.function(name).encrypt(...values);
  }

  /** Decrypts an answer of function `name`: one tensor of integers a result. */
  decrypt(name: string, answer: Uint8Array): Tensor[] {
    return this.function(name).decrypt(answer);
  }

  /** The client of one function. Error `bad-argument` where there is none. */
  function(name: string): Client {
    return functionOf(this.#functions, name);
  }

  /** Overwrites the secret key. */
  dispose(): void {
    for (const client of this.#functions.values()) client.dispose();
  }

  /** Every function gets the key; the copy that it travelled in is overwritten. */
  #share(key: Uint8Array): void {
    for (const client of this.#functions.values()) client.importKey(key);
    key.fill(0);
  }

  #first(): Client {
    const [first] = this.#functions.values();
    if (first === undefined) throw new Error("a module without functions");
    return first;
  }
}
