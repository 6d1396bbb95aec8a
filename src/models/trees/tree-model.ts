import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import type { LoadedCircuit } from "../../circuit/loaded-circuit.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import { answersOf } from "../../quantize/tree-coding.js";
import { type Matrix, notFitted, type Rows } from "../check-data.js";
import { compileCoded, reopenCoded } from "../compile-coded.js";
import { type ModelParts, readModelFile, writeModelFile } from "../model-file.js";
import { type PredictionMode, runRows } from "../prediction-mode.js";
import { leavesOf, predictEnsemble } from "./predict-ensemble.js";
import { toTreeMatrixOf } from "./tree-data.js";
import type { TreeEnsemble } from "./tree-ensemble.js";
import { TreePredictor } from "./tree-predictor.js";
import { decisionBits, type TreeQuantization, treeBits } from "./tree-quantization.js";
import { decisionOf } from "./tree-result.js";
import { codeDecision, codeTrees, readTreesCoded, type TreesCoded } from "./trees-coded.js";
import { type FittedTrees, fittedTreesJson, readFittedTrees } from "./trees-json.js";

/**
 * What every estimator made of trees has in common: parameters, the fitted ensemble, compilation, its scores, files. Until it is
 * compiled it computes in double precision; from then on all modes give the same integers.
 */
export abstract class TreeModel<Params extends TreeQuantization> {
  /** The class's name, for errors and files. */
  abstract readonly name: string;
  #params: Params;
  #fitted: FittedTrees | undefined;
  #coded: TreesCoded | undefined;
  #circuit: Circuit | LoadedCircuit | undefined;

  protected constructor(params: Params) {
    this.#params = params;
  }

  getParams(): Params {
    return this.#params;
  }

  /** Changes settings; they count from the next `fit` on. */
  setParams(params: Partial<Params>): this {
    this.#params = { ...this.#params, ...params };
    return this;
  }

  /** The fitted trees with their real thresholds and leaf values. Errors: `not-fitted`, as all getters here. */
  get ensemble(): TreeEnsemble {
    return this.fitted().ensemble;
  }

  /** The model in double precision, compiled or not. */
  get floatModel(): TreePredictor {
    return new TreePredictor(this.fitted());
  }

  get treeCount(): number {
    return this.ensemble.trees.length;
  }

  get nFeaturesIn(): number {
    return this.ensemble.features;
  }

  /** `[features]` share of the splits' gain that each feature brings; sums to 1 unless no tree splits. */
  get featureImportances(): Float64Array {
    return this.fitted().featureImportances;
  }

  /** The node that each row reaches in each tree, `[rows, trees]`. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  apply(x: Rows): Tensor {
    const { ensemble } = this.fitted("apply");
    const path = `${this.name}.apply X`;
    return leavesOf(ensemble, toTreeMatrixOf(ensemble.features, x, ensemble.rule, path));
  }

  /** The circuit of the last `compile`, or of the file that `load` read. */
  get circuit(): Circuit | LoadedCircuit | undefined {
    return this.#circuit;
  }

  /**
   * Quantizes the trees (`nBits`) and compiles them for one encrypted row. `x` gives the ranges of grids and the inputset; whatever a
   * client can encrypt is computed exactly. The circuit's `clientFile` carries what a client needs (docs/security.md says what that
   * reveals); `TreeClient` reads it. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `bad-argument` (nBits), `no-parameters`.
   * Cost: below a second for 100 trees. Close the circuit when it is no longer used.
   */
  async compile(x: Rows, options: Partial<CompileOptions> = {}): Promise<Circuit> {
    return this.compileWithSteps(x, options, []);
  }

