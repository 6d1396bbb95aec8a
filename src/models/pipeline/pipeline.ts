import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { NestedArray, Tensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import type { LoadedCircuit } from "../../circuit/loaded-circuit.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import { type Labels, notFitted, type Rows } from "../check-data.js";
import type { Benchmark } from "../estimator.js";
import type { PredictionMode } from "../prediction-mode.js";
import type { Transformer } from "../preprocessing/transformer.js";
import type { EvalSet } from "../trees/boosting/evaluation.js";
import { applySteps } from "./apply-steps.js";
import { FloatPipeline } from "./float-pipeline.js";
import { readPipelineFile, writePipelineFile } from "./pipeline-file.js";
import {
  type ComparedModel,
  type DecisionModel,
  type ListingModel,
  type PipelineModel,
  type ProbabilityModel,
  requireParts,
  type ScoredModel,
} from "./pipeline-model.js";
import { requireMethod } from "./require-method.js";
import { setStepParams, stepParams } from "./step-params.js";

/** How a pipeline treats its preprocessing. */
export interface PipelineParams {
  /**
   * `true`: affine steps (scalers, PCA) right before a linear model go into its weights, so that clients encrypt what stands before them
   * and learn nothing of them. `false` (default): clients run all steps; their numbers travel in the client file. A list says so for each
   * step; a step that is folded needs all steps after it folded too.
   */
  readonly foldPreprocessing: boolean | readonly boolean[];
}

/**
 * Transformers and a model as one.
 *
 *     const pipeline = new Pipeline([new SimpleImputer(), new StandardScaler()], new LogisticRegression()).fit(XTrain, yTrain);
 *     const circuit = await pipeline.compile(XTrain);
 *     await pipeline.predict(XTest, { fhe: "execute" });
 */
export class Pipeline<M extends PipelineModel> {
  /** The last step: what predicts. */
  readonly model: M;
  readonly #transformers: readonly Transformer<object>[];
  #params: PipelineParams;
  #steps: readonly ClientTransform[] | undefined;

  /** Errors: `bad-argument` for a parameter that there is not, and for parts that are no transformers and no model. */
  constructor(
    transformers: readonly Transformer<object>[],
    model: M,
    params: Partial<PipelineParams> = {},
  ) {
    requireParts(transformers, model);
    this.model = model;
    this.#transformers = transformers;
    checkOptions(params, ["foldPreprocessing"], "Pipeline");
    this.#params = { foldPreprocessing: false, ...params };
  }

  /** Its own parameters, and those of every step as scikit-learn names them, e.g. `ridge__alpha` (`stepNames`). */
  getParams(): PipelineParams & Readonly<Record<string, unknown>> {
    return { ...this.#params, ...stepParams(this.#named()) };
  }

  /** Changes parameters by the names that `getParams` gives; they count from the next `fit` on. Errors: `bad-argument` for one that there is not. */
  setParams(params: Readonly<Record<string, unknown>>): this {
    const own = setStepParams(
      this.#named(),
      params,
      Object.keys(this.#params),
      "Pipeline.setParams",
    );
    this.#params = { ...this.#params, ...own };
    return this;
  }

  /** Another one of steps with the same parameters, not fitted. */
  clone(): Pipeline<M> {
    const transformers = this.#transformers.map((one) => one.clone());
    return new Pipeline(transformers, this.model.clone(), this.#params);
  }

  #named() {
    return [...this.#transformers, this.model];
  }

  /** Features of the training data. Errors: `not-fitted`. */
  get nFeaturesIn(): number {
    return this.steps[0]?.inputs ?? this.model.nFeaturesIn;
  }

  /** The steps that clients run, fitted. Errors: `not-fitted`. */
  get steps(): readonly ClientTransform[] {
    if (this.#steps === undefined) throw notFitted("Pipeline");
    return this.#steps;
  }

  /** The circuit of the last `compile`, or of the file that was loaded. */
  get circuit(): Circuit | LoadedCircuit | undefined {
    return this.model.circuit;
  }

  /** Cross-validation then keeps the shares of the classes. */
  get isClassifier(): boolean {
    return this.model.isClassifier === true;
  }

  /**
   * Fits every transformer on what the ones before it give, then the model; `evalSet`, where the model takes one, goes through the steps too.
   * Errors: those of the steps, with their names; `bad-argument` for a model without `evalSet`.
   */
  fit(x: Rows, y?: Labels | Rows, sampleWeight?: Labels, evalSet?: readonly EvalSet[]): this {
    let ready: Rows = x;
    const fitted: { readonly step: ClientTransform; readonly input: Rows }[] = [];
    for (const transformer of this.#transformers) {
      const input: Rows = ready;
      ready = transformer.fitTransform(input);
      fitted.push({ step: transformer.step, input });
    }
    const judged = this.#readyToJudge(
      evalSet,
      fitted.map(({ step }) => step),
    );
    this.model.fit(ready, y, sampleWeight, judged);
    const fold = this.#foldedSteps(fitted.map(({ step }) => step));
    for (const { step, input } of fitted.slice(fitted.length - fold).reverse()) {
      if (step.affine !== undefined) this.model.foldAffine?.(step.affine, input);
    }
    this.#steps = fitted.slice(0, fitted.length - fold).map(({ step }) => step);
    return this;
  }

  /** `fit`, and the float model too, for comparison; both take raw features. Errors: those of `fit`. */
  fitBenchmark(
    x: Rows,
    y?: Labels | Rows,
    sampleWeight?: Labels,
    evalSet?: readonly EvalSet[],
  ): Benchmark<this, FloatPipeline<M["floatModel"]>> {
    return { model: this.fit(x, y, sampleWeight, evalSet), floatModel: this.floatModel };
  }

  /** The fit in double precision, compiled or not, on raw features. Errors: `not-fitted`. */
  get floatModel(): FloatPipeline<M["floatModel"]> {
    const { steps, model } = this;
    return new FloatPipeline(steps, model.floatModel, model.name);
  }

  /** `[rows, features]` as the model takes them. Errors: `not-fitted`, and those of the steps. */
  transform(x: Rows): Tensor {
    return applySteps(x, this.steps, "Pipeline X");
  }

  /** The model's circuit; its client file carries the steps. Errors: those of the model's `compile`. */
  async compile(x: Rows, options: Partial<CompileOptions> = {}): Promise<Circuit> {
    return this.model.compileWithSteps(this.transform(x), options, this.steps);
  }

  /** The model's predictions. Errors: those of the steps and of the model. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.model.predict(this.transform(x), mode);
  }

  /** The model's probabilities `[rows, classes]`. Errors: those of the steps and of the model. */
  async predictProba(
    this: Pipeline<M & ProbabilityModel>,
    x: Rows,
    mode: PredictionMode = {},
  ): Promise<Tensor> {
    requireMethod("Pipeline", this.model, this.model.name, "predictProba");
    return this.model.predictProba(this.transform(x), mode);
  }

  /** The model's scores. Errors: those of the steps and of the model. */
  async decisionFunction<D>(
    this: Pipeline<M & DecisionModel<D>>,
    x: Rows,
    mode: PredictionMode = {},
  ): Promise<D> {
    requireMethod("Pipeline", this.model, this.model.name, "decisionFunction");
    return this.model.decisionFunction(this.transform(x), mode);
  }

  /** The classes that the model's server lists, best first. Errors: those of the steps and of the model. */
  async topClasses(
    this: Pipeline<M & ListingModel>,
    x: Rows,
    mode: PredictionMode = {},
  ): Promise<Tensor> {
    requireMethod("Pipeline", this.model, this.model.name, "topClasses");
    return this.model.topClasses(this.transform(x), mode);
  }

  /** How well the model predicts. Errors: those of the steps and of the model. */
  async score(
    this: Pipeline<M & ScoredModel>,
    x: Rows,
    y: Labels | Rows,
    mode: PredictionMode = {},
  ): Promise<number> {
    requireMethod("Pipeline", this.model, this.model.name, "score");
    return this.model.score(this.transform(x), y, mode);
  }

  /** Share of rows whose answer differs between `floatModel` and the integer model. Errors: those of the steps and of the model. */
  differingShare(this: Pipeline<M & ComparedModel>, x: Rows): number {
    requireMethod("Pipeline", this.model, this.model.name, "differingShare");
    return this.model.differingShare(this.transform(x));
  }

  /** Raw features to the integers that are encrypted. Errors: those of the steps and of the model. */
  quantizeInput(x: Rows): Tensor {
    return this.model.quantizeInput(this.transform(x));
  }

  /** Integer results, as a circuit gives them, to real scores. Errors: those of the model. */
  dequantizeOutput(results: Tensor | NestedArray): Tensor {
    return this.model.dequantizeOutput(results);
  }

  /** Fitted steps, transformers with their parameters, and the model's own file in one. Errors: `not-fitted`. */
  dump(): Uint8Array<ArrayBuffer> {
    const { steps, model } = this;
    const { foldPreprocessing } = this.#params;
    const parts = { steps, transformers: this.#transformers, foldPreprocessing };
    return writePipelineFile({ ...parts, model: model.dump() });
  }

  /** Reads what `dump` wrote; `load` reads the model, e.g. `(file) => Ridge.load(file)`. Errors: `bad-argument`, `file-foreign`, `file-corrupt`, and its own. */
  static load<M extends PipelineModel>(
    file: Uint8Array,
    load: (file: Uint8Array) => M,
  ): Pipeline<M> {
    if (typeof load !== "function") {
      throw new VelumError({
        code: "bad-argument",
        path: "Pipeline.load load",
        problem: `is ${typeof load}, not a function that reads the model`,
        cure: "Pass the load of the model's class: Pipeline.load(file, (part) => Ridge.load(part))",
      });
    }
    const { steps, transformers, foldPreprocessing, model } = readPipelineFile(file);
    const pipeline = new Pipeline(transformers, load(model), { foldPreprocessing });
    pipeline.#steps = steps;
    return pipeline;
  }

  #readyToJudge(evalSet: readonly EvalSet[] | undefined, steps: readonly ClientTransform[]) {
    if (evalSet === undefined) return undefined;
    const at = "Pipeline.fit evalSet";
    if (this.model.evalsResult === undefined) {
      throw new VelumError({
        code: "bad-argument",
        path: at,
        problem: `${this.model.name} takes no rows to judge by`,
        cure: "Leave evalSet away",
      });
    }
    return evalSet.map(([x, ...rest]): EvalSet => [applySteps(x, steps, at), ...rest]);
  }

  /** How many steps at the end are folded. */
  #foldedSteps(steps: readonly ClientTransform[]): number {
    const { foldPreprocessing: fold } = this.#params;
    const linear = this.model.foldAffine !== undefined;
    const canFold = (step: ClientTransform | undefined) => linear && step?.affine !== undefined;
    let count = 0;
    if (typeof fold === "boolean") {
      while (fold && count < steps.length && canFold(steps[steps.length - 1 - count])) count++;
      return count;
    }
    while (count < steps.length && fold[steps.length - 1 - count] === true) count++;
    const wrong = steps.findIndex(
      (step, i) => fold[i] === true && (i < steps.length - count || !canFold(step)),
    );
    if (wrong < 0 && fold.length === steps.length) return count;
    throw new VelumError({
      code: "bad-argument",
      path: "Pipeline foldPreprocessing",
      problem:
        wrong < 0
          ? `has ${fold.length} entries for ${steps.length} steps`
          : `step ${wrong} cannot be folded`,
      cure: "Fold affine steps right before a linear model only, or pass true to fold what can be",
    });
  }
}
