import { VelumError } from "../../base/error.js";
import type { NestedArray, Tensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import type { LoadedCircuit } from "../../circuit/loaded-circuit.js";
import type { AffineMap, ClientTransform } from "../../quantize/transforms/client-transform.js";
import type { Labels, Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import type { Transformer } from "../preprocessing/transformer.js";
import type { EvalSet } from "../trees/boosting/evaluation.js";
import type { FloatPredictor } from "./float-pipeline.js";

/** What a pipeline asks of its model. */
export interface PipelineModel {
  readonly name: string;
  readonly circuit: Circuit | LoadedCircuit | undefined;
  readonly nFeaturesIn: number;
  /** The fit in double precision. */
  readonly floatModel: FloatPredictor;
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
  getParams(): object;
  setParams(params: object): unknown;
  clone(): this;
  dump(): Uint8Array<ArrayBuffer>;
  /** Takes an affine step before it into its weights; only linear models can. */
  foldAffine?(map: AffineMap, x: Rows): unknown;
  /** Only models that judge their rounds have an `evalSet`. */
  evalsResult?(): unknown;
}

/** Refuses what JavaScript may pass in place of transformers and a model. Errors: `bad-argument`. */
export function requireParts(
  transformers: readonly Transformer<object>[],
  model: PipelineModel,
): void {
  const wrong = Array.isArray(transformers)
    ? transformers.findIndex((one) => typeof one?.fitTransform !== "function")
    : 0;
  if (wrong < 0 && typeof model?.compileWithSteps === "function") return;
  throw new VelumError({
    code: "bad-argument",
    path: "Pipeline",
    problem:
      wrong < 0 ? "the last part is no model" : `part ${wrong} of the list is no transformer`,
    cure: "Pass a list of transformers, and the model apart: new Pipeline([new StandardScaler()], new Ridge())",
  });
}

/** A model with probabilities. */
export interface ProbabilityModel extends PipelineModel {
  predictProba(x: Rows, mode?: PredictionMode): Promise<Tensor>;
}

/** A model with scores of its own. */
export interface DecisionModel<D> extends PipelineModel {
  decisionFunction(x: Rows, mode?: PredictionMode): Promise<D>;
}

/** A model that can be judged; isolation forests cannot. */
export interface ScoredModel extends PipelineModel {
  score(x: Rows, y: Labels | Rows, mode?: PredictionMode): Promise<number>;
}

/** A model whose server may list classes. */
export interface ListingModel extends PipelineModel {
  topClasses(x: Rows, mode?: PredictionMode): Promise<Tensor>;
}

/** A model that tells how often its integers answer otherwise than its fit in double precision. */
export interface ComparedModel extends PipelineModel {
  differingShare(x: Rows): number;
}
