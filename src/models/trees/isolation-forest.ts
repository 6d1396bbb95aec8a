import { anomalyScores } from "../../quantize/tree-coding.js";
import type { Rows } from "../check-data.js";
import type { Benchmark } from "../estimator.js";
import type { PredictionMode } from "../prediction-mode.js";
import { cartRule } from "./cart/cart-ensemble.js";
import {
  badParam,
  checkParams,
  countCure,
  countOrShareCure,
  isCount,
  isCountOrShare,
  isSeed,
  seedCure,
} from "./check-params.js";
import { fitIsolation } from "./fit-isolation.js";
import { predictEnsemble } from "./predict-ensemble.js";
import { linearQuantile } from "./quantile.js";
import { toFloat32Columns, toTreeMatrix } from "./tree-data.js";
import { TreeModel } from "./tree-model.js";
import type { TreePredictor } from "./tree-predictor.js";
import { type TreeQuantization, treeQuantizationDefaults } from "./tree-quantization.js";

/** Settings of an `IsolationForest`; names and defaults of scikit-learn. Counts below 1 are shares. */
export interface IsolationForestParams extends TreeQuantization {
  readonly nEstimators: number;
  /** Rows that a tree sees; `"auto"`: 256 or all if fewer; null: all. */
  readonly maxSamples: number | "auto" | null;
  /** Share (above 0 to 0.5) of the training rows to call outliers, or `"auto"` for the paper's limit. */
  readonly contamination: number | "auto";
  /** Features that a tree sees; null: all. */
  readonly maxFeatures: number | null;
  /** Draws rows with replacement. */
  readonly bootstrap: boolean;
  readonly randomState: number;
}

const defaults: IsolationForestParams = {
  ...treeQuantizationDefaults,
  nEstimators: 100,
  maxSamples: "auto",
  contamination: "auto",
  maxFeatures: null,
  bootstrap: false,
  randomState: 0,
};

/**
 * Finds rows that are few and different: random cuts isolate them early (Liu, Ting, Zhou, ICDM 2008). The trees add path lengths;
 * the map from length to score is the client's. The same data, settings and seed give scikit-learn's scores.
 *
 *     const forest = new IsolationForest({ contamination: 0.05 }).fit(X);
 *     await forest.predict(X);          // 1 for inliers, -1 for outliers
 */
export class IsolationForest extends TreeModel<IsolationForestParams> {
  constructor(params: Partial<IsolationForestParams> = {}) {
    super("IsolationForest", defaults, params);
  }

  /** Fits to `x` (`[rows, features]`). Errors: `bad-shape`, `not-a-number`, `out-of-range`, `bad-argument` (settings). */
  fit(x: Rows): this {
    const params = this.getParams();
    this.checkParams();
    const { nEstimators, maxSamples, contamination, maxFeatures, bootstrap, randomState } = params;
    const matrix = toTreeMatrix(x, cartRule, `${this.name}.fit X`);
    const { rows, columns } = matrix;
    if (maxFeatures !== null && maxFeatures > columns) {
      throw badParam(
        this.name,
        "maxFeatures",
        maxFeatures,
        `Pass at most ${columns}, or null for all`,
      );
    }
    const wanted = maxSamples === "auto" ? 256 : (maxSamples ?? rows);
    const ensemble = fitIsolation(toFloat32Columns(matrix), rows, {
      nEstimators,
      samples: wanted < 1 ? Math.max(1, Math.floor(wanted * rows)) : Math.min(wanted, rows),
      features: countOf(maxFeatures ?? columns, columns),
      bootstrap,
      randomState,
    });
    const offset =
      contamination === "auto"
        ? -0.5
        : linearQuantile(anomalyScores(predictEnsemble(ensemble, matrix).data), contamination);
    return this.adopt({
      offset,
      ensemble,
      meaning: "path length",
      classes: new Float64Array(0),
      featureImportances: new Float64Array(columns),
    });
  }

  protected override checkParams(): void {
    checkIsolation(this.name, this.getParams());
  }

  /** `fit`, then 1 for inliers and -1 for outliers of the same rows. Errors: those of `fit`. */
  async fitPredict(x: Rows): Promise<Float64Array> {
    return this.fit(x).predict(x);
  }

  /** `fit`, and the float model too: it stays in double precision when this one is compiled. Errors: those of `fit`. */
  fitBenchmark(x: Rows): Benchmark<this, TreePredictor> {
    return { model: this.fit(x), floatModel: this.floatModel };
  }

  /** Scores below this are outliers. */
  get offset(): number {
    return this.fitted().offset ?? 0;
  }

  /** Scores `[rows]` from -1 (alone at once) to 0. Errors: those of `predict`. */
  async scoreSamples(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return anomalyScores((await this.scores(x, mode, "scoreSamples")).data);
  }

  /** `scoreSamples` less `offset`: below 0 for outliers. Errors: those of `predict`. */
  async decisionFunction(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const { data } = await this.scores(x, mode, "decisionFunction");
    return anomalyScores(data).map((score) => score - this.offset);
  }

  /** 1 for inliers, -1 for outliers. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.answers(x, mode, "predict");
  }
}

function countOf(value: number, all: number): number {
  return value < 1 ? Math.max(1, Math.floor(value * all)) : value;
}

function checkIsolation(owner: string, params: IsolationForestParams): void {
  checkParams<IsolationForestParams>(owner, params, [
    { name: "nEstimators", good: isCount, cure: countCure },
    { name: "maxSamples", good: isCountOrShare, cure: countOrShareCure, orOther: true },
    { name: "maxFeatures", good: isCountOrShare, cure: countOrShareCure, orOther: true },
    {
      name: "contamination",
      good: (value) => value > 0 && value <= 0.5,
      cure: 'Pass a share above 0 and at most 0.5, or "auto"',
      orOther: true,
    },
    { name: "randomState", good: isSeed, cure: seedCure },
  ]);
}
