import type { TreeEnsemble } from "../models/trees/tree-ensemble.js";
import { unsupportedModel } from "./fields.js";
import {
  type ElementFunction,
  elementFunctions,
  type Label,
  type PairFunction,
  type Precision,
  pairFunctions,
  type Step,
} from "./steps.js";
import { addEnsembles, leafwise, leafwisePair, selectedFeatures } from "./tree-rewriting.js";

/** The most columns of a block: bounds what a small hostile file can make a prediction allocate. */
const mostColumns = 2 ** 20;

/**
 * Steps under construction, with the width of every block. Simplifies as it goes: functions of a single tree's output move
 * into its leaves, sums of trees become one ensemble, constants added to a linear model its intercept.
 */
export class StepList {
  readonly inputs: number;
  readonly steps: Step[] = [];
  readonly #columns: number[];

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
    this.steps.push(step);
    this.#columns.push(columns);
    return this.#columns.length - 1;
  }

  constant(values: ArrayLike<number>): number {
    return this.add({ kind: "constant", values: Float64Array.from(values) }, values.length);
  }

  select(from: number, columns: readonly number[]): number {
    const same = columns.length === this.columns(from) && columns.every((c, k) => c === k);
    if (same) return from;
    return this.add({ kind: "select", from, columns: Int32Array.from(columns) }, columns.length);
  }

  element(name: ElementFunction, from: number, precision: Precision): number {
    const source = this.#singleTree(from);
    const round = rounding(precision);
    if (source !== undefined) {
      const apply = elementFunctions[name];
      return this.trees(
        leafwise(source.ensemble, (x) => round(apply(x))),
        source.from,
      );
    }
    const logit = name === "reciprocal" ? this.#logisticArgument(from) : undefined;
    if (logit !== undefined)
      return this.add(
        { kind: "element", name: "logistic", from: logit, precision },
        this.columns(from),
      );
    return this.add({ kind: "element", name, from, precision }, this.columns(from));
  }

  pair(name: PairFunction, left: number, right: number, precision: Precision): number {
    return (
      this.#treePair(name, left, right, precision) ??
      this.#scaledLinear(name, left, right) ??
      this.#linearSum(name, left, right) ??
      this.add(
        { kind: "pair", name, left, right, precision },
        Math.max(this.columns(left), this.columns(right)),
      )
    );
  }

  /** Replaces entries equal to a key by the value beside it. */
  map(from: number, keys: readonly Label[], values: Float64Array, fallback: number): number {
    const source = this.#singleTree(from);
    if (source === undefined)
      return this.add({ kind: "map", from, keys, values, fallback }, this.columns(from));
    const places = new Map(keys.map((key, index) => [key, values[index] ?? 0]));
    return this.trees(
      leafwise(source.ensemble, (x) => places.get(x) ?? fallback),
      source.from,
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

  /** An ensemble of one tree with one output: its output is the leaf's value, so functions of it can move there. */
  #singleTree(block: number): { ensemble: TreeEnsemble; from: number } | undefined {
    const step = this.stepOf(block);
    if (step?.kind !== "trees") return undefined;
    const { ensemble, from } = step;
    return ensemble.trees.length === 1 && ensemble.outputs === 1 ? { ensemble, from } : undefined;
  }

  #treePair(
    name: PairFunction,
    left: number,
    right: number,
    precision: Precision,
  ): number | undefined {
    const apply = pairFunctions[name];
    const round = rounding(precision);
    const one = this.#singleTree(left);
    const two = this.#singleTree(right);
    const scalarRight = this.#scalar(right);
    const scalarLeft = this.#scalar(left);
    if (one !== undefined && scalarRight !== undefined)
      return this.trees(
        leafwise(one.ensemble, (x) => round(apply(x, scalarRight))),
        one.from,
      );
    if (two !== undefined && scalarLeft !== undefined)
      return this.trees(
        leafwise(two.ensemble, (x) => round(apply(scalarLeft, x))),
        two.from,
      );
    if (one !== undefined && two !== undefined && one.from === two.from) {
      const both = leafwisePair(one.ensemble, two.ensemble, (x, y) => round(apply(x, y)));
      if (both !== undefined) return this.trees(both, one.from);
    }
    const a = this.stepOf(left);
    const b = this.stepOf(right);
    if (name !== "add" || a?.kind !== "trees" || b?.kind !== "trees" || a.from !== b.from)
      return undefined;
    const sum = addEnsembles(a.ensemble, b.ensemble);
    return sum === undefined ? undefined : this.trees(sum, a.from);
  }

  /**
   * Constants added to or taken from a linear model join its intercept, factors its weights. A factor of -1 stays a step, since two
   * columns `-x, x` are one comparison.
   */
  #scaledLinear(name: PairFunction, left: number, right: number): number | undefined {
    const [model, other] = this.constantOf(right) === undefined ? [right, left] : [left, right];
    const step = this.stepOf(model);
    const values = this.constantOf(other);
    if (step?.kind !== "linear" || values === undefined) return undefined;
    const { from, coef, intercept } = step;
    const { length } = intercept;
    if (values.length !== length && values.length !== 1) return undefined;
    const at = (k: number): number => values[k] ?? values[0] ?? 0;
    if (name === "add")
      return this.linear(
        from,
        coef,
        intercept.map((x, k) => x + at(k)),
      );
    if (name === "subtract" && model === left)
      return this.linear(
        from,
        coef,
        intercept.map((x, k) => x - at(k)),
      );
    if (name === "subtract")
      return this.linear(
        from,
        coef.map((w) => -w),
        intercept.map((x, k) => at(k) - x),
      );
    const divides = name === "divide" && model === left;
    if ((name !== "multiply" && !divides) || values.includes(-1)) return undefined;
    const columns = coef.length / length;
    const factor = (k: number): number => (divides ? 1 / at(k) : at(k));
    return this.linear(
      from,
      coef.map((w, index) => w * factor(Math.floor(index / columns))),
      intercept.map((x, k) => x * factor(k)),
    );
  }

  /** Two linear models added become one, on the columns of both. */
  #linearSum(name: PairFunction, left: number, right: number): number | undefined {
    const a = this.stepOf(left);
    const b = this.stepOf(right);
    if (name !== "add" || a?.kind !== "linear" || b?.kind !== "linear") return undefined;
    const { length } = a.intercept;
    if (b.intercept.length !== length) return undefined;
    const [wide, narrow] = [this.columns(a.from), this.columns(b.from)];
    const columns = wide + narrow;
    const coef = new Float64Array(length * columns);
    for (let k = 0; k < length; k++) {
      coef.set(a.coef.subarray(k * wide, (k + 1) * wide), k * columns);
      coef.set(b.coef.subarray(k * narrow, (k + 1) * narrow), k * columns + wide);
    }
    const intercept = a.intercept.map((x, k) => x + (b.intercept[k] ?? 0));
    return this.linear(this.joined(a.from, b.from), coef, intercept);
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

function rounding(precision: Precision): (x: number) => number {
  return precision === "float32" ? Math.fround : (x) => x;
}
