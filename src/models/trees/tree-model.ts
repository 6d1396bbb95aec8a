import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { notFitted, type Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import { leavesOf, predictEnsemble } from "./predict-ensemble.js";
import { toTreeMatrixOf } from "./tree-data.js";
import type { TreeEnsemble } from "./tree-ensemble.js";

/** How the sums of an ensemble become answers; the client's last step, after decryption. */
export type ScoreMeaning =
  /** One share a class, summing to 1. */
  | "probabilities"
  /** One score: its logistic function is the second class's probability. */
  | "logistic"
  /** One score a class: their softmax is the probabilities. */
  | "softmax"
  /** The score is the target. */
  | "identity"
  /** The score is the target's logarithm. */
  | "exponential"
  /** The score is an isolation forest's path length over that of a random tree. */
  | "path length";

/** What fitting a tree estimator gives, as data. */
export interface FittedTrees {
  readonly ensemble: TreeEnsemble;
  readonly meaning: ScoreMeaning;
  /** Labels ascending; empty for regressors. */
  readonly classes: Float64Array;
  /** `[features]`, sums to 1 unless no tree splits. */
  readonly featureImportances: Float64Array;
}

/** What every estimator made of trees has in common: parameters, the fitted ensemble, its scores. */
export abstract class TreeModel<Params extends object> {
  /** The class's name, for errors. */
  protected abstract readonly name: string;
  #params: Params;
  #fitted: FittedTrees | undefined;

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

  protected keep(fitted: FittedTrees): this {
    this.#fitted = fitted;
    return this;
  }

  protected fitted(method?: string): FittedTrees {
    if (this.#fitted !== undefined) return this.#fitted;
    throw notFitted(method === undefined ? this.name : `${this.name}.${method}`);
  }

  /**
   * The ensemble's scores `[rows, outputs]`, computed where `mode` says. The one place where a prediction begins.
   * Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, and for encrypted modes `not-compiled`.
   */
  protected async scores(x: Rows, mode: PredictionMode, method: string): Promise<Tensor> {
    const { ensemble } = this.fitted(method);
    const path = `${this.name}.${method}`;
    const matrix = toTreeMatrixOf(ensemble.features, x, ensemble.rule, `${path} X`);
    const { fhe = "disable" } = mode;
    if (fhe === "disable") return predictEnsemble(ensemble, matrix);
    throw new VelumError({
      code: "not-compiled",
      path,
      problem: `needs a compiled model for fhe "${fhe}"`,
      cure: "Call compile(X) after fit",
    });
  }
}
