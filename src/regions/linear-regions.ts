import { VelumError } from "../base/error.js";
import { sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode } from "../graph/node.js";
import type { IntegerTrees } from "../op-spec/integer-trees.js";
import { assignedBitsOf } from "../op-spec/lookup-argument.js";
import { linearOperands } from "../ops/linear-form.js";
import { opSpec } from "../ops/registry.js";
import { type AffineMap, composeMaps, identityMap } from "../program/affine.js";
import { cutClearPart } from "./clear-part.js";
import { ClearWeights, isClear, magnitudes } from "./clear-weights.js";
import { dropDeadElements } from "./drop-dead-elements.js";
import { foldFactors } from "./fold-factors.js";
import { joinTables } from "./join-tables.js";
import { RegionDraft, unsupported } from "./region-draft.js";
import { type Form, joinForms } from "./region-forms.js";
import { addInputs } from "./region-inputs.js";
import { RegionLookups } from "./region-look-ups.js";
import type { RegionProgram, RegionStep } from "./region-program.js";

/**
 * Splits a graph with bounds into affine maps and look-ups. Every look-up input and every output is the result of a step,
 * so an affine step may be the identity. Errors: `not-compiled` without bounds, `unsupported-op` for operations that are
 * neither linear nor look-ups. Factors of look-up results are in the tables. Weights and constants that clear parameters decide are left
 * to the clear part, where the graph says that they are clear.
 */
export function linearRegions(graph: Graph): RegionProgram {
  const split = new Splitter(graph).split();
  // The clear part reads values as they stand.
  const reduced = split.clear === undefined ? dropDeadElements(joinTables(split)) : split;
  return foldFactors(reduced);
}

