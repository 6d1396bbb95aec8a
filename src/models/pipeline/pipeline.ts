import { strToU8 } from "fflate";
import { archiveFile, archiveText, packArchive, unpackArchive } from "../../artifact/archive.js";
import { parseJson } from "../../artifact/json-fields.js";
import { VelumError } from "../../base/error.js";
import { type NestedArray, type Tensor, toTensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import type { LoadedCircuit } from "../../circuit/loaded-circuit.js";
import type { AffineMap, ClientTransform } from "../../quantize/transforms/client-transform.js";
import { readTransforms } from "../../quantize/transforms/read-transform.js";
import { type Labels, notFitted, type Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import type { Transformer } from "../preprocessing/transformer.js";
import type { EvalSet } from "../trees/boosting/evaluation.js";

/** What a pipeline asks of its model. */
export interface PipelineModel {
  readonly name: string;
  readonly circuit: Circuit | LoadedCircuit | undefined;
  /** True for classifiers: cross-validation then keeps the shares of the classes. */
  readonly isClassifier?: boolean;
  fit(x: Rows, y?: Labels | Rows, sampleWeight?: Labels, evalSet?: readonly EvalSet[]): unknown;
  predict(x: Rows, mode?: PredictionMode): Promise<Float64Array>;
  quantizeInput(x: Rows): Tensor;
  dequantizeOutput(results: Tensor | NestedArray): Tensor;
  compileWithSteps(
    x: Rows,
    options: Partial<CompileOptions>,
    steps: readonly ClientTransform[],
  ): Promise<Circuit>;
  dump(): Uint8Array<ArrayBuffer>;
  /** Takes an affine step before it into its weights; only linear models can. */
  foldAffine?(map: AffineMap, x: Rows): unknown;
  /** Only models that judge their rounds have an `evalSet`. */
  evalsResult?(): unknown;
}

/** A model with probabilities. */
interface ProbabilityModel extends PipelineModel {
  predictProba(x: Rows, mode?: PredictionMode): Promise<Tensor>;
}

/** A model with scores of its own. */
interface DecisionModel<D> extends PipelineModel {
  decisionFunction(x: Rows, mode?: PredictionMode): Promise<D>;
}

/** A model that can be judged; isolation forests cannot. */
interface ScoredModel extends PipelineModel {
  score(x: Rows, y: Labels | Rows, mode?: PredictionMode): Promise<number>;
}

/** How a pipeline treats its preprocessing. */
export interface PipelineParams {
  /**
   * `true`: affine steps (scalers, PCA) right before a linear model go into its weights, so that clients encrypt what stands before them
   * and learn nothing of them. `false` (default): clients run all steps; their numbers travel in the client file. A list says so for each
   * step; a step that is folded needs all steps after it folded too.
   */
  readonly foldPreprocessing: boolean | readonly boolean[];
}

/** Largest pipeline file, unpacked. */
const largestBytes = 2 ** 30;
const path = "pipeline file";

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
  readonly #params: PipelineParams;
  #steps: readonly ClientTransform[] | undefined;

  /** Errors: `bad-argument` where a step cannot be folded. */
  constructor(
    transformers: readonly Transformer<object>[],
    model: M,
    params: Partial<PipelineParams> = {},
  ) {
    this.model = model;
    this.#transformers = transformers;
    this.#params = { foldPreprocessing: false, ...params };
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

  /** `[rows, features]` as the model takes them. Errors: `not-fitted`, and those of the steps. */
  transform(x: Rows): Tensor {
    return transformed(x, this.steps, "Pipeline X");
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
    return this.model.predictProba(this.transform(x), mode);
  }

  /** The model's scores. Errors: those of the steps and of the model. */
  async decisionFunction<D>(
    this: Pipeline<M & DecisionModel<D>>,
    x: Rows,
    mode: PredictionMode = {},
  ): Promise<D> {
    return this.model.decisionFunction(this.transform(x), mode);
  }

  /** How well the model predicts. Errors: those of the steps and of the model. */
  async score(
    this: Pipeline<M & ScoredModel>,
    x: Rows,
    y: Labels | Rows,
    mode: PredictionMode = {},
  ): Promise<number> {
    return this.model.score(this.transform(x), y, mode);
  }

  /** Raw features to the integers that are encrypted. Errors: those of the steps and of the model. */
  quantizeInput(x: Rows): Tensor {
    return this.model.quantizeInput(this.transform(x));
  }

  /** Integer results, as a circuit gives them, to real scores. Errors: those of the model. */
  dequantizeOutput(results: Tensor | NestedArray): Tensor {
    return this.model.dequantizeOutput(results);
  }

  /** Fitted steps and the model's own file in one. Errors: `not-fitted`. */
  dump(): Uint8Array<ArrayBuffer> {
    const steps = strToU8(JSON.stringify(this.steps));
    return packArchive({ "steps.json": steps, "model.zip": this.model.dump() });
  }

  /** Reads what `dump` wrote; `load` reads the model, e.g. `(file) => Ridge.load(file)`. Errors: `file-foreign`, `file-corrupt`, and its own. */
  static load<M extends PipelineModel>(
    file: Uint8Array,
    load: (file: Uint8Array) => M,
  ): Pipeline<M> {
    const files = unpackArchive(file, path, largestBytes);
    const steps = parseJson(archiveText(files, "steps.json", path), path, "steps.json");
    const pipeline = new Pipeline([], load(archiveFile(files, "model.zip", path)));
    pipeline.#steps = readTransforms(steps, path);
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
    return evalSet.map(([x, ...rest]): EvalSet => [transformed(x, steps, at), ...rest]);
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

function transformed(x: Rows, steps: readonly ClientTransform[], path: string): Tensor {
  return steps.reduce<Tensor>((z, step) => step.apply(z, path), toTensor(x, path));
}
