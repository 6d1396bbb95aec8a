import type { Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { maximumOf, minimumOf } from "../../graph/integer-type.js";
import { nodePath } from "../../graph/node.js";
import { lookupArgument } from "../../op-spec/lookup-argument.js";
import { PreparedGraph } from "../../ops/prepared-graph.js";
import { opSpec } from "../../ops/registry.js";
import { simulateGraph } from "./simulate.js";

/** Range that a value must keep. */
interface Limit {
  readonly node: number;
  readonly least: number;
  readonly most: number;
}

/** The same with the place of the value. */
interface PlacedLimit extends Limit {
  readonly values: Float64Array;
}

function exceeded({ values, least, most }: PlacedLimit): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < least || value > most) return true;
  }
  return false;
}

/** `simulateGraph` for many calls: the graph is made ready once. */
export class Simulator {
  readonly #prepared: PreparedGraph;
  readonly #limits: readonly PlacedLimit[];

  constructor(graph: Graph) {
    const prepared = new PreparedGraph(graph);
    this.#prepared = prepared;
    this.#limits = limitsOf(graph).map((own) => ({ ...own, values: prepared.valueOf(own.node) }));
  }

  /** Results for inputs in the order of the parameters. Errors: those of `simulateGraph`. */
  run(inputs: readonly Tensor[]): Tensor[] {
    const prepared = this.#prepared;
    const { graph } = prepared;
    prepared.run(inputs);
    // The plain way knows what to say.
    if (this.#limits.some(exceeded)) return simulateGraph(graph, inputs);
    return graph.outputs.map((id) => ({
      shape: graph.node(id).output.shape,
      data: prepared.valueOf(id).slice(),
    }));
  }
}

/** The ranges that `simulateGraph` asks for, one a node. */
function limitsOf(graph: Graph): Limit[] {
  const limits = new Map<number, Limit>();
  const limit = (node: number, least: number, most: number): void => {
    const known = limits.get(node);
    limits.set(node, {
      node,
      least: Math.max(least, known?.least ?? -Infinity),
      most: Math.min(most, known?.most ?? Infinity),
    });
  };
  for (const node of graph.nodes) {
    if (node.output.encrypted) {
      const type = { ...node.output.type, bits: node.assignedBits ?? node.output.type.bits };
      limit(node.id, minimumOf(type), maximumOf(type));
    }
    if (node.kind !== "operation") continue;
    const [operand] = node.operands;
    const lookup = opSpec(node.name, nodePath(node)).lookup(node.attributes, node.output.shape);
    if (operand === undefined || lookup === undefined) continue;
    const { least, most } = lookupArgument(graph.node(operand), lookup);
    limit(operand, least, most);
  }
  return [...limits.values()];
}
