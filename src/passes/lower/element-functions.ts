import { sameShape, scalar, type Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode, operandsOf } from "../../graph/node.js";
import { ascendingTable } from "../../op-spec/table.js";
import { opSpec } from "../../ops/registry.js";
import { type RoundingRule, roughBits } from "../rounding-rule.js";
import { domainOf } from "./domain.js";

/** What a node computes of one value, element by element. */
export interface ElementFunction {
  /** The value that it reads. */
  readonly of: number;
  /** Fails, or gives NaN, where it has no result. */
  readonly fn: (operand: Tensor) => Tensor;
  /** The same for every element, whatever the operand's shape. */
  readonly uniform: boolean;
  /** Present where it begins with a rounding that may be approximate: the bits that this removes. */
  readonly roughLsbs?: number;
}

/** Nodes of a graph as functions of one value, alone and in chains. */
export class ElementFunctions {
  readonly #graph: Graph;
  /** How often the value of each node is read. */
  readonly #reads: Int32Array;
  readonly #rounding: RoundingRule;
  readonly #functions = new Map<OperationNode, ElementFunction | undefined>();
  readonly #lines = new Map<OperationNode, ElementFunction | undefined>();

  constructor(graph: Graph, rounding: RoundingRule) {
    this.#graph = graph;
    this.#rounding = rounding;
    this.#reads = new Int32Array(graph.nodes.length);
    for (const node of graph.nodes) {
      for (const id of new Set(operandsOf(node))) this.#reads[id] = (this.#reads[id] ?? 0) + 1;
    }
    for (const id of graph.outputs) this.#reads[id] = (this.#reads[id] ?? 0) + 1;
  }

  /** The function of a look-up or tabulated node of one variable operand; undefined for others. */
  of(node: OperationNode): ElementFunction | undefined {
    return this.#functionOf(node, false);
  }

  /** The value that an element-wise linear operation with constants reads, if nothing else reads its result; undefined for others. */
  argumentOfLine(id: number): number | undefined {
    const node = this.#graph.node(id);
    if (node.kind !== "operation" || !this.#joins(node) || this.of(node) !== undefined) return;
    return this.#functionOf(node, true)?.of;
  }

  #functionOf(node: OperationNode, orLine: boolean): ElementFunction | undefined {
    // Nodes of a chain are asked for by each node behind them.
    const known = orLine ? this.#lines : this.#functions;
    if (!known.has(node)) known.set(node, this.#newFunction(node, orLine));
    return known.get(node);
  }

  #newFunction(node: OperationNode, orLine: boolean): ElementFunction | undefined {
    const path = nodePath(node);
    const spec = opSpec(node.name, path);
    const variables = [...new Set(node.operands)].filter((id) => !this.#isConstant(id));
    const [first] = variables;
    if (first === undefined || variables.length > 1) return undefined;
    const lookup = spec.lookup(node.attributes, node.output.shape);
    if (lookup !== undefined) {
      const { min, max } = domainOf(this.#graph.node(first));
      let known: readonly Float64Array[] | undefined;
      const fn = (operand: Tensor): Tensor => {
        // As long as the range is wide, so only where somebody asks.
        const tables =
          known ??
          lookup.tables.map((table) => ascendingTable(table, min, max - min + 1, lookup.first));
        known = tables;
        const data = operand.data.map((value, i) => {
          const table = tables[tables.length === 1 ? 0 : (lookup.tableOf[i] ?? 0)];
          // In a chain, values that the inputset does not reach may lie outside: they take the nearest one's.
          return table?.[Math.min(Math.max(value, min), max) - min] ?? Number.NaN;
        });
        return { shape: operand.shape, data };
      };
      return { of: first, fn, uniform: lookup.tables.length === 1 };
    }
    const ofItself = spec.pair !== undefined && node.operands.every((id) => id === first);
    if (!spec.elementwise || !(spec.tabulated || ofItself || orLine)) return undefined;
    const constants = node.operands.map((id) => this.#constantOf(id));
    const fn = (operand: Tensor): Tensor =>
      spec.evaluate(
        node.attributes,
        node.operands.map((id, k) => (id === first ? operand : (constants[k] ?? scalar(0)))),
        path,
      );
    const scalars = constants.every((own) => own === undefined || own.shape.length === 0);
    return { of: first, fn, uniform: scalars && hasNoTensors(node), ...this.#rough(node) };
  }

  /**
   * The function of `node`, then the same together with that of the node before it where nothing else reads its value, and so on: each
   * is a function of an earlier value that begins with a look-up. Linear operations with constants may stand between them. Empty where
   * `node` is no function of one value.
   */
  chains(node: OperationNode): ElementFunction[] {
    const found: ElementFunction[] = [];
    let whole = this.of(node);
    let isLine = false;
    while (whole !== undefined) {
      if (!isLine) found.push(whole);
      const { of, fn, uniform }: ElementFunction = whole;
      const inner = this.#graph.node(of);
      if (inner.kind !== "operation" || !this.#joins(inner)) break;
      const own = this.#functionOf(inner, true);
      if (own === undefined) break;
      isLine = this.of(inner) === undefined;
      if (!sameShape(this.#graph.node(own.of).output.shape, inner.output.shape)) break;
      const joined = {
        fn: (operand: Tensor) => fn(own.fn(operand)),
        uniform: uniform && own.uniform,
      };
      whole = { ...own, ...joined };
    }
    return found;
  }

  #rough(node: OperationNode): Pick<ElementFunction, "roughLsbs"> {
    const roughLsbs = roughBits(node, this.#rounding);
    return roughLsbs === undefined ? {} : { roughLsbs };
  }

  /** True if nothing but one node reads the value, and nobody asked for it to be as it is. */
  #joins(node: OperationNode): boolean {
    const forced = node.attributes["force_noise_refresh"] === true;
    return this.#reads[node.id] === 1 && node.hintBits === undefined && !forced;
  }

  #isConstant(id: number): boolean {
    return this.#graph.node(id).kind === "constant";
  }

  #constantOf(id: number): Tensor | undefined {
    const node = this.#graph.node(id);
    return node.kind === "constant" ? node.value : undefined;
  }
}

/** False for fused nodes that hold constants of several elements, or a table for each element. */
function hasNoTensors({ attributes }: OperationNode): boolean {
  return Object.values(attributes).every((value) => {
    if (typeof value !== "object" || value === null) return true;
    if ("items" in value) return false;
    return !("nodes" in value) || value.nodes.every(isUniform);
  });
}

function isUniform(node: GraphNode): boolean {
  if (node.kind === "constant") return node.value.shape.length === 0;
  return node.kind === "input" || hasNoTensors(node);
}
