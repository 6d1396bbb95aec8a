import { writeClientFile } from "../artifact/client-file.js";
import { writeServerFile } from "../artifact/server-file.js";
import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { type NestedArray, type Tensor, toNested, toTensor } from "../base/tensor.js";
import { Client, type ClientValue } from "../client/client.js";
import { drawDot, drawSvg } from "../graph/drawing.js";
import type { Graph } from "../graph/graph.js";
import type { Plan } from "../plan/plan.js";
import { formatProgram } from "../program/program.js";
import { engineClosed } from "../runtime/engine.js";
import type { RunOptions } from "../runtime/run-options.js";
import { type LoadedKeys, ServerCircuit } from "../runtime/server-circuit.js";
import { evaluationKeyFileBytes } from "../tfhe/wire-evaluation-keys.js";
import { headerBytes } from "../tfhe/wire-header.js";
import { inputPayloadBytes } from "../tfhe/wire-input.js";
import { outputPayloadBytes } from "../tfhe/wire-output.js";
import type { Compiled } from "./compile-graph.js";
import type { CompileOptions } from "./compile-options.js";
import { type CircuitCost, checkBatch, circuitCost, msText } from "./cost.js";
import {
  cores,
  inNode,
  type MachineSpeed,
  measuredSpeed,
  ratesOf,
  referenceSpeed,
} from "./machine-speed.js";
import { simulateGraph } from "./simulate.js";
import { lookupsByNode, statisticsByTag, type TagStatistics } from "./statistics.js";

/** Requests of a predicted batch. */
const defaultBatch = 16;

/** What one run takes, known before any key exists. */
export interface CircuitSizes {
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  /** 0 where nothing is bootstrapped. */
  readonly evaluationKeyBytes: number;
  readonly bootstraps: number;
  /** log2 of the failure probability of one run. */
  readonly failureLog2: number;
}

/**
 * A compiled circuit: its graph, both files, and client and server in one place for trying things out. In production the client file
 * goes to the client (`Client`), the server file to the server (`ServerCircuit`); they never need this class.
 */
export class Circuit {
  readonly graph: Graph;
  readonly #compiled: Compiled;
  readonly #options: CompileOptions;
  #client: Promise<Client> | undefined;
  #server: Promise<ServerCircuit> | undefined;
  #speed: MachineSpeed | undefined;
  #keys: LoadedKeys | undefined;
  #hasKey = false;
  /** Makings of keys wait for each other, so that two calls at once make one key. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(compiled: Compiled, options: CompileOptions) {
    this.graph = compiled.graph;
    this.#compiled = compiled;
    this.#options = options;
  }

  /** The op-graph as text, with types and ranges. */
  toString(): string {
    return this.graph.format();
  }

  /** The graph in the FHE and FHELinalg dialects. */
  get mlir(): string {
    return this.#compiled.server.texts["circuit.mlir"] ?? "";
  }

