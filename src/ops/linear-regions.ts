import { VelumError } from "../base/error.js";
import { scalar, sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode } from "../graph/node.js";
import {
  type AffineMap,
  composeMaps,
  identityMap,
  rowTerms,
  selectionMap,
  widenMap,
} from "../program/affine.js";
import { constantMap, cutClearPart } from "./clear-part.js";
import { ClearWeights, isClear, magnitudes } from "./clear-weights.js";
import { dropDeadElements } from "./drop-dead-elements.js";
import { foldFactors } from "./fold-factors.js";
import { joinTables } from "./join-tables.js";
import { entryAt, KnownLookups, type KnownResult, type LookupContent } from "./known-look-ups.js";
import { linearOperands } from "./linear-form.js";
import {
  assignedBitsOf,
  boundsOf,
  type LookupArgument,
  lookupArgument,
} from "./lookup-argument.js";
import { type Form, joinForms, resultsForm } from "./region-forms.js";
import type {
  RegionInput,
  RegionProgram,
  RegionStep,
  RegionTable,
  RegionValue,
} from "./region-program.js";
import { opSpec } from "./registry.js";
import type { LookupForm } from "./spec.js";
import { ascendingTable } from "./table.js";
import type { IntegerTrees } from "./tree-ensemble/integer-trees.js";

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

/** Terms a row from which on a sum that is read several times is worth a step of its own. */
const longSum = 8;

