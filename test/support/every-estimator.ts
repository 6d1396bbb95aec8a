import type { NestedArray, Tensor } from "../../src/base/tensor.js";
import {
  AdditiveClassifier,
  AdditiveRegressor,
  BernoulliNB,
  CategoricalNB,
  type Circuit,
  type CompileOptions,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  ElasticNet,
  ExtraTreesClassifier,
  ExtraTreesRegressor,
  GammaRegressor,
  GaussianNB,
  GridSearchCV,
  HistGradientBoostingClassifier,
  HistGradientBoostingRegressor,
  IsolationForest,
  Lasso,
  LinearRegression,
  LinearSVC,
  LinearSVR,
  LogisticRegression,
  MinMaxScaler,
  MultinomialNB,
  PCA,
  Pipeline,
  PoissonRegressor,
  RandomForestClassifier,
  RandomForestRegressor,
  Ridge,
  SGDClassifier,
  SGDRegressor,
  SimpleImputer,
  StandardScaler,
  TweedieRegressor,
  XGBClassifier,
  XGBRegressor,
  XGBRFClassifier,
  XGBRFRegressor,
} from "../../src/index.js";
import type { Estimator } from "../../src/models/estimator.js";
import type { PredictionMode } from "../../src/models/prediction-mode.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import type { ModelCoding } from "../../src/quantize/model-coding.js";

/** What every estimator, pipeline and grid search's result has. */
export interface Surface {
  readonly name?: string;
  readonly circuit: { close(): Promise<void> } | undefined;
  readonly nFeaturesIn: number;
  getParams(): object;
  setParams(params: object): unknown;
  compile(x: Tensor | number[][], options: Partial<CompileOptions>): Promise<Circuit>;
  predict(x: number[][], mode?: PredictionMode): Promise<Float64Array>;
  /** Of classifiers; isolation forests have scores too. */
  predictProba?(x: number[][], mode?: PredictionMode): Promise<Tensor>;
  decisionFunction?(x: number[][], mode?: PredictionMode): Promise<Tensor | Float64Array>;
  quantizeInput(x: number[][]): Tensor;
  dequantizeOutput(results: NestedArray): Tensor;
  dump(): Uint8Array<ArrayBuffer>;
}

/** What can be fitted beside its float model. */
interface Fitting extends Surface {
  fitBenchmark(x: number[][], y: number[]): Benchmarked;
}

export interface Benchmarked {
  readonly model: Surface;
  readonly floatModel: { predict(x: number[][]): Float64Array };
}

interface Class<E> {
  new (params?: object): E;
  readonly name: string;
  load(this: new () => E, file: Uint8Array, options?: Partial<CompileOptions>): E;
}

export interface Kind {
  readonly name: string;
  /** Fitted. */
  readonly model: Surface;
  readonly floatModel: Benchmarked["floatModel"];
  readonly isClassifier: boolean;
  make(params?: object): Surface;
  load(file: Uint8Array): Surface;
}

export const wasm = { runtime: "wasm", threads: 1 } as const;
const random = new SeededRandom(11);
/** Small whole numbers, so that every estimator takes them. */
export const X = Array.from({ length: 60 }, () => [
  random.nextBelow(5),
  random.nextBelow(4),
  random.nextBelow(7),
]);
const classes = X.map(([a = 0, b = 0, c = 0]) => (a + b > 4 ? 2 : c > 3 ? 1 : 0));
const sizes = X.map(([a = 0, b = 0, c = 0]) => 1 + a + b * c + random.nextBelow(3) / 4);
const trees = { nEstimators: 3, maxDepth: 3 };
const rounds = { maxIter: 3, minSamplesLeaf: 5 };
const table = { nBits: { inputs: 3, values: 5 } };

function kind<E extends Fitting & Estimator<object, unknown, ModelCoding>>(
  Own: Class<E>,
  params: object,
  y: number[] = [],
): Kind {
  const { model, floatModel } = new Own(params).fitBenchmark(X, y);
  return {
    ...{ name: Own.name, model, floatModel, isClassifier: y === classes },
    make: (own) => new Own(own),
    load: (file) => Own.load(file, wasm),
  };
}

