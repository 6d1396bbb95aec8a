import { type ClientInput, readClientFile } from "../artifact/client-file.js";
import type { NestedArray } from "../base/tensor.js";
import { type ClientValue, checkInputs } from "../client/check-inputs.js";
import { Client } from "../client/client.js";
import type { Graph } from "../graph/graph.js";
import { evaluateNodes } from "../ops/evaluate.js";
import { ServerCircuit } from "../runtime/server-circuit.js";
import type { CompileOptions } from "./compile-options.js";
import { BothSides, unwrapResults } from "./run/both-sides.js";
import { type CircuitFiles, KeyedSides, type KeygenOptions } from "./run/keyed-sides.js";

/**
 * A circuit from its two files, compiled earlier and elsewhere: it encrypts, runs and decrypts as `Circuit` does. `graph` is its meaning,
 * for `simulate`.
 */
export class LoadedCircuit extends BothSides implements CircuitFiles {
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
  readonly #graph: Graph;
  /** As the client file describes them, once it was read. */
  #inputs: readonly ClientInput[] | undefined;
  readonly #sides: KeyedSides<Client, ServerCircuit>;

  constructor(
    graph: Graph,
    { clientFile, serverFile }: CircuitFiles,
    { runtime, threads }: Pick<CompileOptions, "runtime" | "threads">,
  ) {
    const sides = new KeyedSides({
      path: `circuit "${graph.name}"`,
      client: () => Client.load(clientFile),
      server: () => ServerCircuit.load(serverFile, { runtime, threads }),
    });
    super(sides);
    this.#sides = sides;
    this.#graph = graph;
    this.clientFile = clientFile;
    this.serverFile = serverFile;
  }

  /** The results of an encrypted run, computed in clear on the same integers. Errors: those of `encrypt` and of the operations. */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    this.#inputs ??= readClientFile(this.clientFile).inputs;
    const inputs = checkInputs(values, this.#inputs, "simulate");
    const computed = evaluateNodes(this.#graph, inputs);
    return unwrapResults(this.#graph.outputs.map((id) => computed.of(this.#graph.node(id))));
  }

  /** Makes a secret key and, where needed, evaluation keys, and loads those into the server. Done once; `force` makes new ones. */
  async keygen(options: KeygenOptions = {}): Promise<void> {
    return this.#sides.keygen(options);
  }

  /** Ends threads and overwrites the secret key. What is under way and what comes later rejects with `runtime-unavailable`. */
  async close(): Promise<void> {
    return this.#sides.close();
  }
}
