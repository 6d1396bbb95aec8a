import type { TreeEnsemble } from "../../models/trees/tree-ensemble.js";
import { unsupportedModel } from "../files/fields.js";
import {
  type ElementFunction,
  elementFunctions,
  type Label,
  type PairFunction,
  type Precision,
  pairFunctions,
  type RowFunction,
  type Step,
} from "../steps/steps.js";
import { columnwise, complements } from "./binary-rules.js";
import { scaledLinear, sumOfLinear } from "./linear-rules.js";
import { selectedFeatures } from "./tree-rewriting.js";
import { intoLeaves, rowIntoLeaves, scaledTrees, sumOfTrees } from "./tree-rules.js";

/** The most columns of a block: bounds what a small hostile file can make a prediction allocate. */
const mostColumns = 2 ** 20;

/**
 * Steps under construction, with the width of every block. Simplifies as it goes, as the rules of trees, of linear models and
 * of the two columns of binary classifiers have it: what can go into the model is no step behind it. Equal steps are one.
 */
export class StepList {
  readonly inputs: number;
  readonly steps: Step[] = [];
  readonly #columns: number[];
  readonly #known = new Map<string, number>();
  /** Functions of two blocks, as what they became. */
  readonly #pairs = new Map<string, number>();
  readonly #constants = new WeakMap<ArrayLike<number>, number>();

  constructor(inputColumns: readonly number[]) {
    this.inputs = inputColumns.length;
    this.#columns = [...inputColumns];
  }

  /** Number of columns of `block`. */
  columns(block: number): number {
    return this.#columns[block] ?? 0;
  }

  /** The step that makes `block`; undefined for inputs. */
  stepOf(block: number): Step | undefined {
    return this.steps[block - this.inputs];
  }

  /** Appends `step` and gives its block. Error `unsupported-op` for more than 2^20 columns. */
  add(step: Step, columns: number): number {
    if (columns > mostColumns)
      throw unsupportedModel(
        "model",
        `makes ${columns} columns`,
        `At most ${mostColumns} are read`,
      );
    const key = keyOf(step);
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    this.steps.push(step);
    this.#columns.push(columns);
    const block = this.#columns.length - 1;
    if (key !== undefined) this.#known.set(key, block);
    return block;
  }

  /** Numbers that every row shares; the same list is the same block. */
  constant(values: ArrayLike<number>): number {
    const known = this.#constants.get(values);
    if (known !== undefined) return known;
    const step = { kind: "constant", values: Float64Array.from(values) } as const;
    const block = this.add(step, values.length);
    this.#constants.set(values, block);
    return block;
  }

  select(from: number, columns: readonly number[]): number {
    const same = columns.length === this.columns(from) && columns.every((c, k) => c === k);
    if (same) return from;
    return (
      this.#selectedPart(from, columns) ??
      rowIntoLeaves(this, from, columns) ??
      this.add({ kind: "select", from, columns: Int32Array.from(columns) }, columns.length)
    );
  }

  element(name: ElementFunction, from: number, precision: Precision): number {
    const apply = elementFunctions[name];
    const round = rounding(precision);
    const leaves = intoLeaves(this, [from], ([x = 0]) => round(apply(x)));
    if (leaves !== undefined) return leaves;
    const logit = name === "reciprocal" ? this.#logisticArgument(from) : undefined;
    if (logit !== undefined)
      return this.add(
        { kind: "element", name: "logistic", from: logit, precision },
        this.columns(from),
      );
    return this.add({ kind: "element", name, from, precision }, this.columns(from));
  }

  pair(name: PairFunction, left: number, right: number, precision: Precision): number {
    const key = `${name} ${left} ${right} ${precision}`;
    const block = this.#pairs.get(key) ?? this.#simplestPair(name, left, right, precision);
    this.#pairs.set(key, block);
    return block;
  }

