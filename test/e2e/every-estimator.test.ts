// What every estimator promises, one after the other: three modes that agree, a file that runs again, and refusals with a cure.
import assert from "node:assert/strict";
import { test } from "node:test";
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
  HistGradientBoostingClassifier,
  HistGradientBoostingRegressor,
  IsolationForest,
  Lasso,
  LinearRegression,
  LinearSVC,
  LinearSVR,
  LogisticRegression,
  MultinomialNB,
  PoissonRegressor,
  RandomForestClassifier,
  RandomForestRegressor,
  Ridge,
  SGDClassifier,
  SGDRegressor,
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
import { rejected } from "../support/refused.js";

interface Surface {
  readonly name: string;
  readonly circuit: { close(): Promise<void> } | undefined;
  getParams(): object;
  compile(x: Tensor | number[][], options: Partial<CompileOptions>): Promise<Circuit>;
  predict(x: number[][], mode?: PredictionMode): Promise<Float64Array>;
  quantizeInput(x: number[][]): Tensor;
  dequantizeOutput(results: NestedArray): Tensor;
  dump(): Uint8Array<ArrayBuffer>;
}

interface Class<E> {
  new (params?: object): E;
  readonly name: string;
  load(this: new () => E, file: Uint8Array, options?: Partial<CompileOptions>): E;
}

interface Kind {
  readonly name: string;
  readonly model: Surface;
  make(params?: object): Surface;
  load(file: Uint8Array): Surface;
}

function kind<E extends Surface & Estimator<object, unknown, ModelCoding>>(
  Own: Class<E>,
  model: E,
): Kind {
  return {
    ...{ name: Own.name, model, make: (params) => new Own(params) },
    load: (file) => Own.load(file, wasm),
  };
}

const wasm = { runtime: "wasm", threads: 1 } as const;
const random = new SeededRandom(11);
// Small whole numbers, so that every estimator takes them.
const X = Array.from({ length: 60 }, () => [
  random.nextBelow(5),
  random.nextBelow(4),
  random.nextBelow(7),
]);
const classes = X.map(([a = 0, b = 0, c = 0]) => (a + b > 4 ? 2 : c > 3 ? 1 : 0));
const sizes = X.map(([a = 0, b = 0, c = 0]) => 1 + a + b * c + random.nextBelow(3) / 4);
const trees = { nEstimators: 3, maxDepth: 3 };
const rounds = { maxIter: 3, minSamplesLeaf: 5 };
const table = { nBits: { inputs: 3, values: 5 } };

const fitted: readonly Kind[] = [
  kind(LinearRegression, new LinearRegression().fit(X, sizes)),
  kind(Ridge, new Ridge().fit(X, sizes)),
  kind(Lasso, new Lasso({ alpha: 0.1 }).fit(X, sizes)),
  kind(ElasticNet, new ElasticNet({ alpha: 0.1 }).fit(X, sizes)),
  kind(SGDRegressor, new SGDRegressor().fit(X, sizes)),
  kind(LinearSVR, new LinearSVR().fit(X, sizes)),
  kind(PoissonRegressor, new PoissonRegressor().fit(X, sizes)),
  kind(GammaRegressor, new GammaRegressor().fit(X, sizes)),
  kind(TweedieRegressor, new TweedieRegressor({ power: 1.5 }).fit(X, sizes)),
  kind(LogisticRegression, new LogisticRegression({ penalty: "l1" }).fit(X, classes)),
  kind(LinearSVC, new LinearSVC({ classWeight: { 2: 3 } }).fit(X, classes)),
  kind(SGDClassifier, new SGDClassifier().fit(X, classes)),
  kind(MultinomialNB, new MultinomialNB().fit(X, classes)),
  kind(GaussianNB, new GaussianNB(table).fit(X, classes)),
  kind(CategoricalNB, new CategoricalNB(table).fit(X, classes)),
  kind(BernoulliNB, new BernoulliNB(table).fit(X, classes)),
  kind(AdditiveClassifier, new AdditiveClassifier(table).fit(X, classes)),
  kind(AdditiveRegressor, new AdditiveRegressor(table).fit(X, sizes)),
  kind(DecisionTreeClassifier, new DecisionTreeClassifier({ maxDepth: 3 }).fit(X, classes)),
  kind(DecisionTreeRegressor, new DecisionTreeRegressor({ maxDepth: 3 }).fit(X, sizes)),
  kind(RandomForestClassifier, new RandomForestClassifier(trees).fit(X, classes)),
  kind(RandomForestRegressor, new RandomForestRegressor(trees).fit(X, sizes)),
  kind(ExtraTreesClassifier, new ExtraTreesClassifier(trees).fit(X, classes)),
  kind(ExtraTreesRegressor, new ExtraTreesRegressor(trees).fit(X, sizes)),
  kind(XGBClassifier, new XGBClassifier(trees).fit(X, classes)),
  kind(XGBRegressor, new XGBRegressor(trees).fit(X, sizes)),
  kind(XGBRFClassifier, new XGBRFClassifier(trees).fit(X, classes)),
  kind(XGBRFRegressor, new XGBRFRegressor(trees).fit(X, sizes)),
  kind(HistGradientBoostingClassifier, new HistGradientBoostingClassifier(rounds).fit(X, classes)),
  kind(HistGradientBoostingRegressor, new HistGradientBoostingRegressor(rounds).fit(X, sizes)),
  kind(IsolationForest, new IsolationForest({ nEstimators: 3, maxSamples: 30 }).fit(X)),
];
const some = X.slice(0, 2);

