import { VelumError } from "../base/error.js";
import { type Shape, sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type IntegerType, minimalIntegerType, minimumOf } from "../graph/integer-type.js";
import { type Bounds, type GraphNode, nodePath, type OperationNode } from "../graph/node.js";
import {
  type AffineMap,
  composeMaps,
  identityMap,
  rowTerms,
  selectionMap,
  stackMaps,
  widenMap,
} from "../program/affine.js";
import { linearOperands } from "./linear-form.js";
import { opSpec } from "./registry.js";
import { ascendingTable } from "./table.js";
import type { IntegerTrees } from "./tree-ensemble/integer-trees.js";

/** A vector of encrypted integers in a region program; all elements have one type. */
export interface RegionValue {
  /** Position in `RegionProgram.values`. */
  readonly id: number;
  readonly size: number;
  /** The graph node whose flattened value this is; undefined for the joined inputs. */
  readonly node: number | undefined;
  /** Measured type and bounds. For the joined inputs, the ones that hold for all of them. */
  readonly type: IntegerType;
  readonly bounds: Bounds;
  /** Width that the width pass reserved, or the measured one if it has not run. */
  readonly assignedBits: number;
}

/** Every element of `result` is an integer combination of the elements of `sources`, joined in order. */
export interface AffineStep {
  readonly kind: "affine";
  readonly sources: readonly number[];
  readonly map: AffineMap;
  /**
   * The result stands this many bits higher in its ciphertexts than the sources: weights apply times 2^scaleLog2 there. A
   * look-up reads a value of few bits that shares the wide encoding of others.
   */
  readonly scaleLog2: number;
  readonly result: number;
}

/** Smallest value and bits of a look-up's argument. */
export interface LookupArgument {
  readonly first: number;
  readonly bits: number;
}

/** A table over every value of the operand's measured type. */
export interface RegionTable {
  /** Value that entry 0 belongs to. */
  readonly first: number;
  /** `[2^bits]` results for ascending values. */
  readonly entries: Float64Array;
}

/** Element `i` of `result` is the entry for element `i` of `source` in `tables[tableOf[i]]`. */
export interface LookupStep {
  readonly kind: "lookup";
  readonly source: number;
  readonly tables: readonly RegionTable[];
  readonly tableOf: Int32Array;
  /**
   * `[size]` a number for each element that names its argument: elements with one number look up the same combination of values, so
   * their noise is not independent. Unique over the whole program.
   */
  readonly origins: Int32Array;
  readonly result: number;
}

/** `result` is the sum of decision trees that ask fresh inputs: feature f is element `columns[f]` of value 0. */
export interface EnsembleStep {
  readonly kind: "ensemble";
  readonly columns: Int32Array;
  readonly trees: IntegerTrees;
  readonly result: number;
}

export type RegionStep = AffineStep | LookupStep | EnsembleStep;

/** One parameter: the elements of value 0 from `start` on. */
export interface RegionInput {
  readonly name: string;
  readonly node: number;
  readonly start: number;
  readonly shape: Shape;
  readonly type: IntegerType;
  readonly bounds: Bounds;
  readonly assignedBits: number;
}

export interface RegionOutput {
  readonly value: number;
  readonly node: number;
  readonly shape: Shape;
}

/**
 * A graph as alternating affine maps and look-ups. Value 0 holds all inputs, flattened and joined in the order of the
 * parameters; clear ones too: they are encrypted like the others, since the program adds them to encrypted values. Chains of linear operations are one map, so that their noise is known exactly.
 */
export interface RegionProgram {
  readonly values: readonly RegionValue[];
  readonly inputs: readonly RegionInput[];
  /** In an order in which every source is computed before it is read. */
  readonly steps: readonly RegionStep[];
  readonly outputs: readonly RegionOutput[];
}

/**
 * Splits a graph with bounds into affine maps and look-ups. Every look-up input and every output is the result of a step,
 * so an affine step may be the identity. Errors: `not-compiled` without bounds, `unsupported-op` for operations that are
 * neither linear nor look-ups, and for clear results.
 */
export function linearRegions(graph: Graph): RegionProgram {
  return new Splitter(graph).split();
}

/** One element of a program value. */
interface ElementPlace {
  readonly value: number;
  readonly index: number;
}

/** A node's value as an affine map over values of the program, `sources` ascending. */
interface Form {
  readonly sources: readonly number[];
  readonly map: AffineMap;
}

