import { VelumError } from "../base/error.js";
import { sizeOf } from "../base/tensor.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { assignedBitsOf, boundsOf } from "../op-spec/lookup-argument.js";
import { widenMap } from "../program/affine.js";
import { constantMap } from "./clear-part.js";
import { type ClearWeights, isClear } from "./clear-weights.js";
import type { Form } from "./region-forms.js";
import type { RegionStep, RegionValue } from "./region-program.js";

/** Values and steps of a program while a graph is split, and what each node of the graph is over them. */
export class RegionDraft {
  readonly values: RegionValue[] = [];
  readonly steps: RegionStep[] = [];
  /** By node. */
  readonly forms = new Map<number, Form>();
  /** Values that hold a whole node, by node. */
  readonly computed = new Map<number, number>();
  readonly #weights: ClearWeights;

  constructor(weights: ClearWeights) {
    this.#weights = weights;
  }

  /** The program value that holds `node`, computed by a step of its own at its first use. */
  compute(node: GraphNode): number {
    const known = this.computed.get(node.id);
    if (known !== undefined) return known;
    const { sources, map } = this.formOf(node);
    const result = this.addValue(node);
    const clear = this.#weights.areIn(node) ? { clear: { node: node.id, first: 0 } } : {};
    this.steps.push({ kind: "affine", sources, map, scaleLog2: 0, result, ...clear });
    this.computed.set(node.id, result);
    return result;
  }

  /** What the node is over values of the program, of which there is at least one. Error `unsupported-op`. */
  formOf(node: GraphNode): Form {
    const form = this.forms.get(node.id) ?? this.#clearForm(node);
    if (form === undefined) throw unsupported(node, "it has no encrypted value");
    if (form.sources.length > 0) return form;
    // A value made of constants alone still needs a source.
    return { sources: [0], map: widenMap(form.map, this.sizeOfValue(0), []) };
  }

  /** A clear value that is returned: constants of which nothing is known yet. */
  #clearForm(node: GraphNode): Form | undefined {
    if (!isClear(node)) return undefined;
    const size = sizeOf(node.output.shape);
    return { sources: [], map: constantMap({ shape: [size], data: new Float64Array(size) }) };
  }

  /** A value as large as its node, or of `size` elements. */
  addValue(node: GraphNode, size = sizeOf(node.output.shape)): number {
    const id = this.values.length;
    this.values.push({
      id,
      size,
      node: node.id,
      type: node.output.type,
      bounds: boundsOf(node),
      assignedBits: assignedBitsOf(node),
    });
    return id;
  }

  readonly sizeOfValue = (id: number): number => this.values[id]?.size ?? 0;
}

/** Error `unsupported-op`: the node is neither linear nor a look-up. */
export function unsupported(node: GraphNode, problem: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: nodePath(node),
    problem,
    cure: "Give one side of products as a constant, and return values computed from encrypted inputs",
  });
}
