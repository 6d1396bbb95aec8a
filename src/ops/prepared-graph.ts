import type { Tensor } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type PreparedSteps, prepareSteps } from "../op-spec/prepared-steps.js";
import { checkInputs } from "./evaluate.js";
import { opSpec } from "./registry.js";

/**
 * A graph made ready to be evaluated many times: places for all values and index maps are made once. It computes what
 * `evaluateGraph` does; tests compare them.
 */
export class PreparedGraph {
  readonly graph: Graph;
  readonly #steps: PreparedSteps;

  constructor(graph: Graph) {
    this.graph = graph;
    this.#steps = prepareSteps(graph, opSpec);
  }

  /** Computes all values for inputs in the order of the parameters. Errors: those of `evaluateNodes`, whose `path` names the inputs. */
  run(inputs: readonly Tensor[], path = ""): void {
    checkInputs(this.graph, inputs, path);
    this.graph.inputs.forEach((id, position) => {
      this.valueOf(id).set(inputs[position]?.data ?? []);
    });
    this.#steps.run();
  }

  /** The flattened value of a node after `run`; the next run overwrites it. */
  valueOf(id: number): Float64Array {
    return this.#steps.values[id] ?? new Float64Array();
  }
}
