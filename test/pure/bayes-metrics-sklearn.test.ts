// Naive Bayes, metrics and transformers against scikit-learn's; oracles/sklearn/naive_bayes.py made the fixture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Tensor } from "../../src/base/tensor.js";
import {
  accuracyScore,
  BernoulliNB,
  balancedAccuracyScore,
  CategoricalNB,
  confusionMatrix,
  d2TweedieScore,
  f1Score,
  GaussianNB,
  logLoss,
  MinMaxScaler,
  MultinomialNB,
  meanAbsoluteError,
  meanGammaDeviance,
  meanPoissonDeviance,
  meanSquaredError,
  meanTweedieDeviance,
  Normalizer,
  OneHotEncoder,
  PCA,
  precisionScore,
  r2Score,
  recallScore,
  rocAucScore,
  rootMeanSquaredError,
  SimpleImputer,
} from "../../src/index.js";

type Rows = number[][];

interface Counted {
  readonly proba: Rows;
  readonly featureCount: Rows;
  readonly classCount: number[];
  readonly classLogPrior: number[];
}

interface Fixture {
  readonly groups: number[];
  readonly cats: Rows;
  readonly words: Rows;
  readonly weights: number[];
  readonly gauss: { theta: Rows; var: Rows; proba: Rows; score: number };
  readonly gaussWeighted: { theta: Rows; var: Rows; proba: Rows };
  readonly gaussPrior: number[];
  readonly several: { featureLogProb: Rows[]; proba: Rows } & Record<
    "nCategories" | "classLogPrior",
    number[]
  >;
  readonly even: Counted;
  readonly evenWords: Counted & { featureLogProb: Rows };
  readonly categorical: { featureLogProb: Rows[]; proba: Rows; score: number };
  readonly bernoulli: { featureLogProb: Rows; proba: Rows };
  readonly multinomial: { featureLogProb: Rows; proba: Rows };
  readonly multinomialTwo: { proba: Rows };
  readonly metrics: Record<
    "truth" | "guess" | "shares" | "many" | "amount" | "hope" | "count" | "macro",
    number[]
  > &
    Record<"three" | "confusion", Rows> &
    Record<
      | "precision"
      | "recall"
      | "f1"
      | "weighted"
      | "rocAuc"
      | "rocAucWeighted"
      | "rocAucMany"
      | "accuracyWeighted"
      | "balancedAccuracy"
      | "rmse"
      | "rmseMany"
      | "logLoss"
      | "logLossMany"
      | "mse"
      | "mae"
      | "r2"
      | "r2Weighted"
      | "poisson"
      | "gamma"
      | "tweedie"
      | "d2",
      number
    >;
  readonly transforms: Record<
    | "minMax"
    | "normL1"
    | "normL2"
    | "normMax"
    | "mean"
    | "median"
    | "frequent"
    | "pca"
    | "pcaComponents"
    | "pcaWhite"
    | "oneHot"
    | "oneHotAll",
    Rows
  > &
    Record<"pcaVariance" | "pcaRatio", number[]>;
}