class Splitter {
  private readonly graph: Graph;
  private readonly weights: ClearWeights;
  private readonly draft: RegionDraft;
  private readonly lookups: RegionLookups;
  private readonly leafForms = new Map<number, Form>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.weights = new ClearWeights(graph);
    this.draft = new RegionDraft(this.weights);
    this.lookups = new RegionLookups(this.draft, this.weights);
  }

  split(): RegionProgram {
    const { draft } = this;
    const inputs = addInputs(draft, this.graph);
    for (const node of this.graph.nodes) {
      if (node.kind === "operation") this.addOperation(node);
    }
    const outputs = this.graph.outputs.map((id) => {
      const node = this.graph.node(id);
      if (node.kind === "constant" || (node.kind === "input" && !node.output.encrypted)) {
        throw unsupported(node, "a clear value is returned");
      }
      return { value: draft.compute(node), node: id, shape: node.output.shape };
    });
    return this.withClearPart({ values: draft.values, inputs, steps: draft.steps, outputs });
  }

  /** The same where no parameter is clear. */
  private withClearPart(program: RegionProgram): RegionProgram {
    const parameters = this.graph.inputNodes().filter(({ output }) => !output.encrypted);
    if (parameters.length === 0) return program;
    const affine = program.steps.filter((step) => step.kind === "affine");
    const some = affine.some(({ clear }) => clear !== undefined);
    // Without look-ups all sums are products of one kind.
    const all = some && affine.length === program.steps.length;
    const rows = new Map(
      affine.flatMap(({ result, clear }) => {
        const own =
          clear ?? (all ? { node: this.draft.values[result]?.node ?? 0, first: 0 } : undefined);
        return own === undefined ? [] : [[result, own] as const];
      }),
    );
    const targets = [...rows.values()].map(({ node }) => node);
    const leaves = new Map(
      this.weights.leavesOf(targets).flatMap((id) => {
        const form = this.leafForm(id);
        return form === undefined ? [] : [[id, form] as const];
      }),
    );
    const { part, idOf } = cutClearPart(this.graph, leaves, targets);
    const steps = program.steps.map((step): RegionStep => {
      const own = rows.get(step.result);
      if (step.kind !== "affine" || own === undefined) return step;
      return { ...step, clear: { ...own, node: idOf(own.node) } };
    });
    const inputs = parameters.map(({ name, output: { shape, type } }) => ({ name, shape, type }));
    return { ...program, steps, clear: { ...part, inputs } };
  }

  private addOperation(node: OperationNode): void {
    if (isClear(node)) return;
    const spec = opSpec(node.name, nodePath(node));
    const operands = linearOperands(this.graph, node);
    const local = spec.affine(node.attributes, operands);
    if (local !== undefined) {
      const weighted = this.weights.areRead(node);
      const forms = node.operands.flatMap(
        (id) => (weighted ? this.leafForm(id) : this.draft.forms.get(id)) ?? [],
      );
      const inner = joinForms(forms, this.draft.sizeOfValue);
      if (weighted) {
        if (spec.divisor(node.attributes) !== 1) {
          throw unsupported(node, "sums with clear weights cannot be divided");
        }
        const map = composeMaps(magnitudes(local), magnitudes(inner.map));
        this.draft.forms.set(node.id, { sources: inner.sources, map });
        this.weights.add(node, local);
        return;
      }
      const map = divided(composeMaps(local, inner.map), spec.divisor(node.attributes), node);
      this.draft.forms.set(node.id, { sources: inner.sources, map });
      return;
    }
    const trees = spec.trees(node.attributes);
    if (trees !== undefined) {
      this.addEnsemble(node, trees);
      return;
    }
    const lookup = spec.lookup(node.attributes, node.output.shape);
    const [operand] = node.operands;
    if (spec.dropsHighBits && operand !== undefined) {
      this.addLowBits(node, this.graph.node(operand));
      return;
    }
    if (lookup === undefined || operand === undefined) {
      throw unsupported(node, "products of two encrypted values cannot be compiled yet");
    }
    this.lookups.add(node, this.graph.node(operand), lookup);
  }

  /** A form that the clear part starts from stays as it was found first. */
  private leafForm(id: number): Form | undefined {
    const form = this.leafForms.get(id) ?? this.draft.forms.get(id);
    if (form !== undefined) this.leafForms.set(id, form);
    return form;
  }

  /** A step of its own: its numbers stand higher than those of the operand. */
  private addLowBits(node: OperationNode, operand: GraphNode): void {
    const { sources, map } = this.draft.formOf(operand);
    const result = this.draft.addValue(node);
    const scaleLog2 = assignedBitsOf(operand) - assignedBitsOf(node);
    const clear = this.weights.areIn(operand) ? { clear: { node: operand.id, first: 0 } } : {};
    this.draft.steps.push({ kind: "affine", sources, map, scaleLog2, result, ...clear });
    this.draft.computed.set(node.id, result);
    this.draft.forms.set(node.id, {
      sources: [result],
      map: identityMap(sizeOf(node.output.shape)),
    });
  }

  private addEnsemble(node: OperationNode, trees: IntegerTrees): void {
    const [operand = 0] = node.operands;
    const argument = this.graph.node(operand);
    const form = this.draft.forms.get(operand);
    if (argument.kind !== "input" || form === undefined) {
      throw unsupported(node, "decision trees ask a value that is no parameter of the circuit");
    }
    const result = this.draft.addValue(node);
    this.draft.steps.push({ kind: "ensemble", columns: form.map.column, trees, result });
    this.draft.computed.set(node.id, result);
    this.draft.forms.set(node.id, {
      sources: [result],
      map: identityMap(sizeOf(node.output.shape)),
    });
  }
}

/** Errors: `not-integer` if a weight or constant is no multiple of `divisor`. */
function divided(map: AffineMap, divisor: number, node: OperationNode): AffineMap {
  if (divisor === 1) return map;
  const rest = [...map.weight, ...map.constant].find((value) => value % divisor !== 0);
  if (rest === undefined) {
    const quotient = (value: number): number => value / divisor;
    return { ...map, weight: map.weight.map(quotient), constant: map.constant.map(quotient) };
  }
  throw new VelumError({
    code: "not-integer",
    path: nodePath(node),
    problem: `it divides by ${divisor} a linear combination with the weight ${rest}`,
    limit: `multiples of ${divisor}`,
    actual: rest,
    cure: 'Round it, which makes it one look-up of the sum: round().astype("int64"), fhe.floor, astype; or divide after decryption',
  });
}
