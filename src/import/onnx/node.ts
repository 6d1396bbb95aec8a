import type { VelumError } from "../../base/error.js";
import { corruptModel, unsupportedModel } from "../files/fields.js";
import type { StepList } from "../rewriting/step-list.js";
import type { Decision } from "../steps/imported-parts.js";
import type { Label, Precision } from "../steps/steps.js";
import type { OnnxNode } from "./file/model-file.js";
import type { OnnxTensor } from "./file/tensor.js";

/** Element types that matter to what follows. */
export type BlockType = "float32" | "float64" | "integer" | "text";

/** Rows of numbers or texts: `[rows, columns]`, or `[rows]` for one column where `flat`. */
export interface BlockValue {
  readonly kind: "block";
  readonly block: number;
  readonly type: BlockType;
  readonly flat: boolean;
}

/** Class names that a decision picks from. */
export interface LabelValue {
  readonly kind: "labels";
  readonly decision: Decision;
  readonly classes: readonly Label[];
  /** Where classes were cast to floats; else they are integers or texts. */
  readonly type?: "float32" | "float64";
}

/**
 * `[rows, groups, columns]`: for each group and column `j` the polynomial `square x^2 + slope x + offset` of column `j` of `of`.
 * Coefficients are `[groups, columns]` row-major.
 */
export interface PolynomialValue {
  readonly kind: "polynomials";
  readonly of: BlockValue;
  readonly groups: number;
  readonly square: Float64Array;
  readonly slope: Float64Array;
  readonly offset: Float64Array;
}

/**
 * Blocks of equal width on top of each other, as graphs stack the members of an ensemble: `[parts, rows, columns]`, or
 * `[parts * rows, columns]` where `rank` is 2.
 */
export interface StackValue {
  readonly kind: "stack";
  readonly parts: readonly BlockValue[];
  readonly rank: 2 | 3;
}

/** Lengths of axes; that of the rows is not known. */
export interface ShapeValue {
  readonly kind: "shape";
  readonly dims: readonly (number | "rows")[];
}

/**
 * What a name of the graph stands for; `turned` is a matrix `[columns, rows]`, a `line` all numbers of a block one after the other, and a
 * `sequence` a list of tensors, which no prediction reads.
 */
export type OnnxValue =
  | BlockValue
  | LabelValue
  | PolynomialValue
  | StackValue
  | ShapeValue
  | { readonly kind: "turned"; readonly of: BlockValue }
  | { readonly kind: "line"; readonly of: BlockValue }
  | { readonly kind: "sequence" }
  | { readonly kind: "tensor"; readonly tensor: OnnxTensor };

/** A node with its inputs looked up: what an operator's reader works on. Errors name the node. */
export class NodeReader {
  readonly node: OnnxNode;
  readonly list: StepList;
  readonly version: number;
  readonly #inputs: readonly (OnnxValue | undefined)[];

  constructor(
    node: OnnxNode,
    inputs: readonly (OnnxValue | undefined)[],
    list: StepList,
    version: number,
  ) {
    this.node = node;
    this.#inputs = inputs;
    this.list = list;
    this.version = version;
  }

  get path(): string {
    const { operator, name, outputs } = this.node;
    return `ONNX node ${operator} "${name === "" ? (outputs[0] ?? "") : name}"`;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  /** Whether input `index` is there; later inputs may be left out. */
  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  input(index: number): OnnxValue {
    const value = this.#inputs[index];
    if (value === undefined) throw this.corrupt(`input ${index} is missing`);
    return value;
  }

  /** Input `index` as rows of numbers; labels and constants are refused. */
  numbers(index: number): BlockValue {
    const value = this.block(index);
    if (value.type === "text") throw this.unsupported(`input ${index} holds texts`);
    return value;
  }

  block(index: number): BlockValue {
    const value = this.input(index);
    if (value.kind === "block") return value;
    if (value.kind === "labels") return this.#places(value);
    throw this.unsupported(`input ${index} is ${nouns[value.kind]}, and rows are due`);
  }

  /** All inputs. Error `file-corrupt` where one is missing. */
  get inputs(): readonly OnnxValue[] {
    return Array.from({ length: this.inputCount }, (_, k) => this.input(k));
  }

  /** Input `index` as a constant. */
  tensor(index: number): OnnxTensor {
    const value = this.input(index);
    if (value.kind === "tensor") return value.tensor;
    throw this.unsupported(`input ${index} is computed, and only a constant is read there`);
  }

  /** Classes that are numbers, as numbers to compute with. */
  #places({ decision, classes, type }: LabelValue): BlockValue {
    const { list } = this;
    const numbers = classes.map(Number);
    if (classes.some((label) => typeof label === "string"))
      throw this.unsupported("computes with classes that are texts");
    const place =
      decision.kind === "argmax"
        ? list.row("argmax", decision.block, "float64")
        : list.pair(
            decision.atLeast ? "greaterOrEqual" : "greater",
            decision.block,
            list.constant([decision.above]),
            "float64",
          );
    const same = numbers.every((label, k) => label === k);
    const keys = numbers.map((_, k) => k);
    const block = same ? place : list.map(place, keys, Float64Array.from(numbers), Number.NaN);
    return this.result(block, type ?? "integer");
  }

  columns(value: BlockValue): number {
    return this.list.columns(value.block);
  }

  integer(name: string, fallback?: number): number {
    const value = this.node.attributes.get(name)?.integer ?? fallback;
    if (value === undefined) throw this.corrupt(`attribute ${name} is missing`);
    return value;
  }

  float(name: string, fallback: number): number {
    return this.node.attributes.get(name)?.float ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.node.attributes.get(name)?.text ?? fallback;
  }

  integers(name: string): readonly number[] {
    return this.node.attributes.get(name)?.integers ?? [];
  }

  /** Numbers of the attribute `name`, or of the tensor attribute `name_as_tensor` or `name` itself. */
  floats(name: string): ArrayLike<number> {
    const own = this.node.attributes.get(name);
    if (own !== undefined) return own.tensor?.data ?? own.floats;
    return this.node.attributes.get(`${name}_as_tensor`)?.tensor?.data ?? [];
  }

  texts(name: string): readonly string[] {
    return this.node.attributes.get(name)?.texts ?? [];
  }

  /** Class names from `classlabels_strings`, `classlabels_ints` or `classlabels_int64s`. */
  classLabels(): readonly Label[] {
    const texts = this.texts("classlabels_strings");
    if (texts.length > 0) return texts;
    const integers = this.integers("classlabels_ints");
    return integers.length > 0 ? integers : this.integers("classlabels_int64s");
  }

  result(block: number, type: BlockType, flat = false): BlockValue {
    return { kind: "block", block, type, flat };
  }

  corrupt(problem: string): VelumError {
    return corruptModel(this.path, problem);
  }

  unsupported(problem: string, cure = "Leave this part out of the exported model"): VelumError {
    return unsupportedModel(this.path, problem, cure);
  }
}

const nouns = {
  tensor: "a constant",
  labels: "a class",
  shape: "a shape",
  polynomials: "one matrix a row",
  turned: "a matrix with a column a row",
  stack: "several matrices",
  line: "all rows in one line",
  sequence: "a list of tensors",
} as const;

/** The precision of results of type `type`. */
export function precisionOf(type: BlockType): Precision {
  return type === "float32" ? "float32" : "float64";
}

/** Reads a node: appends its steps and says what its outputs stand for. */
export type OperatorReader = (node: NodeReader) => readonly OnnxValue[];
