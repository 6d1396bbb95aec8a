import { VelumError } from "../../base/error.js";
import { throwIfAborted } from "../../base/event-loop.js";
import { type NestedArray, type Tensor, toNested } from "../../base/tensor.js";
import type { ClientValue } from "../../client/check-inputs.js";
import type { Client } from "../../client/client.js";
import type { RunInput } from "../../runtime/composed-input.js";
import { checkRunOptions, type RunOptions } from "../../runtime/run-options.js";
import type { LoadedKeys, ServerCircuit } from "../../runtime/server-circuit.js";
import { readInputset, type Sample } from "../../trace/inputset.js";
import { forEachInSlices } from "./batch.js";

/** Client, server and keys of one function: a circuit's own, or what a module's functions share. */
export interface FunctionSides {
  readonly keys: LoadedKeys | undefined;
  /** Does nothing where there are keys. */
  keygen(options?: Pick<RunOptions, "signal">): Promise<void>;
  client(): Promise<Client>;
  server(): Promise<ServerCircuit>;
}

/** One function with client and server on one machine: encrypts, runs, decrypts. */
export class BothSides {
  readonly #sides: FunctionSides;

  constructor(sides: FunctionSides) {
    this.#sides = sides;
  }

  /**
   * Encrypts one value for each parameter: the client's request; `null` for parameters that earlier answers will feed. Makes keys first
   * if there are none. Errors: those of `Client.encrypt`.
   */
  async encrypt(...values: (ClientValue | null)[]): Promise<Uint8Array> {
    await this.#sides.keygen();
    return (await this.#sides.client()).encrypt(...values);
  }

  /**
   * Computes on requests, as a server would: one answer a request. Where the function was compiled for it, also on earlier answers, or on
   * both (`ComposedRequest`). Errors: those of `ServerCircuit.run`.
   */
  async run(requests: readonly RunInput[], options: RunOptions = {}): Promise<Uint8Array[]> {
    return (await this.#sides.server()).run(requests, this.#sides.keys, options);
  }

  /** Decrypts an answer: a number or nested arrays, or a list of these for several results. */
  async decrypt(answer: Uint8Array): Promise<NestedArray | NestedArray[]> {
    return unwrapResults((await this.#sides.client()).decrypt(answer));
  }

  /** All of it: encrypts, computes on ciphertexts, decrypts. Errors: those of `encrypt`, `run` and `decrypt`, `runtime-unavailable`. */
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
   * `encryptRunDecrypt` for many samples in one call, which takes much less time a sample: look-ups of several share each pass over the
   * evaluation keys, and all threads work. `samples` has the form of an inputset; gives one result a sample, in order. Memory does not
   * grow with their number, apart from ciphertexts. `options.onProgress` follows the computation. Errors: those of `encrypt` (nothing
   * is computed then) and `run`; `aborted`.
   */
  async encryptRunDecryptBatch(
    samples: Iterable<Sample>,
    options: RunOptions = {},
  ): Promise<(NestedArray | NestedArray[])[]> {
    const path = "encryptRunDecryptBatch";
    checkRunOptions(options, path);
    throwIfAborted(options.signal, path);
    const client = await this.#sides.client();
    const names = client.manifest.inputs.map(({ name }) => name);
    const values = readInputset(names, samples, "samples");
    await this.#sides.keygen({ signal: options.signal });
    const requests = await forEachInSlices(values, path, options, (own) => client.encrypt(...own));
    const answers = await this.run(requests, options);
    return forEachInSlices(answers, path, options, (answer) =>
      unwrapResults(client.decrypt(answer)),
    );
  }

  /** Which engine computes, and with how many threads; starts it. */
  async engine(): Promise<{ readonly runtime: "wasm" | "native"; readonly threads: number }> {
    const { runtime, threads } = await this.#sides.server();
    return { runtime, threads };
  }
}

/** The one result, or all of them, as numbers and nested arrays. */
export function unwrapResults(results: readonly Tensor[]): NestedArray | NestedArray[] {
  const [only] = results;
  return results.length === 1 && only !== undefined ? toNested(only) : results.map(toNested);
}
