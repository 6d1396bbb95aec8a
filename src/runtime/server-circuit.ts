import { clearLayoutsOf } from "../artifact/clear-info.js";
import { readServerFile, type ServerFile } from "../artifact/server-file.js";
import type { ServerManifest, StageInfo } from "../artifact/server-manifest.js";
import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { isBootstrap } from "../tfhe/bootstrap-shape.js";
import { expandedKeyLayout } from "../tfhe/expanded-keys.js";
import type { Address } from "../tfhe/machine.js";
import { parameterId } from "../tfhe/parameter-id.js";
import { needsEvaluationKeys, needsPackingKeysAlone } from "../tfhe/wire-evaluation-keys.js";
import { type CircuitId, type KeyId, seedBytes } from "../tfhe/wire-header.js";
import { type FileIdentity, inputBodyBytes, writeInputCiphertext } from "../tfhe/wire-input.js";
import { writeOutputCiphertext } from "../tfhe/wire-output.js";
import { expandedPackingKeyBytes } from "../tfhe/wire-packing-keys.js";
import type { ClearNumbers } from "./clear-numbers.js";
import {
  checkRunInput,
  type FeedSource,
  type Reader,
  type ReadRequest,
  type RunInput,
  readRunInput,
} from "./composed-input.js";
import { allocate, type Engine, release } from "./engine.js";
import { EngineHost } from "./engine-host.js";
import { type ExpandedKeys, expandEvaluationKeys } from "./evaluation-keys.js";
import { loadConstants } from "./load-constants.js";
import { measureLookups, type RangeTime } from "./measure-lookups.js";
import { expandPackingKeys } from "./packing-keys.js";
import type { LoadedProgram } from "./request-steps.js";
import { runEach, runsOneByOne } from "./run-each.js";
import { checkRunOptions, type RunOptions } from "./run-options.js";
import { runTogether } from "./run-together.js";
import { requestsAtOnce } from "./schedule.js";
import { allocateScratch } from "./scratch.js";
import { type EngineOptions, startEngine } from "./start-engine.js";

/** One client's evaluation keys, ready in the memory of the circuit that loaded them. They compute; they cannot decrypt. */
export interface LoadedKeys {
  readonly keyId: KeyId;
  /** What they take of the engine's memory. */
  readonly bytes: number;
  /** Gives the memory back once the runs that were started with the keys are done. Later runs with them are refused. */
  release(): Promise<void>;
}

/** How fast one engine is at one circuit, as measured. */
export interface ServerSpeed {
  readonly runtime: Engine["kind"];
  readonly threads: number;
  /** By number of requests: milliseconds of everything but look-ups. */
  readonly restMs: ReadonlyMap<number, number>;
  /** Ranges of look-ups; empty where there are none. */
  readonly lookups: readonly RangeTime[];
}

/** How long, and how often at least, everything but look-ups is measured: longer where it is all there is. */
const restBudgetMs = { linear: 90, besideLookups: 15 };
const fewestRestRuns = 4;
/** Of the requests that a measurement makes up. */
const nobodysKey = "0".repeat(32) as KeyId;

/**
 * A circuit on a server: computes on ciphertexts with evaluation keys, never learns inputs or results, and holds nothing secret.
 *
 *     const circuit = await ServerCircuit.load(serverFile);
 *     const keys = await circuit.loadEvaluationKeys(keyFile);      // only where needsEvaluationKeys
 *     const [answer] = await circuit.run([encrypted], keys);
 */
export class ServerCircuit {
  readonly #file: ServerFile;
  /** Whose files it takes and gives, hashed once. */
  readonly #identity: Omit<FileIdentity, "keyId">;
  readonly #host: EngineHost;
  readonly #program: LoadedProgram;
  /** Circuits whose answers it may take as inputs. */
  readonly #sources: ReadonlyMap<CircuitId, FeedSource>;
  /** Computes from clear parameters; absent where there are none. */
  readonly #clear: ClearNumbers | undefined;
  #workspace: { address: Address; requests: number } | undefined;