  /** `compile`, with preprocessing that the client runs before it quantizes; `x` has been through it. */
  async compileWithSteps(
    x: Rows,
    options: Partial<CompileOptions>,
    steps: readonly ClientTransform[],
  ): Promise<Circuit> {
    const path = `${this.name}.compile`;
    const fitted = this.fitted("compile");
    const { ensemble } = fitted;
    const matrix = toTreeMatrixOf(ensemble.features, x, ensemble.rule, `${path} X`);
    const decision = decisionOf(this.name, this.#params, fitted);
    const coded =
      decision === undefined
        ? codeTrees(fitted, treeBits(this.name, this.#params), matrix)
        : codeDecision(fitted, decision, decisionBits(this.name, this.#params), matrix);
    const q = coded.coding.quantize(matrix, `${path} X`);
    this.#circuit = await compileCoded(coded, q, options, steps);
    this.#coded = coded;
    return this.#circuit;
  }

  /** Rows of features to the integers `[rows, columns]` that are encrypted. Errors: `not-compiled`, `bad-shape`, `not-a-number`. */
  quantizeInput(x: Rows): Tensor {
    const { coding } = this.#needCoded("quantizeInput");
    const { features, rule } = this.ensemble;
    const path = `${this.name}.quantizeInput X`;
    return coding.quantize(toTreeMatrixOf(features, x, rule, path), path);
  }

  /** Integer sums `[rows, outputs]` to real scores. Errors: `not-compiled`. */
  dequantizeOutput(sums: Tensor): Tensor {
    return this.#needCoded("dequantizeOutput").coding.scores(sums, `${this.name}.dequantizeOutput`);
  }

  /**
   * The model as one file that `load` of the same class reads: parameters, trees and, once compiled, both files of the circuit, so that
   * nothing is compiled again. It holds the trees in clear. Errors: `not-fitted`.
   */
  dump(): Uint8Array<ArrayBuffer> {
    const fitted = fittedTreesJson(this.fitted("dump"));
    const coded = this.#coded;
    const form = coded === undefined ? null : { model: coded.toJSON(), coding: coded.coding };
    const params = JSON.parse(JSON.stringify(this.#params));
    return writeModelFile({ name: this.name, params, fitted, coded: form }, this.#circuit);
  }

  /**
   * Reads what `dump` wrote. The server's part of it is code that will be executed: load only files whose origin you know.
   * `options` say where the circuit runs. Errors: `file-foreign`, `file-corrupt`, `file-too-large`, `file-kind` (another class's file).
   */
  static load<T extends TreeModel<TreeQuantization>>(
    this: new () => T,
    file: Uint8Array,
    options: Partial<CompileOptions> = {},
  ): T {
    const model = new this();
    model.restore(readModelFile(file, model.name), options);
    return model;
  }

  protected restore(parts: ModelParts, options: Partial<CompileOptions>): void {
    const params: Partial<Params> = JSON.parse(JSON.stringify(parts.params));
    this.setParams(params);
    this.#fitted = readFittedTrees(parts.fitted, "model file");
    const { coded, files } = parts;
    this.#coded = coded === undefined ? undefined : readTreesCoded(coded.model, coded.coding);
    this.#circuit =
      files === undefined || this.#coded === undefined
        ? undefined
        : reopenCoded(this.#coded, files, options);
  }

  protected keep(fitted: FittedTrees): this {
    this.#fitted = fitted;
    this.#coded = undefined;
    this.#circuit = undefined;
    return this;
  }

  #needCoded(method: string): TreesCoded {
    this.fitted(method);
    if (this.#coded !== undefined) return this.#coded;
    throw new VelumError({
      code: "not-compiled",
      path: `${this.name}.${method}`,
      problem: "has no integers before the model is compiled",
      cure: "Call compile(X) after fit",
    });
  }

  protected fitted(method?: string): FittedTrees {
    if (this.#fitted !== undefined) return this.#fitted;
    throw notFitted(method === undefined ? this.name : `${this.name}.${method}`);
  }

  /**
   * Share of rows whose answer differs between the fitted trees in double precision and the compiled integers, both in clear: what
   * quantization costs. Errors: `not-compiled`, and those of `predict`.
   */
  differingShare(x: Rows): number {
    const method = "differingShare";
    const fitted = this.fitted(method);
    const coded = this.#needCoded(method);
    const { coding, decision } = coded;
    const matrix = this.#matrixOf(x, method);
    const scores = predictEnsemble(fitted.ensemble, matrix);
    // A regressor's decision is whether its score is above a limit.
    const isTarget = decision?.kind === "bit" && fitted.meaning !== "path length";
    const expected = isTarget
      ? scores.data.map((score) => Number(score > decision.above))
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
    this.#needCoded(method);
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
    const { ensemble } = this.fitted(method);
    const path = `${this.name}.${method}`;
    const matrix = this.#matrixOf(x, method);
    checkOptions(mode, ["fhe", "signal", "onProgress"], path);
    const { fhe = "disable" } = mode;
    const coded = this.#coded;
    if (coded === undefined) {
      if (fhe === "disable") return { real: predictEnsemble(ensemble, matrix) };
      return { real: await runRows(undefined, matrix, { ...mode, fhe }, path) };
    }
    const { coding } = coded;
    const q = coding.quantize(matrix, `${path} X`);
    const results =
      fhe === "disable"
        ? coded.evaluate(q)
        : await runRows(this.#circuit, q, { ...mode, fhe }, path);
    return { coding, results };
  }

  #matrixOf(x: Rows, method: string): Matrix {
    const { features, rule } = this.ensemble;
    return toTreeMatrixOf(features, x, rule, `${this.name}.${method} X`);
  }
}

type Results =
  | { readonly real: Tensor }
  | { readonly coding: TreesCoded["coding"]; readonly results: Tensor };
