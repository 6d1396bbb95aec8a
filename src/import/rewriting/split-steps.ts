import { unsupportedModel } from "../files/fields.js";
import { outputsOfModel } from "../steps/imported-parts.js";
import {
  blocksReadBy,
  type LinearStep,
  renameBlocks,
  type Step,
  type TreesStep,
} from "../steps/steps.js";
import { onOneBlock } from "./linear-lifting.js";
import { unstacked } from "./stacked-models.js";
import type { StepList } from "./step-list.js";
import { stackEnsembles } from "./tree-rewriting.js";

/** A calculation cut at its model. */
export interface SplitSteps {
  readonly before: readonly Step[];
  readonly model: TreesStep | LinearStep;
  readonly after: readonly Step[];
  /** The number in `after` of a block of the whole calculation. */
  readonly placeOf: (block: number) => number;
}

type Model = TreesStep | LinearStep;

/**
 * Cuts the calculation of `wanted` at its last trees or linear model; several models side by side on the same features become
 * one with all their outputs. Errors: `unsupported-op` (no model, models of different kinds, an output that needs features
 * past the model).
 */
export function splitSteps(list: StepList, wanted: readonly number[], path: string): SplitSteps {
  const live = liveBlocks(list, wanted);
  const models = lastModels(list, live);
  const model = oneModel(
    list,
    models.map((entry) => unstacked(list, entry.step)),
  );
  if (model === undefined) throw noModel(models, path);
  checkFinite(model, path);
  const before = new Renumbering(list, list.inputs);
  for (const block of [...liveBlocks(list, [model.from])].sort((a, b) => a - b)) before.take(block);
  const after = new Renumbering(list, 1);
  let start = 0;
  for (const { block, step } of models) {
    const outputs = outputsOfModel(step);
    if (models.length === 1) after.set(block, 0);
    else after.addSelect(block, start, outputs);
    start += outputs;
  }
  for (const block of behindModels(list, live, models)) {
    if (!after.takeable(block)) throw pastModel(path);
    after.take(block);
  }
  const placeOf = (block: number): number => {
    const place = after.find(block);
    if (place === undefined) throw pastModel(path);
    return place;
  };
  for (const block of wanted) placeOf(block);
  return {
    before: before.steps,
    model: { ...model, from: before.find(model.from) ?? 0 },
    after: after.steps,
    placeOf,
  };
}

/** Steps copied in order, with blocks numbered anew. */
class Renumbering {
  readonly steps: Step[] = [];
  readonly #list: StepList;
  readonly #places = new Map<number, number>();
  readonly #inputs: number;

  constructor(list: StepList, inputs: number) {
    this.#list = list;
    this.#inputs = inputs;
  }

  has(block: number): boolean {
    return this.#places.has(block);
  }

  find(block: number): number | undefined {
    return this.#places.get(block);
  }

  set(block: number, place: number): void {
    this.#places.set(block, place);
  }

  addSelect(block: number, start: number, count: number): void {
    const columns = Int32Array.from({ length: count }, (_, k) => start + k);
    this.steps.push({ kind: "select", from: 0, columns });
    this.set(block, this.#inputs + this.steps.length - 1);
  }

  /** Whether all that `block` reads is here, or is a constant that can be brought along. */
  takeable(block: number): boolean {
    const step = this.#list.stepOf(block);
    if (step === undefined) return false;
    return blocksReadBy(step).every(
      (read) => this.has(read) || this.#list.constantOf(read) !== undefined,
    );
  }

  take(block: number): void {
    const step = this.#list.stepOf(block);
    if (step === undefined) {
      this.set(block, block); // an input keeps its number
      return;
    }
    for (const read of blocksReadBy(step)) if (!this.has(read)) this.take(read);
    this.steps.push(renameBlocks(step, (read) => this.find(read) ?? 0));
    this.set(block, this.#inputs + this.steps.length - 1);
  }
}

function liveBlocks(list: StepList, wanted: readonly number[]): Set<number> {
  const live = new Set<number>();
  const waiting = [...wanted];
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    if (live.has(block)) continue;
    live.add(block);
    const step = list.stepOf(block);
    if (step !== undefined) waiting.push(...blocksReadBy(step));
  }
  return live;
}

/** Trees and linear models that feed no other one. */
function lastModels(
  list: StepList,
  live: ReadonlySet<number>,
): readonly { block: number; step: Model }[] {
  const feeding = new Set<number>();
  const models: { block: number; step: Model }[] = [];
  for (const block of [...live].sort((a, b) => b - a)) {
    const step = list.stepOf(block);
    if (step === undefined) continue;
    const isModel = step.kind === "trees" || step.kind === "linear";
    if (isModel && !feeding.has(block)) models.push({ block, step });
    if (isModel || feeding.has(block)) for (const read of blocksReadBy(step)) feeding.add(read);
  }
  return models.reverse();
}

function oneModel(list: StepList, models: readonly Model[]): Model | undefined {
  const [first] = models;
  if (first === undefined || models.length === 1) return first;
  const linear = models.filter((model) => model.kind === "linear");
  if (linear.length === models.length) {
    const lifted = onOneBlock(list, linear);
    if (lifted === undefined) return undefined;
    return {
      kind: "linear",
      from: lifted[0]?.from ?? 0,
      coef: Float64Array.from(lifted.flatMap((model) => [...model.coef])),
      intercept: Float64Array.from(lifted.flatMap((model) => [...model.intercept])),
    };
  }
  const trees = models.filter((model) => model.kind === "trees");
  if (trees.length !== models.length || trees.some((model) => model.from !== first.from)) return;
  const ensemble = stackEnsembles(trees.map((model) => model.ensemble));
  return ensemble === undefined ? undefined : { kind: "trees", from: first.from, ensemble };
}

/** The live blocks that depend on a model, in order; models themselves are not among them. */
function behindModels(
  list: StepList,
  live: ReadonlySet<number>,
  models: readonly { block: number }[],
): readonly number[] {
  const behind = new Set(models.map((model) => model.block));
  const found: number[] = [];
  for (const block of [...live].sort((a, b) => a - b)) {
    const step = list.stepOf(block);
    if (step === undefined || behind.has(block)) continue;
    if (!blocksReadBy(step).some((read) => behind.has(read))) continue;
    behind.add(block);
    found.push(block);
  }
  return found;
}

function checkFinite(model: Model, path: string): void {
  const numbers =
    model.kind === "linear"
      ? [model.coef, model.intercept]
      : [model.ensemble.base, ...model.ensemble.trees.map((tree) => tree.values)];
  if (numbers.every((list) => list.every(Number.isFinite))) return;
  throw unsupportedModel(
    path,
    "has weights that are not finite",
    "Export a model with finite weights",
  );
}

function noModel(models: readonly { readonly step: Model }[], path: string): Error {
  const kinds = new Set(models.map(({ step }) => step.kind));
  const problem =
    kinds.size === 0
      ? "holds neither trees nor a linear model"
      : kinds.size === 2
        ? "holds trees beside a linear model"
        : `holds ${models.length} models on features that were prepared differently`;
  return unsupportedModel(
    path,
    problem,
    "Trees, linear models and pipelines with one of them at their end are imported",
  );
}

function pastModel(path: string): Error {
  return unsupportedModel(
    path,
    "has an output that needs features beside the model's scores",
    "Trees, linear models and pipelines with one of them at their end are imported",
  );
}