  private constructor(
    file: ServerFile,
    host: EngineHost,
    sources: ReadonlyMap<CircuitId, FeedSource>,
    memory: Pick<LoadedProgram, "constants" | "scratch">,
    clear: ClearNumbers | undefined,
  ) {
    this.#file = file;
    const { circuitId, manifest } = file;
    this.#identity = { parameterId: parameterId(manifest.parameters), circuitId };
    this.#clear = clear;
    this.#host = host;
    this.#sources = sources;
    this.#program = { manifest, engine: host.engine, ...memory };
  }

  /**
   * Loads a server file: starts threads, transforms constants. It executes code from the file: load only files whose origin you know.
   * Errors: those of `readServerFile`, `runtime-unavailable`, `bad-argument` for impossible options. Cost: 0.1 s, or some seconds when native kernels are built first.
   */
  static async load(
    bytes: Uint8Array,
    options: Partial<EngineOptions> = {},
  ): Promise<ServerCircuit> {
    checkOptions(options, ["runtime", "threads"], "ServerCircuit.load");
    const file = readServerFile(bytes);
    const engine = await startEngine(file, { runtime: "auto", threads: undefined, ...options });
    try {
      const sources = new Map([
        [file.circuitId, { name: file.manifest.name, manifest: file.manifest }],
      ]);
      return await ServerCircuit.onHost(file, new EngineHost(engine), sources);
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** A circuit on an engine that has its program already, shared with others. `sources`: whose answers it may be fed. */
  static async onHost(
    file: ServerFile,
    host: EngineHost,
    sources: ReadonlyMap<CircuitId, FeedSource>,
  ): Promise<ServerCircuit> {
    const constants = await loadConstants(host.engine, file);
    const scratch = await allocateScratch(host.engine, file, constants);
    const clear = await loadClearNumbers(file.manifest);
    return new ServerCircuit(file, host, sources, { constants, scratch }, clear);
  }

  /** `native` or `wasm`. */
  get runtime(): Engine["kind"] {
    return this.#host.engine.kind;
  }

  get threads(): number {
    return this.#host.engine.threads;
  }

  get needsEvaluationKeys(): boolean {
    return needsEvaluationKeys(this.#file.manifest.parameters);
  }

  /** Expands one client's evaluation keys; see `expandEvaluationKeys`, for packed bits `expandPackingKeys`. Release them when the client is gone. */
  async loadEvaluationKeys(file: Uint8Array, options: RunOptions = {}): Promise<LoadedKeys> {
    checkRunOptions(options, "loadEvaluationKeys");
    const { parameters } = this.#file.manifest;
    const expand = needsPackingKeysAlone(parameters) ? expandPackingKeys : expandEvaluationKeys;
    const expanded = await expand(this.#host.engine, parameters, file, options);
    const keys: LoadedKeys = {
      keyId: expanded.keyId,
      bytes: expanded.bytes,
      release: async () => {
        if (this.#host.loaded.delete(keys)) {
          await this.#host.inTurn(() => release(this.#host.engine, expanded.address));
        }
      },
    };
    this.#host.loaded.set(keys, expanded);
    return keys;
  }

  /**
   * Computes on encrypted inputs, one file a request, all under one key; gives one output file a request, in order. A circuit that was
   * compiled with `composable` also takes earlier answers, and requests that are completed by them (`ComposedRequest`).
   * Look-ups of several requests share each pass over the keys, so batches cost less a request; requests of encrypted bits are worked on
   * one by one, a thread each.
   *
   * Errors: those of `readHeader` for an input (`wrong-key` also where `keys` belong to another client), `bad-argument` without keys
   * where the circuit needs them and for keys that were released or belong to another loaded circuit, `aborted`.
   */
  async run(
    inputs: readonly RunInput[],
    keys?: LoadedKeys,
    options: RunOptions = {},
  ): Promise<Uint8Array[]> {
    checkRunOptions(options, "run");
    throwIfAborted(options.signal, "run");
    checkRequests(inputs);
    if (this.needsEvaluationKeys && keys === undefined) {
      throw new VelumError({
        code: "bad-argument",
        path: "run",
        problem:
          this.#file.manifest.parameters.bootstraps.length > 0
            ? "the circuit looks up tables and got no evaluation keys"
            : this.#file.manifest.parameters.packing !== undefined
              ? "the encrypted bits of the request travel packed, and there are no evaluation keys to take them apart"
              : "the circuit protects its model and got no evaluation keys, which hold the client's public key",
        cure: "Pass what loadEvaluationKeys gave for this client's key file",
      });
    }
    const expanded = keys === undefined ? undefined : this.#host.loaded.get(keys);
    if (keys !== undefined && expanded === undefined) {
      throw new VelumError({
        code: "bad-argument",
        path: "run",
        problem: "the evaluation keys were released, or another loaded circuit holds them",
        cure: "Pass what loadEvaluationKeys of this object gave",
      });
    }
    const { manifest } = this.#file;
    const identity = this.#identity;
    const expected = keys === undefined ? identity : { ...identity, keyId: keys.keyId };
    const reader = { identity: expected, manifest, sources: this.#sources, clear: this.#clear };
    if (inputs.length <= this.threads || !runsOneByOne(manifest)) {
      const requests = inputs.map((input) => readRunInput(reader, input));
      return this.#host.inTurn(() => this.#runAll(requests, expanded, options));
    }
    for (const input of inputs) checkRunInput(reader, input);
    return this.#host.inTurn(() => this.#runEach(reader, inputs, expanded, options));
  }

  /**
   * Measures how fast this engine is at this circuit, without keys: everything but look-ups on `batch` requests of noise, and ranges of
   * look-ups (`measureLookups`). Waits for runs under way. Takes up to 0.3 s a kind of look-up. Error `runtime-unavailable`.
   */
  async measureSpeed(batch: number): Promise<ServerSpeed> {
    const { parameters, requestBytes, shapes } = this.#file.manifest;
    return this.#host.inTurn(async () => {
      const together = Math.min(batch, requestsAtOnce(requestBytes));
      const restMs = new Map<number, number>();
      for (const requests of new Set([1, together])) {
        restMs.set(requests, await this.#measureRest(requests));
      }
      const lookups: RangeTime[] = [];
      for (const [shape, own] of shapes.entries()) {
        const times = await measureLookups(
          this.#host.engine,
          parameters,
          own,
          this.#program.scratch,
        );
        lookups.push(...times.map((time) => ({ shape, ...time })));
      }
      return { runtime: this.runtime, threads: this.threads, restMs, lookups };
    });
  }

  /** The least time of some runs without look-ups. */
  async #measureRest(count: number): Promise<number> {
    const { manifest } = this.#file;
    const parts = manifest.inputs.map((layout) => ({
      ...layout,
      seed: new Uint8Array(seedBytes),
      bodies: new Uint8Array(inputBodyBytes(layout)),
    }));
    const identity = this.#identity;
    const sample = this.#clear?.sample();
    const clear = clearLayoutsOf(manifest.clear).map((layout, index) => ({
      ...layout,
      numbers: sample?.[index] ?? [],
    }));
    const request = writeInputCiphertext({ ...identity, keyId: nobodysKey }, parts, [], clear);
    let least = Number.POSITIVE_INFINITY;
    const linear = manifest.parameters.bootstraps.length === 0;
    const budgetMs = linear ? restBudgetMs.linear : restBudgetMs.besideLookups;
    const keys = await this.#blankKeys();
    try {
      const end = performance.now() + budgetMs;
      for (let i = 0; i < fewestRestRuns || performance.now() < end; i++) {
        const started = performance.now();
        const reader = { identity, manifest, sources: this.#sources };
        if (count > this.threads && runsOneByOne(manifest)) {
          await this.#runEach(reader, new Array<RunInput>(count).fill(request), keys, {});
        } else {
          const requests = Array.from({ length: count }, () => readRunInput(reader, request));
          await this.#runAll(requests, keys, {}, isBootstrap);
        }
        least = Math.min(least, performance.now() - started);
      }
      return least;
    } finally {
      if (keys !== undefined) await release(this.#host.engine, keys.address);
    }
  }

  /** Zeros in place of a public key or packing keys, to measure with; nothing where no stage but look-ups reads keys. */
  async #blankKeys(): Promise<ExpandedKeys | undefined> {
    const { parameters } = this.#file.manifest;
    const { publicKey, packing } = parameters;
    if (publicKey !== true && packing === undefined) return undefined;
    const bytes =
      publicKey === true
        ? expandedKeyLayout(parameters).bytes
        : expandedPackingKeyBytes(parameters);
    return { keyId: nobodysKey, bytes, address: await allocate(this.#host.engine, bytes) };
  }

  /** Ends the threads and frees the memory, loaded keys included. Runs under way reject with `runtime-unavailable`. */
  async close(): Promise<void> {
    await this.#host.close();
  }

  async #runAll(
    requests: readonly ReadRequest[],
    keys: ExpandedKeys | undefined,
    options: RunOptions,
    leftOut?: (stage: StageInfo) => boolean,
  ): Promise<Uint8Array[]> {
    const { manifest } = this.#file;
    const results: Uint8Array[] = [];
    const together = requestsAtOnce(manifest.requestBytes);
    for (let first = 0; first < requests.length; first += together) {
      throwIfAborted(options.signal, "run");
      const batch = requests.slice(first, first + together);
      const report = (done: number): void =>
        options.onProgress?.((first + done * batch.length) / requests.length);
      const workspace = await this.#reserve(batch.length);
      const outputs = await runTogether(
        this.#program,
        { workspace, keys },
        batch,
        { signal: options.signal, onProgress: report },
        leftOut,
      );
      for (const [index, data] of outputs.entries()) {
        const request = batch[index];
        if (request !== undefined) results.push(this.#answer(request, data));
      }
    }
    return results;
  }

  /** Requests whose headers were checked; each is read when its turn comes. */
  async #runEach(
    reader: Reader,
    inputs: readonly RunInput[],
    keys: ExpandedKeys | undefined,
    options: RunOptions,
  ): Promise<Uint8Array[]> {
    const workspace = await this.#reserve(this.threads);
    const results: Uint8Array[] = [];
    await runEach(this.#program, { workspace, keys }, inputs.length, options, {
      read: (index) => readRunInput(reader, inputs[index] ?? new Uint8Array()),
      finish: (index, request, data) => {
        results[index] = this.#answer(request, data);
      },
    });
    return results;
  }

  #answer({ keyId }: ReadRequest, data: readonly Uint8Array[]): Uint8Array {
    const { parameters, outputs } = this.#file.manifest;
    return writeOutputCiphertext({ ...this.#identity, keyId }, parameters.glwe, outputs, data);
  }

  async #reserve(requests: number): Promise<Address> {
    const held = this.#workspace;
    if (held !== undefined && held.requests >= requests) return held.address;
    this.#workspace = undefined;
    if (held !== undefined) await release(this.#host.engine, held.address);
    const address = await allocate(this.#host.engine, requests * this.#file.manifest.requestBytes);
    this.#workspace = { address, requests };
    return address;
  }
}

/** All operations come with it, so only circuits with clear parameters load it. */
async function loadClearNumbers(manifest: ServerManifest): Promise<ClearNumbers | undefined> {
  if (manifest.clear === undefined) return undefined;
  const { ClearNumbers } = await import("./clear-numbers.js");
  return new ClearNumbers(manifest.clear, manifest.parameters.glwe.polynomialSize);
}

/** Callers in JavaScript may pass anything. */
function checkRequests(inputs: unknown): void {
  const fits = (input: unknown): boolean =>
    input instanceof Uint8Array ||
    (typeof input === "object" &&
      input !== null &&
      "from" in input &&
      typeof input.from === "object" &&
      input.from !== null);
  if (Array.isArray(inputs) && inputs.every(fits)) return;
  throw new VelumError({
    code: "bad-argument",
    path: "run",
    problem: "the requests are not an array of Uint8Array",
    cure: "Pass a list of what encrypt gave, also for one request: run([request])",
  });
}
