import { VelumError } from "../base/error.js";
import type { NestedArray } from "../base/tensor.js";
import { valueText } from "../base/value-text.js";
import { type ClientValue, checkInputs } from "../client/check-inputs.js";
import { drawDot, drawSvg } from "../graph/drawing.js";
import type { Graph } from "../graph/graph.js";
import type { DrawnFunction } from "../graph/module-drawing.js";
import { gatesOf } from "../plan/decision/decision-cost.js";
import type { Plan } from "../plan/plan.js";
import { formatProgram } from "../program/program.js";
import { keyFileBytes } from "../tfhe/key-files.js";
import { headerBytes } from "../tfhe/wire-header.js";
import { outputPayloadBytes } from "../tfhe/wire-output.js";
import { readInputset, type Sample } from "../trace/inputset.js";
import { requestFileBytes } from "./compile/travel-limits.js";
import type { CompileOptions } from "./compile-options.js";
import type { Compiled } from "./compiled.js";
import { type CircuitCost, checkBatch, circuitCost, lookupCount, msText } from "./cost/cost.js";
import {
  cores,
  inNode,
  type MachineSpeed,
  measuredSpeed,
  ratesOf,
  referenceSpeed,
} from "./cost/machine-speed.js";
import { statisticsByTag, type TagStatistics } from "./cost/statistics.js";
import { BothSides, type FunctionSides, unwrapResults } from "./run/both-sides.js";
import { Simulator } from "./run/simulator.js";

/** Requests of a predicted batch. */
export const defaultBatch = 16;

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

/** A compiled function, alone (`Circuit`) or of a module (`ModuleFunction`): its texts, cost, drawing and simulation, and its runs. */
export class CompiledFunction extends BothSides {
  /** The op-graph with bounds and bit-widths; `String(circuit)` prints it. */
  readonly graph: Graph;
  readonly #compiled: Compiled;
  readonly #options: CompileOptions;
  readonly #sides: FunctionSides;
  #speed: MachineSpeed | undefined;
  #simulator: Simulator | undefined;

  constructor(compiled: Compiled, options: CompileOptions, sides: FunctionSides) {
    super(sides);
    this.graph = compiled.graph;
    this.#compiled = compiled;
    this.#options = options;
    this.#sides = sides;
  }

  /** The op-graph as text, with types and ranges. */
  override toString(): string {
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

  /** Sizes of everything that travels, headers included. */
  get sizes(): CircuitSizes {
    const { plan, server } = this.#compiled;
    const { parameters, outputs } = server.manifest;
    return {
      uploadBytes: requestFileBytes(server.manifest),
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
        ? [lookupCount(instruction.precision, instruction.count, instruction.tablesLog2)]
        : [],
    );
    const promised = {
      failureLog2: plan.failure.runLog2,
      distanceLog2: plan.protection?.distanceLog2,
      ...(plan.roundings === undefined ? {} : { roundings: plan.roundings }),
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
    const server = await this.#sides.server();
    this.#speed = measuredSpeed(await server.measureSpeed(batch));
    return this.cost(batch);
  }

  /** Bootstraps, key switches, additions and multiplications by tag and parameter set; the first entry is the whole circuit. */
  statistics(): TagStatistics[] {
    const { lowered, plan } = this.#compiled;
    return statisticsByTag(lowered, plan);
  }

  /**
   * A drawing of the graph as it is computed on ciphertexts, with widths, ranges, tags and the cost of every look-up: text for Graphviz
   * (`"dot"`) or a picture (`"svg"`). Error: `bad-argument` for another format.
   */
  draw(format: "dot" | "svg" = "dot"): string {
    checkDrawing(format);
    const { graph, notes } = this.drawn();
    return format === "svg" ? drawSvg(graph, notes) : drawDot(graph, notes);
  }

  /** What `draw` draws: the lowered graph, and notes on its costs. */
  drawn(): DrawnFunction {
    const { lowered, plan } = this.#compiled;
    const { bootstraps, time } = this.cost(1);
    const notes = new Map<number, string>();
    for (const [node, count] of plan.bootstrapsByNode) {
      const noun = count === 1 ? "bootstrap" : "bootstraps";
      notes.set(node, `${count} ${noun}, ${msText((time.requestMs * count) / bootstraps)}`);
    }
    return { graph: lowered, notes };
  }

  #guessedSpeed(): MachineSpeed {
    const runtime = this.#options.runtime === "wasm" || !inNode() ? "wasm" : "native";
    const threads = this.#options.threads ?? cores();
    const { plan, server } = this.#compiled;
    const work = gatesOf(plan.program);
    return referenceSpeed(ratesOf(runtime), runtime, threads, server.manifest, work);
  }

  /**
   * The results of an encrypted run, computed in clear on the same integers. Errors: those of `encrypt` for values that no client could
   * encrypt, and those of `simulateGraph`.
   */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    const inputs = checkInputs(values, this.#compiled.client.inputs, "simulate");
    this.#simulator ??= new Simulator(this.#compiled.lowered);
    return unwrapResults(this.#simulator.run(inputs));
  }

  /** `simulate` for many samples, in the form of an inputset: one result a sample. */
  simulateBatch(samples: Iterable<Sample>): (NestedArray | NestedArray[])[] {
    const names = this.graph.inputNodes().map(({ name }) => name);
    return readInputset(names, samples, "samples").map((values) => this.simulate(...values));
  }
}

/** Error `bad-argument` for a format that there is not. */
export function checkDrawing(format: unknown): void {
  if (format === "dot" || format === "svg") return;
  throw new VelumError({
    code: "bad-argument",
    path: "draw",
    problem: `the format is ${valueText(format)}`,
    limit: "dot, svg",
    actual: valueText(format),
    cure: 'Use "dot", text for Graphviz, or "svg", a picture',
  });
}