for (const { name, model, make, load } of fitted) {
  test(`${name}: three modes and a copy give the same, and its steps can be taken one by one`, async () => {
    assert.equal(model.name, name);
    await rejected(
      () => model.predict(some, { fhe: "execute" }),
      "not-compiled",
      /Call compile\(X\) after fit/,
    );
    const circuit = await model.compile(X, wasm);
    const clear = await model.predict(some);
    assert.deepEqual(await model.predict(some, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), await model.predict(X));
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), clear);

    const { shape, data } = model.quantizeInput(some.slice(0, 1));
    const row = { shape: shape.slice(1), data };
    const [answer = new Uint8Array()] = await circuit.run([await circuit.encrypt(row)]);
    const results = await circuit.decrypt(answer);
    assert.deepEqual(results, await circuit.simulate(row));
    assert.ok(model.dequantizeOutput(results).data.every(Number.isFinite));
    await rejected(
      () => model.dequantizeOutput([[1, 2, 3, 4]]),
      "bad-shape",
      /dequantizeOutput: the shape of the results is \(1, 4\)/,
    );
    await circuit.close();

    const copy = load(model.dump());
    assert.deepEqual(copy.getParams(), model.getParams());
    assert.deepEqual(await copy.predict(some, { fhe: "execute" }), clear);
    await copy.circuit?.close();
  });

  test(`${name}: wrong uses are refused`, async () => {
    const fresh = make();
    await rejected(
      () => fresh.predict(X),
      "not-fitted",
      new RegExp(`^${name}.predict: has not been fitted. Call fit first`),
    );
    await rejected(() => fresh.dump(), "not-fitted", new RegExp(`^${name}.dump`));
    await rejected(() => fresh.compile(X, wasm), "not-fitted", new RegExp(`^${name}.compile`));
    await rejected(
      () => make({ nBit: 8 }),
      "bad-argument",
      new RegExp(`^${name} nBit: is no option. Did you mean nBits`),
    );
    await rejected(
      () => model.predict([[1, 2]]),
      "bad-shape",
      new RegExp(`^${name}.predict X: has 2 features, fitted on 3`),
    );
    const infinite = [[1, Number.POSITIVE_INFINITY, 2]];
    await rejected(
      () => model.predict(infinite),
      "not-a-number",
      new RegExp(`^${name}.predict X row 0, column 1: the value is Infinity`),
    );
    const file = model.dump();
    await rejected(() => load(file.subarray(0, file.length / 2)), "file-corrupt", /damaged/);
    await rejected(
      () => (name === "Ridge" ? Lasso.load(file) : Ridge.load(file)),
      "file-kind",
      new RegExp(`holds a ${name}, not a`),
    );
  });
}