const read = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../test/fixtures/sklearn/${name}.json`, import.meta.url), "utf8"),
  );
const f: Fixture = read("naive-bayes");
const iris: { rows: Rows; target: string } = read("logistic-regression").iris;
const X = iris.rows;
const y = Array.from(iris.target, Number);

function close(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    const off = Math.abs(value - (actual[i] ?? Number.NaN));
    assert.ok(
      off <= tolerance * Math.max(1, Math.abs(value)),
      `${i}: ${actual[i]}, expected ${value}`,
    );
  });
}

const flat = (lists: readonly ArrayLike<number>[]) => lists.flatMap((list) => Array.from(list));
const exact = (tensor: Tensor, rows: Rows) => close(tensor.data, rows.flat());

test("GaussianNB: moments and probabilities", async () => {
  const model = new GaussianNB().fit(X, y);
  close(flat(model.theta), f.gauss.theta.flat());
  close(model.classPrior, f.gaussPrior);
  close(flat(model.var), f.gauss.var.flat());
  close(
    model.floatModel.predictProba(X.filter((_, i) => i % 10 === 0)).data,
    f.gauss.proba.flat(),
    1e-7,
  );
  const score = await model.score(X, y);
  assert.ok(
    Math.abs(score - f.gauss.score) <= 0.02,
    `quantized ${score}, scikit-learn ${f.gauss.score}`,
  );
  const other = y.slice(0, 120).map((label, i) => (label + (f.groups[i] ?? 0)) % 3);
  const settings = { varSmoothing: 1e-3, priors: [0.5, 0.25, 0.25] };
  const weighted = new GaussianNB(settings).fit(X.slice(0, 120), other, f.weights);
  close(flat(weighted.theta), f.gaussWeighted.theta.flat());
  close(flat(weighted.var), f.gaussWeighted.var.flat());
  close(weighted.floatModel.predictProba(X.slice(0, 5)).data, f.gaussWeighted.proba.flat(), 1e-7);
});

test("priors that are given or even, and numbers that are categories without occurring", () => {
  const several = new CategoricalNB({
    minCategories: [6, 11, 1],
    classPrior: [0.2, 0.3, 0.5],
  }).fit(f.cats, f.groups, f.weights);
  // scikit-learn takes every number up to the largest for a category, present or not.
  close(several.nCategories, f.several.nCategories);
  close(several.classLogPrior, f.several.classLogPrior);
  f.several.featureLogProb.forEach((wanted, j) => {
    close(flat(several.featureLogProb.map((own) => own[j] ?? [])), wanted.flat());
  });
  exact(several.floatModel.predictProba(f.cats.slice(0, 8)), f.several.proba);

  const even = new BernoulliNB({ fitPrior: false }).fit(f.words, f.groups, f.weights);
  const pairs = f.groups.map((group) => Number(group > 0));
  const words = new MultinomialNB({ fitPrior: false }).fit(f.words, pairs, f.weights);
  const copy = MultinomialNB.load(words.dump());
  for (const [model, wanted] of [
    [even, f.even],
    [words, f.evenWords],
    [copy, f.evenWords],
  ] as const) {
    exact(model.floatModel.predictProba(f.words.slice(0, 8)), wanted.proba);
    close(model.classCount, wanted.classCount);
    close(model.classLogPrior, wanted.classLogPrior);
    close(flat(model.featureCount), wanted.featureCount.flat());
  }
  close(flat(copy.featureLogProb), f.evenWords.featureLogProb.flat());
});

test("priors that are none are refused", () => {
  assert.throws(
    () => new GaussianNB({ priors: [0.5, 0.4, 0.2] }).fit(X, y),
    /^VelumError: GaussianNB priors: is of sum 1\.1.*Pass priors that add up to 1/,
  );
  assert.throws(
    () => new CategoricalNB({ classPrior: [0, 1, 1] }).fit(f.cats, f.groups),
    /^VelumError: CategoricalNB classPrior: is 0, 1, 1\. Pass a probability above 0 for each class/,
  );
  assert.throws(
    () => new BernoulliNB({ classPrior: [0.5, 0.5] }).fit(f.words, f.groups),
    /^VelumError: BernoulliNB\.fit y: holds 3 classes, and 2 priors are given/,
  );
  assert.throws(
    () => new CategoricalNB({ minCategories: [3] }).fit(f.cats, f.groups),
    /^VelumError: CategoricalNB minCategories: is a list of 1\. Pass one number for each of the 3 features/,
  );
});

test("CategoricalNB, BernoulliNB, MultinomialNB: logarithms and probabilities", async () => {
  const categorical = new CategoricalNB({ alpha: 0.5 }).fit(f.cats, f.groups);
  categorical.categories.forEach((values, j) => {
    // scikit-learn has a row for every number up to the largest, present or not.
    const own = categorical.featureLogProb.map((tables) => tables[j] ?? new Float64Array());
    if (values.length !== f.categorical.featureLogProb[j]?.[0]?.length) return;
    close(flat(own), (f.categorical.featureLogProb[j] ?? []).flat());
  });
  assert.ok(Math.abs((await categorical.score(f.cats, f.groups)) - f.categorical.score) < 0.02);
  const bernoulli = new BernoulliNB({ binarize: 1.5 }).fit(f.words, f.groups, f.weights);
  close(flat(bernoulli.featureLogProb), f.bernoulli.featureLogProb.flat());
  exact(bernoulli.floatModel.predictProba(f.words.slice(0, 8)), f.bernoulli.proba);
  const multinomial = new MultinomialNB({ alpha: 2 }).fit(f.words, f.groups);
  close(multinomial.coef.data, f.multinomial.featureLogProb.flat());
  exact(multinomial.floatModel.predictProba(f.words.slice(0, 8)), f.multinomial.proba);
  const two = new MultinomialNB().fit(
    f.words,
    f.groups.map((group) => Number(group > 0)),
  );
  exact(two.floatModel.predictProba(f.words.slice(0, 8)), f.multinomialTwo.proba);
});

test("metrics", () => {
  const m = f.metrics;
  const values: [number, number][] = [
    [precisionScore(m.truth, m.guess), m.precision],
    [recallScore(m.truth, m.guess), m.recall],
    [f1Score(m.truth, m.guess), m.f1],
    [f1Score(f.groups, m.many, { average: "weighted" }), m.weighted],
    [rocAucScore(m.truth, m.shares), m.rocAuc],
    [rocAucScore(m.truth, m.shares, f.weights), m.rocAucWeighted],
    [rocAucScore(f.groups, m.three), m.rocAucMany],
    [accuracyScore(f.groups, m.many, f.weights), m.accuracyWeighted],
    [balancedAccuracyScore(f.groups, m.many), m.balancedAccuracy],
    [rootMeanSquaredError(m.amount, m.hope, f.weights), m.rmse],
    [
      rootMeanSquaredError(pairs(m.amount, 1, m.hope, 1), pairs(m.hope, 1, m.amount, 3)),
      m.rmseMany,
    ],
    [logLoss(m.truth, m.shares), m.logLoss],
    [logLoss(f.groups, m.three), m.logLossMany],
    [meanSquaredError(m.amount, m.hope, f.weights), m.mse],
    [meanAbsoluteError(m.amount, m.hope), m.mae],
    [r2Score(m.amount, m.hope), m.r2],
    [r2Score(m.amount, m.hope, f.weights), m.r2Weighted],
    [meanPoissonDeviance(m.count, m.hope, f.weights), m.poisson],
    [meanGammaDeviance(m.amount, m.hope), m.gamma],
    [meanTweedieDeviance(m.count, m.hope, { power: 1.5 }), m.tweedie],
    [d2TweedieScore(m.count, m.hope, { power: 1 }), m.d2],
  ];
  close(
    values.map(([own]) => own),
    values.map(([, wanted]) => wanted),
  );
  const macro = { average: "macro" } as const;
  const scores = [precisionScore, recallScore, f1Score].map((score) =>
    score(f.groups, m.many, macro),
  );
  close(scores, m.macro);
  exact(confusionMatrix(f.groups, m.many), m.confusion);
});

/** Rows of two numbers. */
function pairs(a: number[], p: number, b: number[], q: number): number[][] {
  return a.map((value, i) => [p * value, q * (b[i] ?? 0)]);
}

test("transformers", () => {
  const t = f.transforms;
  const six = X.slice(0, 6);
  exact(new MinMaxScaler({ featureRange: [-1, 2] }).fit(X).transform(six), t.minMax);
  exact(new Normalizer({ norm: "l1" }).fitTransform(six), t.normL1);
  exact(new Normalizer().fitTransform(six), t.normL2);
  exact(new Normalizer({ norm: "max" }).fitTransform(six), t.normMax);
  const holes = X.slice(0, 12).map((row) => [...row]);
  for (const [i, j] of [
    [1, 2],
    [4, 0],
  ] as const)
    (holes[i] ?? [])[j] = Number.NaN;
  exact(new SimpleImputer().fitTransform(holes), t.mean);
  exact(new SimpleImputer({ strategy: "median" }).fitTransform(holes), t.median);
  exact(new SimpleImputer({ strategy: "most_frequent" }).fitTransform(holes), t.frequent);
  const pca = new PCA({ nComponents: 2 }).fit(X);
  exact(pca.transform(six), t.pca);
  close(pca.explainedVariance, t.pcaVariance);
  close(pca.explainedVarianceRatio, t.pcaRatio);
  exact(pca.components, t.pcaComponents);
  const deviations = pca.singularValues.map((value) => value ** 2 / (X.length - 1));
  close(deviations, t.pcaVariance);
  exact(new PCA({ nComponents: 0.97, whiten: true }).fit(X).transform(six), t.pcaWhite);
  exact(new OneHotEncoder({ drop: "first" }).fit(f.cats).transform(f.cats.slice(0, 10)), t.oneHot);
  exact(new OneHotEncoder().fit(f.cats).transform(f.cats.slice(0, 10)), t.oneHotAll);
});
