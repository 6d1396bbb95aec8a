import { writeClientFile } from "../artifact/client-file.js";
import { writeServerFile } from "../artifact/server-file.js";
import { VelumError } from "../base/error.js";
import { type NestedArray, type Tensor, toTensor } from "../base/tensor.js";
import type { ClientValue } from "../client/client.js";
import { drawDot, drawSvg } from "../graph/drawing.js";
import type { Graph } from "../graph/graph.js";
import { gatesOf } from "../plan/decision-cost.js";
import type { Plan } from "../plan/plan.js";
import { formatProgram } from "../program/program.js";
import type { RunInput } from "../runtime/composed-input.js";
import type { RunOptions } from "../runtime/run-options.js";
import { keyFileBytes } from "../tfhe/key-files.js";
import { headerBytes } from "../tfhe/wire-header.js";
import { inputPayloadBytes } from "../tfhe/wire-input.js";
import { outputPayloadBytes } from "../tfhe/wire-output.js";
import { readInputset, type Sample } from "../trace/inputset.js";
import { BothSides, type KeygenOptions, unwrapResults } from "./both-sides.js";
import { valueText } from "./check-option-values.js";
import type { CompileOptions } from "./compile-options.js";
import type { Compiled } from "./compiled.js";
import { type CircuitCost, checkBatch, circuitCost, msText } from "./cost.js";
import {
  cores,
  inNode,
  type MachineSpeed,
  measuredSpeed,
  ratesOf,
  referenceSpeed,
} from "./machine-speed.js";
import { Simulator } from "./simulator.js";
import { lookupsByNode, statisticsByTag, type TagStatistics } from "./statistics.js";

/** Requests of a predicted batch. */
const defaultBatch = 16;

/** What one run takes, known before any key exists. */
export interface CircuitSizes {
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  /** 0 where the server needs none: no look-ups, no protected model. */
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
  readonly #sides: BothSides;
  #speed: MachineSpeed | undefined;
  #simulator: Simulator | undefined;

  constructor(compiled: Compiled, options: CompileOptions) {
    this.graph = compiled.graph;
    this.#compiled = compiled;
    this.#options = options;
    this.#sides = new BothSides(this, options);
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
    const { parameters, inputs, outputs } = server.manifest;
    return {
      uploadBytes: headerBytes + inputPayloadBytes(inputs),
      downloadBytes: headerBytes + outputPayloadBytes(parameters.glwe, outputs),
      evaluationKeyBytes: keyFileBytes(parameters),
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
    const promised = {
      failureLog2: plan.failure.runLog2,
      distanceLog2: plan.protection?.distanceLog2,
    };
    const forms = plan.uploadForms ?? [];
    return circuitCost(manifest, lookups, promised, speed, checkBatch(batch), forms);
  }

  /**
   * `cost` with times from a short measurement (up to 0.3 s) of the circuit's own engine, which it starts; no keys are made. Later
   * calls of `cost` use it too. Errors: `bad-argument`, and those of `ServerCircuit.load`.
   */
  async measureCost(batch = defaultBatch): Promise<CircuitCost> {
    checkBatch(batch);
    const server = await this.#sides.openServer();
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
   * (`"dot"`) or a picture (`"svg"`). Error: `bad-argument` for another format.
   */
  draw(format: "dot" | "svg" = "dot"): string {
    if (format !== "dot" && format !== "svg") throw noDrawing(format);
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
    const { plan, server } = this.#compiled;
    const work = gatesOf(plan.program);
    return referenceSpeed(ratesOf(runtime), runtime, threads, server.manifest, work);
  }

  /** The results of an encrypted run, computed in clear on the same integers. Errors: those of `simulateGraph`. */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    const inputs = values.map((value, index) => toTensor(value, `argument ${index}`));
    return unwrapResults(this.#simulate(inputs));
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    return this.#sides.keygen(options);
  }

  /** Encrypts one value for each encrypted parameter: the client's request. Makes keys first if there are none. */
  async encrypt(...values: (ClientValue | null)[]): Promise<Uint8Array> {
    return this.#sides.encrypt(...values);
  }

  /** Computes on requests, as a server would: one answer a request. Errors: those of `ServerCircuit.run`. */
  async run(requests: readonly RunInput[], options: RunOptions = {}): Promise<Uint8Array[]> {
    return this.#sides.run(requests, options);
  }

  /** Decrypts an answer: a number or nested arrays, or a list of these for several results. */
  async decrypt(answer: Uint8Array): Promise<NestedArray | NestedArray[]> {
    return this.#sides.decrypt(answer);
  }

  /** All of it: encrypts, computes on ciphertexts, decrypts. */
  async encryptRunDecrypt(...values: ClientValue[]): Promise<NestedArray | NestedArray[]> {
    return this.#sides.encryptRunDecrypt(...values);
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
    return this.#sides.encryptRunDecryptBatch(samples, options);
  }

  /** `simulate` for many samples, in the form of an inputset: one result a sample. */
  simulateBatch(samples: Iterable<Sample>): (NestedArray | NestedArray[])[] {
    const names = this.graph.inputNodes().map(({ name }) => name);
    return readInputset(names, samples, "samples").map((values) =>
      unwrapResults(this.#simulate(values)),
    );
  }

  #simulate(inputs: readonly Tensor[]): Tensor[] {
    this.#simulator ??= new Simulator(this.#compiled.lowered);
    return this.#simulator.run(inputs);
  }

  /** Which engine computes, and with how many threads; starts it. */
  async engine(): Promise<{ readonly runtime: "wasm" | "native"; readonly threads: number }> {
    const { runtime, threads } = await this.#sides.openServer();
    return { runtime, threads };
  }

  /** Ends threads and overwrites the secret key. What is under way rejects with `runtime-unavailable`; later calls start anew. */
  async close(): Promise<void> {
    return this.#sides.close();
  }
}

function noDrawing(format: unknown): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: "draw",
    problem: `the format is ${valueText(format)}`,
    limit: "dot, svg",
    actual: valueText(format),
    cure: 'Use "dot", text for Graphviz, or "svg", a picture',
  });
}