/** One of each class. */
export const everyEstimator: readonly Kind[] = [
  kind(LinearRegression, {}, sizes),
  kind(Ridge, {}, sizes),
  kind(Lasso, { alpha: 0.1 }, sizes),
  kind(ElasticNet, { alpha: 0.1 }, sizes),
  kind(SGDRegressor, {}, sizes),
  kind(LinearSVR, {}, sizes),
  kind(PoissonRegressor, {}, sizes),
  kind(GammaRegressor, {}, sizes),
  kind(TweedieRegressor, { power: 1.5 }, sizes),
  kind(LogisticRegression, { penalty: "l1" }, classes),
  kind(LinearSVC, { classWeight: { 2: 3 } }, classes),
  kind(SGDClassifier, {}, classes),
  kind(MultinomialNB, {}, classes),
  kind(GaussianNB, table, classes),
  kind(CategoricalNB, table, classes),
  kind(BernoulliNB, table, classes),
  kind(AdditiveClassifier, table, classes),
  kind(AdditiveRegressor, table, sizes),
  kind(DecisionTreeClassifier, { maxDepth: 3 }, classes),
  kind(DecisionTreeRegressor, { maxDepth: 3 }, sizes),
  kind(RandomForestClassifier, trees, classes),
  kind(RandomForestRegressor, trees, sizes),
  kind(ExtraTreesClassifier, trees, classes),
  kind(ExtraTreesRegressor, trees, sizes),
  kind(XGBClassifier, trees, classes),
  kind(XGBRegressor, trees, sizes),
  kind(XGBRFClassifier, trees, classes),
  kind(XGBRFRegressor, trees, sizes),
  kind(HistGradientBoostingClassifier, rounds, classes),
  kind(HistGradientBoostingRegressor, rounds, sizes),
  kind(IsolationForest, { nEstimators: 3, maxSamples: 30 }),
];

const behindSteps = new Pipeline(
  [new StandardScaler(), new PCA({ nComponents: 2 })],
  new LogisticRegression({ nBits: 10 }),
  { foldPreprocessing: true },
).fitBenchmark(X, classes);
const imputed = new Pipeline([new SimpleImputer()], new XGBClassifier(trees)).fitBenchmark(
  X,
  classes,
);
const counted = new Pipeline([new MinMaxScaler()], new PoissonRegressor()).fitBenchmark(X, sizes);
const isolated = new Pipeline(
  [new StandardScaler(), new MinMaxScaler()],
  new IsolationForest({ nEstimators: 3, maxSamples: 30 }),
).fitBenchmark(X);

const overModels = new GridSearchCV((params) => new Ridge(params), {
  alpha: [0.1, 10],
  nBits: [8],
});
const overPipelines = new GridSearchCV(
  (params) => new Pipeline([new StandardScaler()], new LogisticRegression()).setParams(params),
  { logisticregression__C: [0.1, 10], standardscaler__withMean: [true] },
);
await overModels.fit(X, sizes);
await overPipelines.fit(X, classes);
const best = overPipelines.bestEstimator;

/** Pipelines, and what grid searches found. */
export const everyPipeline: readonly Kind[] = [
  {
    ...{ name: "folded steps", ...behindSteps, isClassifier: true },
    make: () => new Pipeline([new StandardScaler(), new PCA()], new LogisticRegression()),
    load: (file) => Pipeline.load(file, (model) => LogisticRegression.load(model, wasm)),
  },
  {
    ...{ name: "steps before trees", ...imputed, isClassifier: true },
    make: () => new Pipeline([new SimpleImputer()], new XGBClassifier()),
    load: (file) => Pipeline.load(file, (model) => XGBClassifier.load(model, wasm)),
  },
  {
    ...{ name: "steps before counts", ...counted, isClassifier: false },
    make: () => new Pipeline([new MinMaxScaler()], new PoissonRegressor()),
    load: (file) => Pipeline.load(file, (model) => PoissonRegressor.load(model, wasm)),
  },
  {
    ...{ name: "steps before an isolation forest", ...isolated, isClassifier: false },
    make: () => new Pipeline([new StandardScaler(), new MinMaxScaler()], new IsolationForest()),
    load: (file) => Pipeline.load(file, (model) => IsolationForest.load(model, wasm)),
  },
  {
    ...{ name: "a grid search's model", model: overModels.bestEstimator, isClassifier: false },
    floatModel: overModels.bestEstimator.floatModel,
    make: () => new Ridge(),
    load: (file) => Ridge.load(file, wasm),
  },
  {
    ...{ name: "a grid search's pipeline", model: best, isClassifier: true },
    floatModel: { predict: (x) => best.model.floatModel.predict(best.transform(x)) },
    make: () => new Pipeline([new StandardScaler()], new LogisticRegression()),
    load: (file) => Pipeline.load(file, (model) => LogisticRegression.load(model, wasm)),
  },
];