class Splitter {
  private readonly graph: Graph;
  private readonly values: RegionValue[] = [];
  private readonly steps: RegionStep[] = [];
  private readonly forms = new Map<number, Form>();
  private readonly computed = new Map<number, number>();
  /** By the numbers of their elements. */
  private readonly lookupArguments = new Map<string, number>();
  private readonly origins = new Map<string, number>();
  private readonly known = new KnownLookups();
  private readonly weights: ClearWeights;
  private readonly leafForms = new Map<number, Form>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.weights = new ClearWeights(graph);
  }

  split(): RegionProgram {
    const inputs = this.addInputs();
    for (const node of this.graph.nodes) {
      if (node.kind === "operation") this.addOperation(node);
    }
    const outputs = this.graph.outputs.map((id) => {
      const node = this.graph.node(id);
      if (node.kind === "constant" || (node.kind === "input" && !node.output.encrypted)) {
        throw unsupported(node, "a clear value is returned");
      }
      return { value: this.compute(node), node: id, shape: node.output.shape };
    });
    return this.withClearPart({ values: this.values, inputs, steps: this.steps, outputs });
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
        const own = clear ?? (all ? { node: this.values[result]?.node ?? 0, first: 0 } : undefined);
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

  private addInputs(): RegionInput[] {
    const nodes = this.graph.inputNodes().filter(({ output }) => output.encrypted);
    const total = nodes.reduce((sum, node) => sum + sizeOf(node.output.shape), 0);
    const bounds = nodes.map(boundsOf);
    const min = Math.min(...bounds.map((own) => own.min));
    const max = Math.max(...bounds.map((own) => own.max));
    const signed = nodes.some((node) => node.output.type.signed);
    const bits = nodes.map(({ output: { type } }) => type.bits + (signed && !type.signed ? 1 : 0));
    this.values.push({
      id: 0,
      size: total,
      node: undefined,
      type: { signed, bits: Math.max(1, ...bits) },
      bounds: nodes.length === 0 ? { min: 0, max: 0 } : { min, max },
      assignedBits: Math.max(1, ...nodes.map(assignedBitsOf)),
    });
    let start = 0;
    return nodes.map((node) => {
      const size = sizeOf(node.output.shape);
      const columns = Array.from({ length: size }, (_, i) => start + i);
      this.forms.set(node.id, { sources: [0], map: selectionMap(total, columns) });
      const input = {
        name: node.name,
        node: node.id,
        start,
        shape: node.output.shape,
        type: node.output.type,
        bounds: boundsOf(node),
        assignedBits: assignedBitsOf(node),
      };
      start += size;
      return input;
    });
  }

  private addOperation(node: OperationNode): void {
    if (isClear(node)) return;
    const spec = opSpec(node.name, nodePath(node));
    const operands = linearOperands(this.graph, node);
    const local = spec.affine(node.attributes, operands);
    if (local !== undefined) {
      const weighted = this.weights.areRead(node);
      const forms = node.operands.flatMap(
        (id) => (weighted ? this.leafForm(id) : this.forms.get(id)) ?? [],
      );
      const inner = joinForms(forms, this.sizeOfValue);
      if (weighted) {
        if (spec.divisor(node.attributes) !== 1) {
          throw unsupported(node, "sums with clear weights cannot be divided");
        }
        const map = composeMaps(magnitudes(local), magnitudes(inner.map));
        this.forms.set(node.id, { sources: inner.sources, map });
        this.weights.add(node, local);
        return;
      }
      const map = divided(composeMaps(local, inner.map), spec.divisor(node.attributes), node);
      this.forms.set(node.id, { sources: inner.sources, map });
      return;
    }
    const trees = spec.trees(node.attributes);
    if (trees !== undefined) {
      this.addEnsemble(node, trees);
      return;
    }
    const lookup = spec.lookup(node.attributes, node.output.shape);
    const [operand] = node.operands;
    if (lookup === undefined || operand === undefined) {
      throw unsupported(node, "products of two encrypted values cannot be compiled yet");
    }
    this.lookUp(node, this.graph.node(operand), lookup);
  }

  /** A form that the clear part starts from stays as it was found first. */
  private leafForm(id: number): Form | undefined {
    const form = this.leafForms.get(id) ?? this.forms.get(id);
    if (form !== undefined) this.leafForms.set(id, form);
    return form;
  }

  private addEnsemble(node: OperationNode, trees: IntegerTrees): void {
    const [operand = 0] = node.operands;
    const argument = this.graph.node(operand);
    const form = this.forms.get(operand);
    if (argument.kind !== "input" || form === undefined) {
      throw unsupported(node, "decision trees ask a value that is no parameter of the circuit");
    }
    const result = this.addValue(node);
    this.steps.push({ kind: "ensemble", columns: form.map.column, trees, result });
    this.computed.set(node.id, result);
    this.forms.set(node.id, { sources: [result], map: identityMap(sizeOf(node.output.shape)) });
  }

  /**
   * Looks every element up that does not follow from an earlier look-up of the same argument: a repeated one would repeat its noise,
   * too. Arguments that never change take no look-up.
   */
  private lookUp(node: OperationNode, operand: GraphNode, lookup: LookupForm): void {
    const argument = lookupArgument(operand, lookup);
    const tables = lookup.tables.map((_, table) => argumentTable(table, argument, lookup));
    const { tableOf } = lookup;
    const { low, bits } = argument;
    const isRough = lookup.inBand !== undefined;
    // With addends the entry beyond the last is the first, negated.
    const wraps = argument.wraps || lookup.addends !== undefined;
    const contents = tables.map((table): LookupContent => ({ ...table, wraps }));
    const { origins, fixed } = this.originsOf(operand, argument);
    const fresh: number[] = [];
    const places: { value: number; readonly index: number }[] = [];
    const results = Array.from(origins, (origin, i): KnownResult => {
      const content = contents[tableOf[i] ?? 0];
      if (content === undefined) throw new RangeError(`no table for element ${i}`);
      const always = fixed.get(i);
      if (always !== undefined) {
        const index = isRough ? Math.round(always / 2 ** low) : always / 2 ** low;
        return { factor: 0, offset: entryAt(content, index) };
      }
      const key = `${origin} ${assignedBitsOf(node)}`;
      const known = this.known.find(key, content);
      if (known !== undefined) return known;
      const place = { value: -1, index: fresh.push(i) - 1 };
      places.push(place);
      this.known.add(key, content, place);
      return { place, factor: 1, offset: 0 };
    });
    const all = fresh.length === origins.length;
    if (fresh.length > 0) {
      const rows = all ? undefined : fresh;
      const source = this.computeArgument(operand, argument, origins, rows);
      const result = this.addValue(node, fresh.length);
      this.steps.push({
        ...{ kind: "lookup", source, tables, result },
        ...{ precision: bits, low },
        ...(lookup.inBand === undefined ? {} : { inBand: lookup.inBand }),
        tableOf: Int32Array.from(fresh, (i) => tableOf[i] ?? 0),
        origins: Int32Array.from(fresh, (i) => origins[i] ?? 0),
      });
      for (const place of places) place.value = result;
      if (all) this.computed.set(node.id, result);
    }
    this.forms.set(node.id, resultsForm(results, this.sizeOfValue));
  }

  /**
   * For each element of a look-up's argument, the number of its combination of inputs and look-up results; those that combine nothing
   * are `fixed` at a value, counted like the argument.
   */
  private originsOf(
    operand: GraphNode,
    { first, bits, low }: LookupArgument,
  ): { readonly origins: Int32Array; readonly fixed: ReadonlyMap<number, number> } {
    const { sources, map } = this.formOf(operand);
    const owners = sources.flatMap((source) =>
      Array.from({ length: this.sizeOfValue(source) }, (_, i) => `${source}.${i}`),
    );
    const encoding = `${bits} ${low} ${assignedBitsOf(operand)}`;
    const fixed = new Map<number, number>();
    const weighted = this.weights.rowsOf(operand);
    const origins = Int32Array.from({ length: map.outputs }, (_, row) => {
      if (weighted !== undefined) {
        return this.originOf(`clear ${weighted[row]} less ${first} ${encoding}`);
      }
      const terms: string[] = [];
      for (const [column, weight] of rowTerms(map, row)) terms.push(`${owners[column]}*${weight}`);
      const counted = (map.constant[row] ?? 0) - first;
      if (terms.length === 0) fixed.set(row, counted);
      return this.originOf(`${terms.join("+")}+${counted} ${encoding}`);
    });
    return { origins, fixed };
  }

  private originOf(text: string): number {
    const known = this.origins.get(text);
    if (known !== undefined) return known;
    this.origins.set(text, this.origins.size);
    return this.origins.size - 1;
  }

  /** The program value that holds `node`, computed by a step of its own at its first use. */
  private compute(node: GraphNode): number {
    const known = this.computed.get(node.id);
    if (known !== undefined) return known;
    const { sources, map } = this.formOf(node);
    const result = this.addValue(node);
    const clear = this.weights.areIn(node) ? { clear: { node: node.id, first: 0 } } : {};
    this.steps.push({ kind: "affine", sources, map, scaleLog2: 0, result, ...clear });
    this.computed.set(node.id, result);
    return result;
  }

  private formOf(node: GraphNode): Form {
    const form = this.forms.get(node.id) ?? this.clearForm(node);
    if (form === undefined) throw unsupported(node, "it has no encrypted value");
    if (form.sources.length > 0) return form;
    // A value made of constants alone still needs a source.
    return { sources: [0], map: widenMap(form.map, this.sizeOfValue(0), []) };
  }

  /** A clear value that is returned: constants of which nothing is known yet. */
  private clearForm(node: GraphNode): Form | undefined {
    if (!isClear(node)) return undefined;
    const size = sizeOf(node.output.shape);
    return { sources: [], map: constantMap({ shape: [size], data: new Float64Array(size) }) };
  }

  /**
   * The argument of look-ups of `node`, or of those of its elements that `rows` lists, counted from its smallest value, in as few bits
   * as it needs. Several nodes may compute the same (five comparisons of one pair do): it is one value then.
   */
  private computeArgument(
    node: GraphNode,
    argument: LookupArgument,
    origins: Int32Array,
    rows: readonly number[] | undefined,
  ): number {
    const { first, bits, low } = argument;
    const key = (rows?.map((row) => origins[row]) ?? origins).join();
    const known = this.lookupArguments.get(key);
    if (known !== undefined) return known;
    const itself = first === 0 && low === 0 && bits === assignedBitsOf(node);
    const result =
      itself && rows === undefined ? this.compute(node) : this.addArgument(node, argument, rows);
    this.lookupArguments.set(key, result);
    return result;
  }

  /** A step that computes an argument of `node`, or of those of its elements that `rows` lists. */
  private addArgument(node: GraphNode, argument: LookupArgument, rows?: readonly number[]): number {
    const { first, bits, low, wraps } = argument;
    const { sources, map } = wraps ? this.computedForm(node) : this.formOf(node);
    const { min, max } = boundsOf(node);
    const chosen = rows === undefined ? map : composeMaps(selectionMap(map.outputs, rows), map);
    const result = this.values.length;
    this.values.push({
      id: result,
      size: chosen.outputs,
      node: node.id,
      type: { signed: false, bits: bits + low },
      bounds: { min: Math.floor(min - first), max: Math.ceil(max - first) },
      assignedBits: bits + low,
    });
    this.steps.push({
      kind: "affine",
      sources,
      ...(this.weights.areIn(node)
        ? { map: chosen, clear: { node: node.id, first, ...(rows === undefined ? {} : { rows }) } }
        : { map: { ...chosen, constant: chosen.constant.map((constant) => constant - first) } }),
      scaleLog2: assignedBitsOf(node) - bits - low,
      result,
    });
    return result;
  }

  /** A long sum of which several windows are read is computed once. */
  private computedForm(node: GraphNode): Form {
    const form = this.formOf(node);
    if (form.map.column.length <= longSum * form.map.outputs) return form;
    // What is computed from magnitudes must not be subtracted from itself.
    if (this.weights.areIn(node)) return form;
    const value = this.compute(node);
    const own = { sources: [value], map: identityMap(this.sizeOfValue(value)) };
    this.forms.set(node.id, own);
    return own;
  }

  private addValue(node: GraphNode, size = sizeOf(node.output.shape)): number {
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

  private readonly sizeOfValue = (id: number): number => this.values[id]?.size ?? 0;
}

/** The table over all values of the argument, filled up with the nearest entries. A window's table has them all. */
function argumentTable(at: number, argument: LookupArgument, lookup: LookupForm): RegionTable {
  const { first, bits, low, wraps } = argument;
  const table = lookup.tables[at] ?? scalar(0);
  const addend = lookup.addends?.[at] ?? 0;
  if (wraps) return { first: 0, entries: Float64Array.from(table.data), addend };
  const start = low > 0 ? 0 : first;
  const from = low > 0 ? 0 : lookup.first;
  return { first: 0, entries: ascendingTable(table, start, 2 ** bits, from), addend };
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

function unsupported(node: GraphNode, problem: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: nodePath(node),
    problem,
    cure: "Give one side of products as a constant, and return values computed from encrypted inputs",
  });
}
