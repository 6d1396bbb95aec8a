import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { type Labels, notFitted, type Rows, toLabels } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import {
  checkJudging,
  crossValScore,
  type Judged,
  type JudgeParams,
  noModel,
} from "./cross-validate.js";

/** Values to try, a list for each parameter. */
export type Grid<P> = { readonly [Name in keyof P]?: readonly P[Name][] };

/** A model with probabilities. */
interface Probable {
  predictProba(x: Rows, mode?: PredictionMode): Promise<Tensor>;
}

/** What gives a model for parameters: a function, or a model whose copies get them; it is left as it is. */
export type GridMaker<P, M> =
  | ((params: Partial<P>) => M)
  | (M & { clone(): M & { setParams(params: Partial<P>): unknown } });

/** One point of the grid with its scores. */
export interface GridResult<P> {
  readonly params: Partial<P>;
  readonly meanTestScore: number;
  readonly scores: Float64Array;
}

/**
 * Tries every combination of parameters by cross-validation and keeps the best one, fitted on all rows.
 *
 *     const search = new GridSearchCV(new Ridge(), { alpha: [0.1, 1, 10], nBits: [6, 8] });
 *     await search.fit(X, y);
 *     search.bestParams; search.bestEstimator;
 *
 * `nBits` may stand in the grid: scores are those of the quantized model.
 */
export class GridSearchCV<P extends object, M extends Judged> {
  readonly #make: (params: Partial<P>) => M;
  readonly #grid: Grid<P>;
  readonly #judge: JudgeParams;
  #results: readonly GridResult<P>[] = [];
  #best: { readonly result: GridResult<P>; readonly estimator: M } | undefined;

  /** `model`: an estimator or a pipeline, or a function that makes one from parameters. Errors: `bad-argument`. */
  constructor(model: GridMaker<P, M>, grid: Grid<P>, judge: JudgeParams = {}) {
    checkJudging(judge, "GridSearchCV");
    this.#make = makerOf(model);
    this.#grid = grid;
    this.#judge = judge;
  }

  /** Errors: those of the models; `bad-argument` for an empty list in the grid. */
  async fit(x: Rows, y: Labels): Promise<this> {
    const results: GridResult<P>[] = [];
    for (const params of combinations(this.#grid)) {
      const scores = await crossValScore(() => this.#make(params), x, y, this.#judge);
      const meanTestScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      results.push({ params, meanTestScore, scores });
    }
    const [first, ...others] = results;
    if (first === undefined) throw emptyGrid();
    const result = others.reduce(
      (best, next) => (next.meanTestScore > best.meanTestScore ? next : best),
      first,
    );
    const estimator = this.#make(result.params);
    estimator.fit(x, y, this.#judge.sampleWeight);
    this.#results = results;
    this.#best = { result, estimator };
    return this;
  }

  /** All combinations in the order of the grid. */
  get results(): readonly GridResult<P>[] {
    return this.#results;
  }

  /** The first one of equally good combinations. Errors: `not-fitted`, as all getters here. */
  get bestParams(): Partial<P> {
    return this.#need().result.params;
  }

  /** Mean score of the best combination over the folds. */
  get bestScore(): number {
    return this.#need().result.meanTestScore;
  }

  /** Folds of the cross-validation. */
  get nSplits(): number {
    return this.#need().result.scores.length;
  }

  /** Its place in `results`. */
  get bestIndex(): number {
    return this.results.indexOf(this.#need().result);
  }

  /** The best estimator's predictions. Errors: its own, and `not-fitted`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.bestEstimator.predict(x, mode);
  }

  /** The best estimator's probabilities `[rows, classes]`. Errors: its own, and `not-fitted`. */
  async predictProba(
    this: GridSearchCV<P, M & Probable>,
    x: Rows,
    mode: PredictionMode = {},
  ): Promise<Tensor> {
    return this.bestEstimator.predictProba(x, mode);
  }

  /** How well the best estimator predicts: by `scoring`, or its own `score`. Errors: its own, and `not-fitted`. */
  async score(x: Rows, y: Labels, mode: PredictionMode = {}): Promise<number> {
    const { scoring } = this.#judge;
    const best = this.bestEstimator;
    if (scoring === undefined) return best.score(x, y, mode);
    const predicted = await best.predict(x, mode);
    return scoring(toLabels(y, predicted.length, "GridSearchCV.score y"), predicted);
  }

  /** The best combination, fitted on all rows. It is compiled and dumped as any other. */
  get bestEstimator(): M {
    return this.#need().estimator;
  }

  #need() {
    if (this.#best === undefined) throw notFitted("GridSearchCV");
    return this.#best;
  }
}

function makerOf<P, M>(model: GridMaker<P, M>): (params: Partial<P>) => M {
  if (typeof model === "function") return model;
  if (typeof model?.clone !== "function") throw noModel("GridSearchCV");
  return (params) => {
    const fresh = model.clone();
    fresh.setParams(params);
    return fresh;
  };
}

function combinations<P extends object>(grid: Grid<P>): Partial<P>[] {
  let points: Partial<P>[] = [{}];
  for (const name in grid) {
    const values = grid[name];
    if (values === undefined) continue;
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points;
}

function emptyGrid(): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: "GridSearchCV grid",
    problem: "a list of values is empty",
    cure: "Pass at least one value for each parameter",
  });
}
