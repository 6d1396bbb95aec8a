import { foldIntoWeights } from "../models/linear/linear-fit.js";
import type { ImportedParts } from "./imported-parts.js";
import type { LinearStep, Step } from "./steps.js";

/**
 * A linear model with the affine steps right before it taken into its weights, so that clients need not know them: sums and
 * products with constants, columns chosen, other linear steps, negation. Rounding to float32 in between is left out.
 */
export function foldAffine(parts: ImportedParts): ImportedParts {
  const { model, inputs, before } = parts;
  if (model.kind !== "linear") return parts;
  let folded = model;
  for (;;) {
    const step = before[folded.from - inputs.length];
    const next = step === undefined ? undefined : foldStep(folded, step, parts);
    if (next === undefined) return { ...parts, ...dropUnread(parts, folded) };
    folded = next;
  }
}

function foldStep(
  model: LinearStep,
  step: Step,
  { inputs, before }: ImportedParts,
): LinearStep | undefined {
  const outputs = model.intercept.length;
  const columns = model.coef.length / outputs;
  switch (step.kind) {
    case "linear": {
      const inner = step.coef.length / columns;
      const weights = { shape: [columns, inner], data: step.coef };
      return folded(model, step.from, { weights, offset: step.intercept });
    }
    case "element":
      return step.name === "negative"
        ? folded(model, step.from, diagonal(new Float64Array(columns).fill(-1)))
        : undefined;
    case "pair": {
      const constantOf = (block: number): Float64Array | undefined => {
        const own = before[block - inputs.length];
        if (own?.kind !== "constant") return undefined;
        const { values } = own;
        return values.length === columns || values.length === 1
          ? Float64Array.from({ length: columns }, (_, k) => values[k] ?? values[0] ?? 0)
          : undefined;
      };
      const right = constantOf(step.right);
      const left = constantOf(step.left);
      const values = right ?? left;
      if (values === undefined || (right !== undefined && left !== undefined)) return undefined;
      const from = right === undefined ? step.right : step.left;
      const ones = new Float64Array(columns).fill(1);
      const signed = right === undefined ? values : values.map((v) => -v);
      if (step.name === "add") return folded(model, from, diagonal(ones, values));
      if (step.name === "multiply") return folded(model, from, diagonal(values));
      if (step.name === "subtract") {
        return folded(
          model,
          from,
          diagonal(right === undefined ? ones.map((v) => -v) : ones, signed),
        );
      }
      const divides = step.name === "divide" && right?.every((v) => v !== 0);
      return divides === true ? folded(model, from, diagonal(values.map((v) => 1 / v))) : undefined;
    }
    default:
      return undefined;
  }
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

/** Undefined where a fold leaves the finite numbers. */
function folded(model: LinearStep, from: number, map: Affine): LinearStep | undefined {
  const outputs = model.intercept.length;
  const shape = [outputs, model.coef.length / outputs];
  const fit = { coef: { shape, data: model.coef }, intercept: model.intercept };
  const { coef, intercept } = foldIntoWeights(fit, map);
  const finite = coef.data.every(Number.isFinite) && intercept.every(Number.isFinite);
  return finite ? { kind: "linear", from, coef: coef.data, intercept } : undefined;
}

/** Preprocessing without the steps at its end that only the folded ones read. */
function dropUnread({ inputs, before }: ImportedParts, model: LinearStep) {
  const kept = Math.max(0, model.from - inputs.length + 1);
  return { before: before.slice(0, kept), model };
}
