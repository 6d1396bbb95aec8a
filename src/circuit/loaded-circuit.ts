import { type NestedArray, toTensor } from "../base/tensor.js";
import type { ClientValue } from "../client/client.js";
import type { Graph } from "../graph/graph.js";
import { evaluateNodes } from "../ops/evaluate.js";
import { BothSides, type CircuitFiles, unwrapResults } from "./both-sides.js";
import type { CompileOptions } from "./compile-options.js";

/**
 * A circuit from its two files, compiled earlier and elsewhere: it encrypts, runs and decrypts as `Circuit` does. `graph` is its meaning,
 * for `simulate`.
 */
export class LoadedCircuit extends BothSides implements CircuitFiles {
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
  readonly #graph: Graph;

  constructor(
    graph: Graph,
    files: CircuitFiles,
    engine: Pick<CompileOptions, "runtime" | "threads">,
  ) {
    super(files, engine);
    this.#graph = graph;
    this.clientFile = files.clientFile;
    this.serverFile = files.serverFile;
  }

  /** The results of an encrypted run, computed in clear on the same integers. Errors: those of the operations. */
  simulate(...values: ClientValue[]): NestedArray | NestedArray[] {
    const inputs = values.map((value, index) => toTensor(value, `argument ${index}`));
    const computed = evaluateNodes(this.#graph, inputs);
    return unwrapResults(this.#graph.outputs.map((id) => computed.of(this.#graph.node(id))));
  }
}
