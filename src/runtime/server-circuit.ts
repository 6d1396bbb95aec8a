import { readServerFile, type ServerFile } from "../artifact/server-file.js";
import type { ServerManifest } from "../artifact/server-manifest.js";
import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { parameterId } from "../tfhe/parameter-id.js";
import { needsEvaluationKeys, needsPackingKeysAlone } from "../tfhe/wire-evaluation-keys.js";
import type { CircuitId, KeyId } from "../tfhe/wire-header.js";
import type { ClearNumbers } from "./clear-numbers.js";
import {
  checkRunInput,
  type FeedSource,
  type Reader,
  type RunInput,
  readRunInput,
} from "./composed-input.js";
import { type Engine, release } from "./engine.js";
import { EngineHost } from "./engine-host.js";
import { expandEvaluationKeys } from "./evaluation-keys.js";
import { loadConstants } from "./load-constants.js";
import { measureSpeed, type ServerSpeed } from "./measure-speed.js";
import { expandPackingKeys } from "./packing-keys.js";
import { RequestRunner } from "./request-runner.js";
import type { LoadedProgram } from "./request-steps.js";
import { runsOneByOne } from "./run-each.js";
import { checkRunOptions, type RunOptions } from "./run-options.js";
import { allocateScratch } from "./scratch.js";
import { type EngineOptions, startEngine } from "./start-engine.js";

/** One client's evaluation keys, ready in the memory of the circuit that loaded them. They compute; they cannot decrypt. */
export interface LoadedKeys {
  /** Id of the client key that made them; requests name it. */
  readonly keyId: KeyId;
  /** What they take of the engine's memory. */
  readonly bytes: number;
  /** Gives the memory back once the runs that were started with the keys are done. Later runs with them are refused. */
  release(): Promise<void>;
}

/**
 * A circuit on a server: computes on ciphertexts with evaluation keys, never learns inputs or results, and holds nothing secret.
 *
 *     const circuit = await ServerCircuit.load(serverFile);
 *     const keys = await circuit.loadEvaluationKeys(keyFile);      // only where needsEvaluationKeys
 *     const [answer] = await circuit.run([encrypted], keys);
 */
export class ServerCircuit {
  readonly #host: EngineHost;
  readonly #program: LoadedProgram;
  /** Reads requests of any client. */
  readonly #reader: Reader;
  readonly #runner: RequestRunner;

  /** `sources`: circuits whose answers it may take as inputs. `clear`: computes from clear parameters; absent where there are none. */
  private constructor(
    { circuitId, manifest }: ServerFile,
    host: EngineHost,
    sources: ReadonlyMap<CircuitId, FeedSource>,
    memory: Pick<LoadedProgram, "constants" | "scratch">,
    clear: ClearNumbers | undefined,
  ) {
    // Whose files it takes and gives, hashed once.
    const identity = { parameterId: parameterId(manifest.parameters), circuitId };
    this.#host = host;
    this.#program = { manifest, engine: host.engine, ...memory };
    this.#reader = { identity, manifest, sources, clear, checksum: host.engine.checksum };
    this.#runner = new RequestRunner(this.#program, identity);
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

  /** Threads that share the work. */
  get threads(): number {
    return this.#host.engine.threads;
  }

  /** Whether `run` takes evaluation keys: some circuits need none. */
  get needsEvaluationKeys(): boolean {
    return needsEvaluationKeys(this.#program.manifest.parameters);
  }

  /** Expands one client's evaluation keys; see `expandEvaluationKeys`, for packed bits `expandPackingKeys`. Release them when the client is gone. */
  async loadEvaluationKeys(file: Uint8Array, options: RunOptions = {}): Promise<LoadedKeys> {
    checkRunOptions(options, "loadEvaluationKeys");
    const { parameters } = this.#program.manifest;
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
          this.#program.manifest.parameters.bootstraps.length > 0
            ? "the circuit looks up tables and got no evaluation keys"
            : this.#program.manifest.parameters.packing !== undefined
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
    const reader =
      keys === undefined
        ? this.#reader
        : { ...this.#reader, identity: { ...this.#reader.identity, keyId: keys.keyId } };
    if (inputs.length <= this.threads || !runsOneByOne(this.#program.manifest)) {
      const requests = inputs.map((input) => readRunInput(reader, input));
      return this.#host.inTurn(() => this.#runner.runAll(requests, expanded, options));
    }
    for (const input of inputs) checkRunInput(reader, input);
    return this.#host.inTurn(() => this.#runner.runEach(reader, inputs, expanded, options));
  }

  /**
   * Measures how fast this engine is at this circuit, without keys: everything but look-ups on `batch` requests of noise, and ranges of
   * look-ups (`measureLookups`). Waits for runs under way. Takes up to 0.3 s a kind of look-up. Error `runtime-unavailable`.
   */
  async measureSpeed(batch: number): Promise<ServerSpeed> {
    return this.#host.inTurn(() => measureSpeed(this.#runner, this.#program, this.#reader, batch));
  }

  /** Ends the threads and frees the memory, loaded keys included. Runs under way reject with `runtime-unavailable`. */
  async close(): Promise<void> {
    await this.#host.close();
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
