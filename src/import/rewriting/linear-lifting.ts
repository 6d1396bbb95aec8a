import { foldIntoWeights } from "../../models/linear/linear-fit.js";
import type { LinearStep, Step } from "../steps/steps.js";

/** The widest blocks that are lifted: maps are square matrices. */
const mostColumns = 2 ** 11;

/** Where steps are looked up: those of a list under construction, or of an imported model's preprocessing. */
export interface StepSource {
  /** The step that makes `block`; undefined for inputs. */
  stepOf(block: number): Step | undefined;
  columns(block: number): number;
}

/**
 * `model` on what the affine step before it reads: sums and products with constants, columns chosen or
 * joined, another linear step, negation.
 * Undefined for other steps, and where a fold leaves the finite numbers. Rounding to float32 in between is left out.
 */
export function lifted(source: StepSource, model: LinearStep): LinearStep | undefined {
  const step = source.stepOf(model.from);
  const columns = source.columns(model.from);
  if (columns > mostColumns) return undefined;
  switch (step?.kind) {
    case "linear": {
      const weights = { shape: [columns, source.columns(step.from)], data: step.coef };
      return folded(model, step.from, { weights, offset: step.intercept });
    }
    case "select": {
      const width = source.columns(step.from);
      if (width > mostColumns) return undefined;
      const data = new Float64Array(columns * width);
      step.columns.forEach((column, k) => {
        data[k * width + column] = 1;
      });
      const weights = { shape: [columns, width], data };
      return folded(model, step.from, { weights, offset: new Float64Array(columns) });
    }
    case "element":
      return step.name === "negative"
        ? folded(model, step.from, diagonal(new Float64Array(columns).fill(-1)))
        : undefined;
    case "pair":
      return liftedPair(source, model, step);
    case "concatenate":
      return liftedParts(source, model, step.from);
    default:
      return undefined;
  }
}

/** The models on one block that all of them are affine functions of, the last such one. Undefined where there is none. */
export function onOneBlock(
  source: StepSource,
  models: readonly LinearStep[],
): readonly LinearStep[] | undefined {
  const chains = models.map((model) => {
    const chain = [model];
    for (let own = lifted(source, model); own !== undefined; own = lifted(source, own))
      chain.push(own);
    return chain;
  });
  for (const { from } of chains[0] ?? []) {
    const alike = chains.flatMap((chain) => chain.find((model) => model.from === from) ?? []);
    if (alike.length === models.length) return alike;
  }
  return aroundOneCentre(source, models);
}

/**
 * Models on columns moved by numbers of their own, and the squares of that (Gaussian naive Bayes), as models around the first one's
 * numbers: `x - c = (x - c') + (c' - c)`.
 */
function aroundOneCentre(
  source: StepSource,
  models: readonly LinearStep[],
): readonly LinearStep[] | undefined {
  const [first] = models;
  const target = first && centreOf(source, first.from);
  if (first === undefined || target === undefined) return undefined;
  const columns = target.centre.length;
  const moved = models.flatMap((model): readonly LinearStep[] => {
    const own = centreOf(source, model.from);
    if (own === undefined || own.of !== target.of) return [];
    const coef = model.coef.slice();
    const intercept = model.intercept.map((start, k) => {
      let sum = start;
      for (let j = 0; j < columns; j++) {
        const at = 2 * k * columns + j;
        const by = (target.centre[j] ?? 0) - (own.centre[j] ?? 0);
        const [slope, square] = [coef[at] ?? 0, coef[at + columns] ?? 0];
        sum += (slope + square * by) * by;
        coef[at] = slope + 2 * square * by;
      }
      return sum;
    });
    return [{ kind: "linear", from: first.from, coef, intercept }];
  });
  return moved.length === models.length ? moved : undefined;
}

