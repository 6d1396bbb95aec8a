import type { JsonValue } from "../../artifact/client-file.js";
import { checkOptions } from "../../base/check-options.js";
import type { NestedArray, Tensor } from "../../base/tensor.js";
import { answersOf, type TreeCoding } from "../../quantize/tree-coding.js";
import type { Matrix, Rows } from "../check-data.js";
import type { CodedModel } from "../coded-model.js";
import { Estimator } from "../estimator.js";
import { type PredictionMode, runRows } from "../prediction-mode.js";
import { leavesOf, predictEnsemble } from "./predict-ensemble.js";
import { toTreeMatrixOf } from "./tree-data.js";
import type { TreeEnsemble } from "./tree-ensemble.js";
import { TreePredictor } from "./tree-predictor.js";
import { decisionBits, type TreeQuantization, treeBits } from "./tree-quantization.js";
import { decisionOf } from "./tree-result.js";
import { codeDecision, codeTrees, readTreesCoded, TreesCoded } from "./trees-coded.js";
import { type FittedTrees, fittedTreesJson, readFittedTrees } from "./trees-json.js";

/**
 * What every estimator made of trees has in common: the fitted ensemble, its integer form (`nBits`), its scores. Until it is compiled
 * or calibrated it computes in double precision; from then on all modes give the same integers. `compile` takes its rows for the ranges
 * of grids. The client file carries what a client needs (docs/security.md says what that reveals); `TreeClient` reads it.
 */
export abstract class TreeModel<Params extends TreeQuantization> extends Estimator<
  Params,
  FittedTrees,
  TreeCoding
> {
  /** The fitted trees with their real thresholds and leaf values. Errors: `not-fitted`, as all getters here. */
  get ensemble(): TreeEnsemble {
    return this.fitted().ensemble;
  }

  /** The model in double precision, compiled or not. */
  get floatModel(): TreePredictor {
    return new TreePredictor(this.fitted());
  }

  /** Trees, over all rounds and classes. */
  get treeCount(): number {
    return this.ensemble.trees.length;
  }

  /** `[features]` share of the splits' gain that each feature brings; sums to 1 unless no tree splits. */
  get featureImportances(): Float64Array {
    return this.fitted().featureImportances;
  }

  /** The node that each row reaches in each tree, `[rows, trees]`. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  apply(x: Rows): Tensor {
    const path = `${this.name}.apply`;
    const { ensemble } = this.fitted(path);
    return leavesOf(ensemble, this.readRows(x, `${path} X`));
  }

  /** Integer sums `[rows, outputs]` to real scores. Errors: `not-fitted`, `bad-shape`; `bad-argument` where scores stay on the server. */
  dequantizeOutput(sums: Tensor | NestedArray): Tensor {
    const path = `${this.name}.dequantizeOutput`;
    return this.coded(path).coding.scores(this.readResults(sums, path), path);
  }

  protected override featuresOf(fitted: FittedTrees): number {
    return fitted.ensemble.features;
  }

  protected override readRows(x: Rows, path: string): Matrix {
    const { features, rule } = this.ensemble;
    return toTreeMatrixOf(features, x, rule, path);
  }

  protected override code(fitted: FittedTrees, x: Matrix): TreesCoded {
    const params = this.getParams();
    const decision = decisionOf(this.name, params, fitted);
    if (decision === undefined) return codeTrees(fitted, treeBits(this.name, params), x);
    return codeDecision(fitted, decision, decisionBits(this.name, params), x);
  }

  /** Always anew: grids take their ranges from the rows of `compile`. */
  protected override codeToCompile(
    fitted: FittedTrees,
    _coded: CodedModel<TreeCoding> | undefined,
    x: Matrix,
  ): TreesCoded {
    return this.code(fitted, x);
  }

  protected override fittedToJson(fitted: FittedTrees): JsonValue {
    return fittedTreesJson(fitted);
  }

  protected override fittedFromJson(value: unknown, path: string): FittedTrees {
    return readFittedTrees(value, path);
  }

  protected override codedFromJson(value: unknown, coding: unknown): TreesCoded {
    return readTreesCoded(value, coding);
  }

  /**
   * Share of rows whose answer differs between the fitted trees in double precision and the compiled integers, both in clear: what
   * quantization costs; of rows with several targets, of all answers. Errors: `not-fitted`, and those of `predict`.
   */
  differingShare(x: Rows): number {
    const path = `${this.name}.differingShare`;
    const fitted = this.fitted(path);
    const coded = this.coded(path);
    const { coding } = coded;
    const decision = coded instanceof TreesCoded ? coded.decision : undefined;
    const matrix = this.readRows(x, `${path} X`);
    const scores = predictEnsemble(fitted.ensemble, matrix);
    // A regressor's decision is whether its score is above a limit.
    const limits =
      decision?.kind === "bit" && fitted.meaning !== "path length" ? decision.limits : undefined;
    const expected = limits
      ? scores.data.map((score, i) => Number(score > (limits[i % limits.length] ?? 0)))
      : answersOf(fitted, scores);
    const own = coding.answers(coded.evaluate(coding.quantize(matrix, "X")));
    return own.filter((answer, row) => answer !== expected[row]).length / Math.max(1, own.length);
  }

  /**
   * One answer a row, computed where `mode` says. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, and for encrypted modes
   * `not-compiled`.
   */
  protected async answers(x: Rows, mode: PredictionMode, method: string): Promise<Float64Array> {
    const found = await this.#results(x, mode, method);
    if ("real" in found) return answersOf(this.fitted(), found.real);
    return found.coding.answers(found.results);
  }

  /** Labels of the likeliest classes `[rows, k]`, best first. Errors: those of `answers`, `bad-argument` where results do not list them. */
  protected async listedClasses(x: Rows, mode: PredictionMode, method: string): Promise<Tensor> {
    this.coded(`${this.name}.${method}`);
    const found = await this.#results(x, mode, method);
    if ("real" in found) return found.real;
    return found.coding.topClasses(found.results, `${this.name}.${method}`);
  }

  /** The ensemble's scores `[rows, outputs]`, computed where `mode` says. Errors: those of `answers`, `bad-argument` where scores stay on the server. */
  protected async scores(x: Rows, mode: PredictionMode, method: string): Promise<Tensor> {
    const found = await this.#results(x, mode, method);
    return "real" in found
      ? found.real
      : found.coding.scores(found.results, `${this.name}.${method}`);
  }

  /** Scores in double precision before the model is compiled, integer results from then on. The one place where a prediction begins. */
  async #results(x: Rows, mode: PredictionMode, method: string): Promise<Results> {
    const path = `${this.name}.${method}`;
    const { ensemble } = this.fitted(path);
    if (this.isCoded) {
      return { coding: this.coded(path).coding, results: await this.results(x, mode, path) };
    }
    const matrix = this.readRows(x, `${path} X`);
    checkOptions(mode, ["fhe", "signal", "onProgress"], path);
    const { fhe = "disable" } = mode;
    if (fhe === "disable") return { real: predictEnsemble(ensemble, matrix) };
    return { real: await runRows(undefined, matrix, { ...mode, fhe }, path) };
  }
}

type Results =
  | { readonly real: Tensor }
  | { readonly coding: TreeCoding; readonly results: Tensor };