class Splitter {
  private readonly graph: Graph;
  private readonly values: RegionValue[] = [];
  private readonly steps: RegionStep[] = [];
  private readonly forms = new Map<number, Form>();
  private readonly computed = new Map<number, number>();
  private readonly lookupArguments = new Map<number, number>();
  private readonly origins = new Map<string, number>();
  /** Where the result of a table on an argument was computed first. */
  private readonly lookedUp = new Map<string, ElementPlace>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  split(): RegionProgram {
    const inputs = this.addInputs();
    for (const node of this.graph.nodes) {
      if (node.kind === "operation") this.addOperation(node);
    }
    const outputs = this.graph.outputs.map((id) => {
      const node = this.graph.node(id);
      if (!node.output.encrypted && node.kind !== "operation") {
        throw unsupported(node, "a clear value is returned");
      }
      return { value: this.compute(node), node: id, shape: node.output.shape };
    });
    return { values: this.values, inputs, steps: this.steps, outputs };
  }

  private addInputs(): RegionInput[] {
    const nodes = this.graph.inputNodes();
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
    const spec = opSpec(node.name, nodePath(node));
    const operands = linearOperands(this.graph, node);
    const local = spec.affine(node.attributes, operands);
    if (local !== undefined) {
      const inner = this.joinForms(node);
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
    const argument = this.graph.node(operand);
    const { first, bits } = lookupArgument(argument);
    const tables = lookup.tables.map((table) => ({
      first: 0,
      entries: ascendingTable(table, first, 2 ** bits, lookup.first),
    }));
    this.lookUp(node, argument, tables, lookup.tableOf);
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

  /** Looks every distinct (argument, table) pair up once in the whole program: a repeated one would repeat its noise, too. */
  private lookUp(
    node: OperationNode,
    argument: GraphNode,
    tables: readonly RegionTable[],
    tableOf: Int32Array,
  ): void {
    const origins = this.originsOf(argument);
    const tableTexts = tables.map(({ entries }) => entries.join(","));
    const keys = Array.from(
      origins,
      (origin, i) => `${origin} ${assignedBitsOf(node)} ${tableTexts[tableOf[i] ?? 0]}`,
    );
    const fresh = keys.flatMap((key, i) =>
      this.lookedUp.has(key) || keys.indexOf(key) < i ? [] : [i],
    );
    const all = fresh.length === keys.length;
    if (fresh.length > 0) {
      const source = all ? this.computeArgument(argument) : this.addArgument(argument, fresh);
      const result = this.addValue(node, fresh.length);
      this.steps.push({
        kind: "lookup",
        source,
        tables,
        tableOf: tableOf.filter((_, i) => all || fresh.includes(i)),
        origins: origins.filter((_, i) => all || fresh.includes(i)),
        result,
      });
      for (const [index, i] of fresh.entries()) {
        this.lookedUp.set(keys[i] ?? "", { value: result, index });
      }
      if (all) this.computed.set(node.id, result);
    }
    this.forms.set(node.id, this.gather(keys.flatMap((key) => this.lookedUp.get(key) ?? [])));
  }

  /** The form that picks single elements of computed values. */
  private gather(places: readonly ElementPlace[]): Form {
    const sources = [...new Set(places.map(({ value }) => value))].sort((a, b) => a - b);
    const starts = this.startsOf(sources);
    const total = sources.reduce((sum, source) => sum + this.sizeOfValue(source), 0);
    const columns = places.map(({ value, index }) => (starts.get(value) ?? 0) + index);
    return { sources, map: selectionMap(total, columns) };
  }

  /** For each element of a look-up's argument, the number of its combination of inputs and look-up results. */
  private originsOf(argument: GraphNode): Int32Array {
    const { sources, map } = this.formOf(argument);
    const { first, bits } = lookupArgument(argument);
    const owners = sources.flatMap((source) =>
      Array.from({ length: this.sizeOfValue(source) }, (_, i) => `${source}.${i}`),
    );
    const encoding = `${first} ${bits} ${assignedBitsOf(argument)}`;
    return Int32Array.from({ length: map.outputs }, (_, row) => {
      const terms: string[] = [];
      for (const [column, weight] of rowTerms(map, row)) terms.push(`${owners[column]}*${weight}`);
      const text = `${terms.join("+")}+${map.constant[row]} ${encoding}`;
      const known = this.origins.get(text);
      if (known !== undefined) return known;
      this.origins.set(text, this.origins.size);
      return this.origins.size - 1;
    });
  }

  /** The encrypted operands one after the other, over the union of their sources. */
  private joinForms(node: OperationNode): Form {
    const forms = node.operands.flatMap((id) => this.forms.get(id) ?? []);
    const sources = [...new Set(forms.flatMap((form) => form.sources))].sort((a, b) => a - b);
    const starts = this.startsOf(sources);
    const total = sources.reduce((sum, source) => sum + this.sizeOfValue(source), 0);
    const widened = forms.map((form) => {
      if (form.sources.length === sources.length) return form.map;
      const columns = form.sources.flatMap((source) =>
        Array.from({ length: this.sizeOfValue(source) }, (_, i) => (starts.get(source) ?? 0) + i),
      );
      return widenMap(form.map, total, columns);
    });
    const [only] = widened;
    const map = widened.length === 1 && only !== undefined ? only : stackMaps(total, widened);
    return { sources, map };
  }

  /** The program value that holds `node`, computed by a step of its own at its first use. */
  private compute(node: GraphNode): number {
    const known = this.computed.get(node.id);
    if (known !== undefined) return known;
    const { sources, map } = this.formOf(node);
    const result = this.addValue(node);
    this.steps.push({ kind: "affine", sources, map, scaleLog2: 0, result });
    this.computed.set(node.id, result);
    return result;
  }

  private formOf(node: GraphNode): Form {
    const form = this.forms.get(node.id);
    if (form === undefined) throw unsupported(node, "it has no encrypted value");
    if (form.sources.length > 0) return form;
    // A value made of constants alone still needs a source.
    return { sources: [0], map: widenMap(form.map, this.sizeOfValue(0), []) };
  }

  /** The argument of look-ups of `node`, counted from its smallest value, in as few bits as it needs. */
  private computeArgument(node: GraphNode): number {
    const known = this.lookupArguments.get(node.id);
    if (known !== undefined) return known;
    const { first, bits } = lookupArgument(node);
    if (first === 0 && bits === assignedBitsOf(node)) return this.compute(node);
    const result = this.addArgument(node);
    this.lookupArguments.set(node.id, result);
    return result;
  }

  /** A step that computes the argument of look-ups of `node`, or of those of its elements that `rows` lists. */
  private addArgument(node: GraphNode, rows?: readonly number[]): number {
    const { first, bits } = lookupArgument(node);
    const { sources, map } = this.formOf(node);
    const { min, max } = boundsOf(node);
    const chosen = rows === undefined ? map : composeMaps(selectionMap(map.outputs, rows), map);
    const result = this.values.length;
    this.values.push({
      id: result,
      size: chosen.outputs,
      node: node.id,
      type: { signed: false, bits },
      bounds: { min: min - first, max: max - first },
      assignedBits: bits,
    });
    this.steps.push({
      kind: "affine",
      sources,
      map: { ...chosen, constant: chosen.constant.map((constant) => constant - first) },
      scaleLog2: assignedBitsOf(node) - bits,
      result,
    });
    return result;
  }

  private startsOf(sources: readonly number[]): Map<number, number> {
    const starts = new Map<number, number>();
    let total = 0;
    for (const source of sources) {
      starts.set(source, total);
      total += this.sizeOfValue(source);
    }
    return starts;
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

  private sizeOfValue(id: number): number {
    return this.values[id]?.size ?? 0;
  }
}

/**
 * Look-ups read the whole measured type of their operand, or only the measured range where that takes fewer bits. A hint of
 * the user counts as measured.
 */
export function lookupArgument(node: GraphNode): LookupArgument {
  const { type } = node.output;
  const { min, max } = boundsOf(node);
  const bits = minimalIntegerType(0, max - min).bits;
  const hinted = node.hintBits !== undefined;
  return bits < type.bits && !hinted
    ? { first: min, bits }
    : { first: minimumOf(type), bits: type.bits };
}

function boundsOf(node: GraphNode): Bounds {
  if (node.bounds !== undefined) return node.bounds;
  throw new VelumError({
    code: "not-compiled",
    path: nodePath(node),
    problem: "its range is not known",
    cure: "Measure bounds on an inputset first",
  });
}

function assignedBitsOf(node: GraphNode): number {
  return node.encodedBits ?? node.assignedBits ?? node.output.type.bits;
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
    cure: "Take the sum and divide after decryption, or look up the quotient",
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
