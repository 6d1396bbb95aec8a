import { VelumError } from "../../base/error.js";
import type { Matrix } from "../../models/check-data.js";
import type { CodedModel } from "../../models/coded-model.js";
import { evenTargets } from "../../models/linear/even-targets.js";
import { LinearCoded } from "../../models/linear/linear-coded.js";
import type { LinearBits } from "../../models/linear/linear-params.js";
import { QuantizedLinearModel } from "../../models/linear/quantized-linear.js";
import type { TreeEnsemble } from "../../models/trees/tree-ensemble.js";
import { codeDecision, codeTrees, type TreesCoded } from "../../models/trees/trees-coded.js";
import type { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { RegressorCoding } from "../../quantize/regressor-coding.js";
import type { TreeCoding } from "../../quantize/tree-coding.js";
import { ImportedCoding } from "../client/imported-coding.js";
import { featuresOf } from "../client/read-rows.js";
import { foldAffine } from "../rewriting/fold-affine.js";
import { type ImportedParts, type ImportedRows, outputsOfModel } from "../steps/imported-parts.js";
import type { LinearStep, Step } from "../steps/steps.js";
import { cutEvidence } from "./cut-evidence.js";
import { decisionOnServer, type ServerDecision } from "./decide-on-server.js";
import { decidedLinear } from "./decided-linear.js";
import { decidedEnsemble } from "./decided-model.js";
import {
  type ImportedParams,
  importedDecisionBits,
  importedLinearBits,
  importedTreeBits,
} from "./imported-params.js";

/** An imported model on integers: what runs on ciphertexts, and the client's side around it. */
export interface QuantizedImport {
  readonly coded: CodedModel<TreeCoding | RegressorCoding | ClassifierCoding>;
  readonly coding: ImportedCoding;
}

/**
 * Quantizes over the ranges that `x` has after preprocessing.
 * Errors: `bad-argument` (nBits), `unsupported-op` (trees or hidden layers among the preprocessing), and those of reading rows.
 */
export function quantizeImported(
  parts: ImportedParts,
  params: ImportedParams,
  x: ImportedRows,
  path: string,
): QuantizedImport {
  const { inputs, before, model, ...rest } = params.foldPreprocessing ? foldAffine(parts) : parts;
  const clear = fittedBefore(before);
  if (clear !== undefined) throw modelBefore(clear, path);
  const features = { inputs, before, from: model.from };
  const seen = featuresOf(features, x);
  const [rows = 0, columns = 0] = seen.shape;
  if (rows === 0) throw noRows(path);
  const matrix = { ...seen, rows, columns };
  const reading = { ...rest, scores: outputsOfModel(model) };
  const decision = decisionOnServer(parts, params.result, path);
  if (model.kind === "trees") {
    const ensemble = withFiniteThresholds(model.ensemble);
    const shown = aroundLimit(ensemble, parts.decision);
    const coded =
      decision === undefined
        ? codeTrees({ ensemble: shown, ...meaningless }, importedTreeBits(path, params), matrix)
        : decidedTrees(ensemble, decision, importedDecisionBits(path, params), matrix, path);
    return { coded, coding: new ImportedCoding({ features, model: coded.coding, reading }) };
  }
  const linear = cutEvidence({ ...rest, inputs, before }, model, matrix);
  const bits = importedLinearBits(path, params);
  const coded =
    decision === undefined
      ? scoredLinear(linear, matrix, bits, parts.task)
      : decidedLinear(linear, decision, matrix, bits);
  return { coded, coding: new ImportedCoding({ features, model: coded.coding, reading }) };
}

/** A linear model whose scores are returned; targets, which nothing compares, may differ in size. */
function scoredLinear(
  { coef: data, intercept }: LinearStep,
  x: Matrix,
  bits: LinearBits,
  task: ImportedParts["task"],
): LinearCoded<RegressorCoding> {
  const given = { coef: { shape: [intercept.length, x.columns], data }, intercept };
  const { weights, sizes } =
    task === "regressor"
      ? evenTargets(given, x, bits, "perFeature")
      : { weights: given, sizes: intercept.map(() => 1) };
  const quantized = QuantizedLinearModel.fromWeights(weights, x, bits, "perFeature");
  const { inputQuantizer, features, scoreScale } = quantized;
  const scales = sizes.map((size) => size * scoreScale);
  const parts = { inputQuantizer, features, scales, link: "identity" } as const;
  return new LinearCoded(new RegressorCoding(parts), quantized);
}

const meaningless = {
  meaning: "identity",
  classes: new Float64Array(),
  featureImportances: new Float64Array(),
} as const;

/** Trees about whose scores the server decides. */
function decidedTrees(
  ensemble: TreeEnsemble,
  decision: ServerDecision,
  bits: ReturnType<typeof importedDecisionBits>,
  x: Matrix,
  path: string,
): TreesCoded {
  const { kind, classes: count, top } = decision;
  const fitted = { ...meaningless, ensemble: decidedEnsemble(ensemble, decision) };
  if (kind === "bit") {
    return codeDecision(fitted, { kind, limits: decision.scores.map(() => 0) }, bits, x);
  }
  if (kind === "votes") throw new Error(`${path}: trees do not vote by pairs`);
  const classes = Float64Array.from({ length: count }, (_, k) => k);
  return codeDecision({ ...fitted, classes }, { kind, classes: count, top }, bits, x);
}

/** Infinite thresholds, which only missing values tell apart, as the farthest finite ones: no finite value lies beyond. */
function withFiniteThresholds(ensemble: TreeEnsemble): TreeEnsemble {
  const far = Number.MAX_VALUE;
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    threshold: tree.threshold.map((limit) => Math.min(Math.max(limit, -far), far)),
  }));
  return { ...ensemble, trees };
}

/**
 * Leaves counted from the number that the score is compared with, which joins the base: a leaf that lies on it, as shares of one half do,
 * is then exact.
 */
function aroundLimit(ensemble: TreeEnsemble, decision: ImportedParts["decision"]): TreeEnsemble {
  const compared = decision?.kind === "threshold" && decision.block === 0 && ensemble.outputs === 1;
  const count = ensemble.trees.length;
  const [base = 0] = ensemble.base;
  if (!compared || count === 0) return ensemble;
  const share = ((decision.above - base) * ensemble.divisor) / count;
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    values: tree.values.map((x, node) => ((tree.feature[node] ?? -1) < 0 ? x - share : 0)),
  }));
  return { ...ensemble, trees, base: Float64Array.of(decision.above) };
}

/** What of a model clients would have to hold and run in clear: trees, or layers of a network (weights, then an activation). */
function fittedBefore(before: readonly Step[]): string | undefined {
  if (before.some((step) => step.kind === "trees")) return "trees";
  const start = before.findIndex((step) => step.kind === "linear");
  const activations: readonly string[] = ["relu", "logistic", "tanh", "softmax"];
  const layers =
    start >= 0 &&
    before.slice(start).some((step) => {
      const named = step.kind === "element" || step.kind === "rowTransform";
      return named && activations.includes(step.name);
    });
  return layers ? "hidden layers of a network" : undefined;
}

function modelBefore(what: string, path: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path,
    problem: `the preprocessing holds ${what}, and a client would have to know them`,
    cure: "Export the last model alone, and compile it on what the parts before it give",
  });
}

function noRows(path: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path: `${path} X`,
    problem: "has no rows",
    cure: "Pass rows that show the ranges of the features",
  });
}
