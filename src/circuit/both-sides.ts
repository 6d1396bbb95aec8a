import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { type NestedArray, type Tensor, toNested } from "../base/tensor.js";
import { Client, type ClientValue } from "../client/client.js";
import type { RunInput } from "../runtime/composed-input.js";
import { engineClosed } from "../runtime/engine.js";
import { checkRunOptions, type RunOptions } from "../runtime/run-options.js";
import { type LoadedKeys, ServerCircuit } from "../runtime/server-circuit.js";
import { readInputset, type Sample } from "../trace/inputset.js";
import { forEachInSlices } from "./batch.js";
import type { CompileOptions } from "./compile-options.js";

/** Both files of a circuit. */
export interface CircuitFiles {
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
}

/** How keys are made on one machine. */
export type KeygenOptions = RunOptions & { readonly force?: boolean };

/**
 * Client and server of one circuit on one machine, opened from its files when they are first needed: for trying things out, tests and
 * models that predict on their own machine. In production each side has its file alone.
 */
export class BothSides {
  readonly #files: CircuitFiles;
  readonly #engine: Pick<CompileOptions, "runtime" | "threads">;
  #client: Promise<Client> | undefined;
  #server: Promise<ServerCircuit> | undefined;
  #keys: LoadedKeys | undefined;
  #hasKey = false;
  /** Makings of keys wait for each other, so that two calls at once make one key. */
  #making: Promise<unknown> = Promise.resolve();

  /** `files` may compute its fields when they are read. */
  constructor(files: CircuitFiles, engine: Pick<CompileOptions, "runtime" | "threads">) {
    this.#files = files;
    this.#engine = { runtime: engine.runtime, threads: engine.threads };
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    checkOptions(options, ["signal", "onProgress", "force"], "keygen");
    const made = this.#making.then(() => this.#makeKeys(options));
    this.#making = made.catch(() => {});
    return made;
  }

  async #makeKeys(options: KeygenOptions): Promise<void> {
    if (this.#hasKey && options.force !== true) return;
    throwIfAborted(options.signal, "keygen");
    const client = await this.#openClient();
    const server = await this.openServer();
    const earlier = this.#keys;
    this.#hasKey = false;
    this.#keys = undefined;
    await earlier?.release();
    client.generateKey();
    const half = (start: number) => ({
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (fraction: number) => options.onProgress?.(start + fraction / 2),
    });
    const file = await client.evaluationKeys(half(0));
    const keys = file === undefined ? undefined : await server.loadEvaluationKeys(file, half(0.5));
    if ((await this.#client) !== client) {
      client.dispose();
      throw engineClosed(server.runtime);
    }
    this.#keys = keys;
    this.#hasKey = true;
    options.onProgress?.(1);
  }

  /** One request: makes keys first if there are none. */
  async encrypt(...values: (ClientValue | null)[]): Promise<Uint8Array> {
    if (!this.#hasKey) await this.keygen();
    return (await this.#openClient()).encrypt(...values);
  }

  /** One answer a request. Errors: those of `ServerCircuit.run`. */
  async run(requests: readonly RunInput[], options: RunOptions = {}): Promise<Uint8Array[]> {
    return (await this.openServer()).run(requests, this.#keys, options);
  }

  /** A number or nested arrays, or a list of these for several results. */
  async decrypt(answer: Uint8Array): Promise<NestedArray | NestedArray[]> {
    return unwrapResults((await this.#openClient()).decrypt(answer));
  }

  /** All of it: encrypts, computes on ciphertexts, decrypts. */
  async encryptRunDecrypt(...values: ClientValue[]): Promise<NestedArray | NestedArray[]> {
    const [answer] = await this.run([await this.encrypt(...values)]);
    if (answer !== undefined) return this.decrypt(answer);
    throw new VelumError({
      code: "runtime-unavailable",
      path: "run",
      problem: "the server gave no answer",
      cure: "Load the circuit again",
    });
  }

  /**
   * Many samples in one call: `samples` as in an inputset (one value a parameter; for several parameters an array of values each). Gives
   * one result a sample, in order. Look-ups of the samples share passes over the evaluation keys and all threads.
   */
  async encryptRunDecryptBatch(
    samples: Iterable<Sample>,
    options: RunOptions = {},
  ): Promise<(NestedArray | NestedArray[])[]> {
    checkRunOptions(options, "encryptRunDecryptBatch");
    throwIfAborted(options.signal, "encryptRunDecryptBatch");
    const client = await this.#openClient();
    const names = client.manifest.inputs.map(({ name }) => name);
    const values = readInputset(names, samples, "samples");
    if (!this.#hasKey) await this.keygen({ signal: options.signal });
    const path = "encryptRunDecryptBatch";
    const requests = await forEachInSlices(values, path, options, (own) => client.encrypt(...own));
    const answers = await this.run(requests, options);
    return forEachInSlices(answers, path, options, (answer) =>
      unwrapResults(client.decrypt(answer)),
    );
  }

  /** Ends threads and overwrites the secret key. What is under way rejects with `runtime-unavailable`; later calls start anew. */
  async close(): Promise<void> {
    const [client, server] = [this.#client, this.#server];
    this.#client = undefined;
    this.#server = undefined;
    this.#keys = undefined;
    this.#hasKey = false;
    // Whoever asked for one that failed to load has been told.
    (await client?.catch(() => undefined))?.dispose();
    await (await server?.catch(() => undefined))?.close();
  }

  async #openClient(): Promise<Client> {
    const opened = this.#client ?? Client.load(this.#files.clientFile);
    this.#client = opened;
    return opened.catch((error: unknown) => {
      if (this.#client === opened) this.#client = undefined;
      throw error;
    });
  }

  /** The server side; starts its engine. */
  async openServer(): Promise<ServerCircuit> {
    const opened = this.#server ?? ServerCircuit.load(this.#files.serverFile, this.#engine);
    this.#server = opened;
    return opened.catch((error: unknown) => {
      if (this.#server === opened) this.#server = undefined;
      throw error;
    });
  }
}

/** The one result, or all of them, as numbers and nested arrays. */
export function unwrapResults(results: readonly Tensor[]): NestedArray | NestedArray[] {
  const [only] = results;
  return results.length === 1 && only !== undefined ? toNested(only) : results.map(toNested);
}