  /** The TFHE program as text, one instruction a line. */
  get program(): string {
    return formatProgram(this.#compiled.plan.program);
  }

  /** Lane, parameters and encodings. */
  get plan(): Plan {
    return this.#compiled.plan;
  }

  /** The file for clients: shapes, encodings, parameters; no weights. */
  get clientFile(): Uint8Array<ArrayBuffer> {
    return writeClientFile(this.#compiled.client);
  }

  /** The file for the server: machine code and weights; nothing secret of any client. */
  get serverFile(): Uint8Array<ArrayBuffer> {
    return writeServerFile(this.#compiled.server);
  }

  /** Sizes of everything that travels, headers included. */
  get sizes(): CircuitSizes {
    const { plan, server } = this.#compiled;
    const { parameters, input, outputs } = server.manifest;
    return {
      uploadBytes: headerBytes + inputPayloadBytes([input]),
      downloadBytes: headerBytes + outputPayloadBytes(parameters.glwe, outputs),
      evaluationKeyBytes:
        parameters.bootstrap === undefined ? 0 : evaluationKeyFileBytes(parameters),
      bootstraps: plan.bootstraps,
      failureLog2: plan.failure.runLog2,
    };
  }

  /**
   * What the circuit takes, without any key: counts, sizes, failure, and predicted times for one request and for `batch` in one call.
   * Times follow the rates of the runtime's kind until `measureCost` has measured this machine. Below 1 ms.
   */
  cost(batch = defaultBatch): CircuitCost {
    const { plan, server } = this.#compiled;
    const { manifest } = server;
    const speed = this.#speed ?? this.#guessedSpeed();
    const lookups = plan.program.instructions.flatMap((instruction) =>
      instruction.op === "bootstrap"
        ? [{ bits: instruction.precision, count: instruction.count }]
        : [],
    );
    return circuitCost(manifest, lookups, plan.failure.runLog2, speed, checkBatch(batch));
  }

  /**
   * `cost` with times from a short measurement (up to 0.3 s) of the circuit's own engine, which it starts; no keys are made. Later
   * calls of `cost` use it too. Errors: `bad-argument`, and those of `ServerCircuit.load`.
   */
  async measureCost(batch = defaultBatch): Promise<CircuitCost> {
    checkBatch(batch);
    const server = await this.#openServer();
    this.#speed = measuredSpeed(await server.measureSpeed(batch));
    return this.cost(batch);
  }

  /** Bootstraps, key switches, additions and multiplications by tag and parameter set; the first entry is the whole circuit. */
  statistics(): TagStatistics[] {
    const { lowered, regions, plan } = this.#compiled;
    return statisticsByTag(lowered, regions, plan.parameters);
  }

  /**
   * A drawing of the graph as it is computed on ciphertexts, with widths, ranges, tags and the cost of every look-up: text for Graphviz
   * (`"dot"`) or a picture (`"svg"`).
   */
  draw(format: "dot" | "svg" = "dot"): string {
    const { lowered, regions } = this.#compiled;
    const { bootstraps, time } = this.cost(1);
    const notes = new Map<number, string>();
    for (const [node, count] of lookupsByNode(regions)) {
      const noun = count === 1 ? "bootstrap" : "bootstraps";
      notes.set(node, `${count} ${noun}, ${msText((time.requestMs * count) / bootstraps)}`);
    }
    return format === "svg" ? drawSvg(lowered, notes) : drawDot(lowered, notes);
  }

  #guessedSpeed(): MachineSpeed {
    const runtime = this.#options.runtime === "wasm" || !inNode() ? "wasm" : "native";
    const threads = this.#options.threads ?? cores();
    return referenceSpeed(ratesOf(runtime), runtime, threads, this.#compiled.server.manifest);
  }

  /** The results of an encrypted run, computed in clear on the same integers. Errors: those of `simulateGraph`. */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    const inputs = values.map((value, index) => toTensor(value, `argument ${index}`));
    return unwrap(simulateGraph(this.#compiled.lowered, inputs));
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: RunOptions & { readonly force?: boolean } = {}): Promise<void> {
    const made = this.#making.then(() => this.#makeKeys(options));
    this.#making = made.catch(() => {});
    return made;
  }

  async #makeKeys(options: RunOptions & { readonly force?: boolean }): Promise<void> {
    if (this.#hasKey && options.force !== true) return;
    throwIfAborted(options.signal, "keygen");
    const client = await this.#openClient();
    const server = await this.#openServer();
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

  /** Encrypts one value for each encrypted parameter: the client's request. Makes keys first if there are none. */
  async encrypt(...values: ClientValue[]): Promise<Uint8Array> {
    if (!this.#hasKey) await this.keygen();
    return (await this.#openClient()).encrypt(...values);
  }

  /** Computes on requests, as a server would: one answer a request. Errors: those of `ServerCircuit.run`. */
  async run(requests: readonly Uint8Array[], options: RunOptions = {}): Promise<Uint8Array[]> {
    return (await this.#openServer()).run(requests, this.#keys, options);
  }

  /** Decrypts an answer: a number or nested arrays, or a list of these for several results. */
  async decrypt(answer: Uint8Array): Promise<NestedArray | NestedArray[]> {
    return unwrap((await this.#openClient()).decrypt(answer));
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

  /** Which engine computes, and with how many threads; starts it. */
  async engine(): Promise<{ readonly runtime: "wasm" | "native"; readonly threads: number }> {
    const { runtime, threads } = await this.#openServer();
    return { runtime, threads };
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
    const opened = this.#client ?? Client.load(this.clientFile);
    this.#client = opened;
    return opened.catch((error: unknown) => {
      if (this.#client === opened) this.#client = undefined;
      throw error;
    });
  }

  async #openServer(): Promise<ServerCircuit> {
    const { runtime, threads } = this.#options;
    const opened = this.#server ?? ServerCircuit.load(this.serverFile, { runtime, threads });
    this.#server = opened;
    return opened.catch((error: unknown) => {
      if (this.#server === opened) this.#server = undefined;
      throw error;
    });
  }
}

function unwrap(results: readonly Tensor[]): NestedArray | NestedArray[] {
  const [only] = results;
  return results.length === 1 && only !== undefined ? toNested(only) : results.map(toNested);
}