/** The block whose columns, moved by `centre`, stand in `block` beside their squares. */
function centreOf(
  source: StepSource,
  block: number,
): { of: number; centre: Float64Array } | undefined {
  const both = source.stepOf(block);
  if (both?.kind !== "concatenate" || both.from.length !== 2) return undefined;
  const [moved = -1, squares = -1] = both.from;
  const product = source.stepOf(squares);
  const squared = product?.kind === "pair" && product.name === "multiply";
  if (!squared || product.left !== moved || product.right !== moved) return undefined;
  const difference = source.stepOf(moved);
  if (difference?.kind !== "pair" || difference.name !== "subtract") return undefined;
  const constant = source.stepOf(difference.right);
  const columns = source.columns(difference.left);
  if (constant?.kind !== "constant" || constant.values.length !== columns) return undefined;
  return { of: difference.left, centre: constant.values };
}

/** A model on blocks side by side that are all affine functions of one block. */
function liftedParts(
  source: StepSource,
  model: LinearStep,
  parts: readonly number[],
): LinearStep | undefined {
  const columns = source.columns(model.from);
  let start = 0;
  const own = parts.map((from, index): LinearStep => {
    const first = start;
    start += source.columns(from);
    const coef = Array.from(model.intercept, (_, k) => [
      ...model.coef.subarray(k * columns + first, k * columns + start),
    ]);
    const intercept = model.intercept.map((x) => (index === 0 ? x : 0));
    return { kind: "linear", from, coef: Float64Array.from(coef.flat()), intercept };
  });
  const alike = parts.length > 64 ? undefined : onOneBlock(source, own);
  const [first] = alike ?? [];
  if (alike === undefined || first === undefined) return undefined;
  const [coef, intercept] = [new Float64Array(first.coef.length), model.intercept.map(() => 0)];
  for (const one of alike) {
    for (let index = 0; index < coef.length; index++)
      coef[index] = (coef[index] ?? 0) + (one.coef[index] ?? 0);
    for (let k = 0; k < intercept.length; k++)
      intercept[k] = (intercept[k] ?? 0) + (one.intercept[k] ?? 0);
  }
  return { kind: "linear", from: first.from, coef, intercept };
}

function liftedPair(
  source: StepSource,
  model: LinearStep,
  step: Step & { readonly kind: "pair" },
): LinearStep | undefined {
  const columns = source.columns(model.from);
  const constantOf = (block: number): Float64Array | undefined => {
    const own = source.stepOf(block);
    if (own?.kind !== "constant") return undefined;
    const { values } = own;
    return Float64Array.from({ length: columns }, (_, k) => values[k] ?? values[0] ?? 0);
  };
  const [left, right] = [constantOf(step.left), constantOf(step.right)];
  const values = right ?? left;
  if (values === undefined || (right !== undefined && left !== undefined)) return undefined;
  const from = right === undefined ? step.right : step.left;
  if (source.columns(from) !== columns) return undefined;
  const ones = new Float64Array(columns).fill(1);
  if (step.name === "add") return folded(model, from, diagonal(ones, values));
  if (step.name === "multiply") return folded(model, from, diagonal(values));
  if (step.name === "subtract")
    return right === undefined
      ? folded(model, from, diagonal(ones.fill(-1), values))
      : folded(
          model,
          from,
          diagonal(
            ones,
            values.map((v) => -v),
          ),
        );
  const divides = step.name === "divide" && right?.every((v) => v !== 0);
  return divides === true ? folded(model, from, diagonal(values.map((v) => 1 / v))) : undefined;
}

type Affine = Parameters<typeof foldIntoWeights>[1];

function diagonal(scale: Float64Array, offset?: Float64Array): Affine {
  const { length } = scale;
  const data = new Float64Array(length * length);
  scale.forEach((value, j) => {
    data[j * length + j] = value;
  });
  return { weights: { shape: [length, length], data }, offset: offset ?? new Float64Array(length) };
}

function folded(model: LinearStep, from: number, map: Affine): LinearStep | undefined {
  const outputs = model.intercept.length;
  const shape = [outputs, model.coef.length / outputs];
  const fit = { coef: { shape, data: model.coef }, intercept: model.intercept };
  const { coef, intercept } = foldIntoWeights(fit, map);
  const finite = coef.data.every(Number.isFinite) && intercept.every(Number.isFinite);
  return finite ? { kind: "linear", from, coef: coef.data, intercept } : undefined;
}