  #simplestPair(name: PairFunction, left: number, right: number, precision: Precision): number {
    const apply = pairFunctions[name];
    const round = rounding(precision);
    return (
      intoLeaves(this, [left, right], ([a = 0, b = 0]) => round(apply(a, b))) ??
      sumOfTrees(this, name, left, right) ??
      scaledTrees(this, name, left, right) ??
      scaledLinear(this, name, left, right) ??
      sumOfLinear(this, name, left, right) ??
      columnwise(this, name, left, right) ??
      complements(this, name, left, right) ??
      this.pairStep(name, left, right, precision)
    );
  }

  /** As `pair`, but a step of its own that no model takes in. */
  pairStep(name: PairFunction, left: number, right: number, precision: Precision): number {
    const columns = Math.max(this.columns(left), this.columns(right));
    return this.add({ kind: "pair", name, left, right, precision }, columns);
  }

  /** One number a row. */
  row(name: RowFunction, from: number, precision: Precision): number {
    return rowIntoLeaves(this, from, name) ?? this.add({ kind: "row", name, from, precision }, 1);
  }

  /** `yes` where the condition `from` holds, else `no`. */
  choose(from: number, yes: number, no: number): number {
    if (yes === no) return yes;
    const columns = Math.max(this.columns(from), this.columns(yes), this.columns(no));
    return (
      intoLeaves(this, [from, yes, no], ([bit = 0, a = 0, b = 0]) => (bit === 0 ? b : a)) ??
      this.add({ kind: "choose", from, yes, no }, columns)
    );
  }

  /** The numbers of rows of `from` at `places`. */
  pick(from: number, places: number): number {
    const table = this.constantOf(from);
    const leaves = table && intoLeaves(this, [places], ([place = 0]) => table[place] ?? Number.NaN);
    return leaves ?? this.add({ kind: "pick", from, places }, this.columns(places));
  }

  /** Replaces entries equal to a key by the value beside it. */
  map(from: number, keys: readonly Label[], values: Float64Array, fallback: number): number {
    const places = new Map(keys.map((key, index) => [key, values[index] ?? 0]));
    return (
      intoLeaves(this, [from], ([x = 0]) => places.get(x) ?? fallback) ??
      this.add({ kind: "map", from, keys, values, fallback }, this.columns(from))
    );
  }

  trees(ensemble: TreeEnsemble, from: number): number {
    const source = this.stepOf(from);
    if (source?.kind === "select") {
      const rewritten = selectedFeatures(ensemble, source.columns, this.columns(source.from));
      return this.add({ kind: "trees", from: source.from, ensemble: rewritten }, ensemble.outputs);
    }
    return this.add({ kind: "trees", from, ensemble }, ensemble.outputs);
  }

  linear(from: number, coef: Float64Array, intercept: Float64Array): number {
    return this.add({ kind: "linear", from, coef, intercept }, intercept.length);
  }

  /** The values of `block` if it is a constant. */
  constantOf(block: number): Float64Array | undefined {
    const step = this.stepOf(block);
    return step?.kind === "constant" ? step.values : undefined;
  }

  /** Columns of several blocks side by side that all lie in one of them. */
  #selectedPart(from: number, columns: readonly number[]): number | undefined {
    const step = this.stepOf(from);
    if (step?.kind !== "concatenate") return undefined;
    let start = 0;
    for (const part of step.from) {
      const end = start + this.columns(part);
      if (columns.every((column) => column >= start && column < end))
        return this.select(
          part,
          columns.map((column) => column - start),
        );
      start = end;
    }
    return undefined;
  }

  /** The columns of two blocks side by side. */
  joined(left: number, right: number): number {
    const parts = [left, right].flatMap((block) => {
      const step = this.stepOf(block);
      return step?.kind === "concatenate" ? step.from : [block];
    });
    return this.add({ kind: "concatenate", from: parts }, this.columns(left) + this.columns(right));
  }

  #scalar(block: number): number | undefined {
    const values = this.constantOf(block);
    return values?.length === 1 ? values[0] : undefined;
  }

  /** `x` where `block` is `1 + exp(-x)`. */
  #logisticArgument(block: number): number | undefined {
    const sum = this.stepOf(block);
    if (sum?.kind !== "pair" || sum.name !== "add") return undefined;
    const [exp, one] =
      this.#scalar(sum.right) === 1 ? [sum.left, 1] : [sum.right, this.#scalar(sum.left)];
    const power = this.stepOf(exp);
    if (one !== 1 || power?.kind !== "element" || power.name !== "exp") return undefined;
    return this.negated(power.from);
  }

  /** `x` where `block` is `-x`. */
  negated(block: number): number | undefined {
    const step = this.stepOf(block);
    if (step?.kind === "element" && step.name === "negative") return step.from;
    if (step?.kind !== "pair" || step.name !== "multiply") return undefined;
    if (this.#scalar(step.right) === -1) return step.left;
    return this.#scalar(step.left) === -1 ? step.right : undefined;
  }
}

/** What is equal for equal steps; undefined for steps that hold much. */
function keyOf(step: Step): string | undefined {
  switch (step.kind) {
    case "constant":
      return step.values.length > 64 ? undefined : `constant ${Array.from(step.values, signed)}`;
    case "select":
      return step.columns.length > 64 ? undefined : `select ${step.from} ${step.columns}`;
    case "element":
    case "pair":
    case "row":
    case "rowTransform":
    case "concatenate":
    case "choose":
    case "pick":
      return JSON.stringify(step);
    default:
      return undefined;
  }
}

function signed(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

function rounding(precision: Precision): (x: number) => number {
  return precision === "float32" ? Math.fround : (x) => x;
}
