import { type NestedArray, toTensor } from "../base/tensor.js";
import type { ClientValue } from "../client/client.js";
import type { Graph } from "../graph/graph.js";
import type { Plan } from "../plan/plan.js";
import type { RunInput } from "../runtime/composed-input.js";
import type { RunOptions } from "../runtime/run-options.js";
import { unwrapResults } from "./both-sides.js";
import type { Compiled } from "./compiled.js";
import type { ModuleSides } from "./module-sides.js";
import { simulateGraph } from "./simulate.js";

/** One function of a compiled module: like a `Circuit`, with the module's key, engine and files. */
export class ModuleFunction {
  readonly name: string;
  readonly graph: Graph;
  readonly #compiled: Compiled;
  readonly #sides: ModuleSides;

  constructor(compiled: Compiled, sides: ModuleSides) {
    this.name = compiled.graph.name;
    this.graph = compiled.graph;
    this.#compiled = compiled;
    this.#sides = sides;
  }

  /** The op-graph as text, with types and ranges. */
  toString(): string {
    return this.graph.format();
  }

  /** The graph in the FHE and FHELinalg dialects. */
  get mlir(): string {
    return this.#compiled.server.texts["circuit.mlir"] ?? "";
  }

  /** Parameters (shared with the other functions), program and encodings. */
  get plan(): Plan {
    return this.#compiled.plan;
  }

  /** The results of an encrypted run, computed in clear. Errors: those of `simulateGraph`. */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    const inputs = values.map((value, index) => toTensor(value, `argument ${index}`));
    return unwrapResults(simulateGraph(this.#compiled.lowered, inputs));
  }

  /** The client's request; `null` for parameters that earlier answers will feed. Makes keys first if there are none. */
  async encrypt(...values: (ClientValue | null)[]): Promise<Uint8Array> {
    await this.#sides.keygen();
    return (await this.#sides.client()).encrypt(this.name, ...values);
  }

  /**
   * Computes on requests, on earlier answers of this or other functions, or on both (`ComposedRequest`): one answer each. Errors: those
   * of `ServerCircuit.run`.
   */
  async run(requests: readonly RunInput[], options: RunOptions = {}): Promise<Uint8Array[]> {
    return (await this.#sides.server()).run(this.name, requests, this.#sides.keys, options);
  }

  /** Decrypts an answer of this function: a number or nested arrays, or a list of these for several results. */
  async decrypt(answer: Uint8Array): Promise<NestedArray | NestedArray[]> {
    return unwrapResults((await this.#sides.client()).decrypt(this.name, answer));
  }

  /** All of it: encrypts, computes on ciphertexts, decrypts. */
  async encryptRunDecrypt(...values: ClientValue[]): Promise<NestedArray | NestedArray[]> {
    const [answer] = await this.run([await this.encrypt(...values)]);
    if (answer === undefined) throw new Error("the server gave no answer");
    return this.decrypt(answer);
  }
}
