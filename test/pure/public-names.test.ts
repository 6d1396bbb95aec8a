// Parameters, defaults and fitted attributes beside the recorded ones of scikit-learn and XGBoost: the same, or in a table of the docs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as velum from "../../src/index.js";
import { repositoryRoot } from "../support/repository.js";

interface Recorded {
  readonly params: Readonly<Record<string, unknown>>;
  readonly attributes: readonly string[];
  /** What XGBoost takes for parameters that are none by default. */
  readonly effective?: Readonly<Record<string, number>>;
}

interface Fitted {
  getParams(): object;
  fit(x: readonly (readonly number[])[], y: readonly number[]): object;
}

type Values = Readonly<Record<string, readonly number[]>> & {
  readonly X: readonly (readonly number[])[];
};

type Make = (params?: object) => Fitted;

const { estimators, values }: { estimators: Record<string, Recorded>; values: Values } = JSON.parse(
  readFileSync(`${repositoryRoot}test/fixtures/sklearn/public-names.json`, "utf8"),
);
const page = readFileSync(`${repositoryRoot}docs/models-names.md`, "utf8");

const camel = (name: string): string =>
  name.replace(/_$/, "").replace(/_([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase());

/** Names and estimators of a table's rows. */
class Listed {
  readonly #rows: readonly { readonly names: readonly string[]; readonly of: readonly string[] }[];
  readonly #used = new Set<string>();

  constructor(heading: string) {
    const [, section = ""] = page.split(`## ${heading}\n`);
    const [table = ""] = section.split("\n## ");
    const lines = table.split("\n").filter((line) => line.startsWith("| `"));
    this.#rows = lines.map((line) => {
      const [, names = "", of = "", reason = ""] = line.split("|").map((cell) => cell.trim());
      assert.ok(reason.length > 0, line);
      return {
        names: Array.from(names.matchAll(/`(\w+)`/g), ([, name = ""]) => name),
        of: of.split(", "),
      };
    });
    assert.ok(this.#rows.length > 5);
  }

  has(name: string, estimator: string): boolean {
    const rows = this.#rows.filter(
      (row) => row.names.includes(name) && (row.of.includes(estimator) || row.of.includes("all")),
    );
    for (const { of } of rows)
      this.#used.add(`${name} of ${of.includes(estimator) ? estimator : "all"}`);
    return rows.length > 0;
  }

  /** Entries that nothing asked for. */
  get idle(): string[] {
    return this.#rows.flatMap(({ names, of }) =>
      names.flatMap((name) =>
        of.map((one) => `${name} of ${one}`).filter((entry) => !this.#used.has(entry)),
      ),
    );
  }
}

const makers = new Map<string, Make>();
for (const name of Object.keys(estimators)) {
  if (name === "GridSearchCV") continue;
  const Own: unknown = Reflect.get(velum, name);
  assert.ok(typeof Own === "function", name);
  makers.set(name, (params = {}) => Reflect.construct(Own, [params]));
}
const search = new velum.GridSearchCV((params) => new velum.Ridge(params), { alpha: [1, 2] });
const searchParams = ["cv", "scoring"];

const { X, y = [], sizes = [] } = values;

test("every parameter is there, or listed with a reason and refused", () => {
  const listed = new Listed("Parameters that are not there");
  for (const [estimator, { params }] of Object.entries(estimators)) {
    const make = makers.get(estimator);
    const own = make === undefined ? searchParams : Object.keys(make().getParams());
    for (const name of Object.keys(params).map(camel)) {
      const there = own.includes(name);
      assert.equal(there || listed.has(name, estimator), true, `${estimator} ${name}`);
      if (make === undefined || own.includes(name)) continue;
      assert.throws(() => make({ [name]: 1 }), { code: "bad-argument" }, `${estimator} ${name}`);
    }
  }
  assert.deepEqual(listed.idle, []);
});

test("every default is the same, or listed", () => {
  const listed = new Listed("Parameters that begin otherwise");
  for (const [estimator, { params, effective = {} }] of Object.entries(estimators)) {
    const own = new Map<string, unknown>(
      Object.entries(makers.get(estimator)?.().getParams() ?? {}),
    );
    for (const [name, there] of Object.entries(params)) {
      const here = own.get(camel(name));
      if (here === undefined) continue;
      const number = effective[name];
      // XGBoost's trees keep numbers in single precision; a text as "depthwise" is its default, too.
      const silent = there === null && estimator.startsWith("XGB");
      const same =
        silent && number !== undefined
          ? Math.fround(Number(here)) === Math.fround(number)
          : silent || JSON.stringify(here) === JSON.stringify(there);
      if (!same)
        assert.ok(listed.has(camel(name), estimator), `${estimator} ${name}: ${here}, ${there}`);
      else if (name === "random_state") listed.has(camel(name), estimator);
    }
  }
  assert.deepEqual(listed.idle, []);
});

test("every fitted attribute is there, or listed with what stands in its place", async () => {
  const listed = new Listed("Attributes that are not there");
  for (const [estimator, { attributes }] of Object.entries(estimators)) {
    const make = makers.get(estimator);
    const asked = { oobScore: true, bootstrap: true };
    const sampled = make !== undefined && "oobScore" in make().getParams();
    const classifier = /Classifier|NB$|LogisticRegression|LinearSVC/.test(estimator);
    const fitted: object =
      make === undefined
        ? await search.fit(X, sizes)
        : make(sampled ? asked : {}).fit(X, classifier ? y : sizes);
    for (const name of attributes.map(camel)) {
      const there = name in fitted;
      assert.equal(there || listed.has(name, estimator), true, `${estimator} ${name}`);
      // Only fits that were judged have a best round.
      if (there && !/^best(Iteration|Score)$/.test(name)) {
        assert.notEqual(Reflect.get(fitted, name), undefined, `${estimator} ${name}`);
      }
    }
  }
  assert.deepEqual(listed.idle, []);
});

test("attributes that no other recording has are the recorded numbers", () => {
  const forest = { nEstimators: 12, oobScore: true };
  const bayes = new velum.CategoricalNB().fit(X, y);
  const marks = [0, 1, 2].map(() => [0, 1, 2, 3, 9]);
  const ranges = new velum.MinMaxScaler().fit(X);
  const own: Readonly<Record<string, ArrayLike<number>>> = {
    "StandardScaler var": new velum.StandardScaler().fit(X).var,
    "MinMaxScaler dataMax": ranges.dataMax,
    "MinMaxScaler dataRange": ranges.dataRange,
    "PCA noiseVariance": [new velum.PCA({ nComponents: 1 }).fit(X).noiseVariance],
    "GaussianNB epsilon": [new velum.GaussianNB().fit(X, y).epsilon],
    "CategoricalNB categoryCount": bayes.categoryCount
      .flat()
      .flatMap((counts) => Array.from(counts)),
    "SimpleImputer statistics": new velum.SimpleImputer({ missingValues: 0 }).fit(X).statistics,
    "SimpleImputer transform": new velum.SimpleImputer({ missingValues: 0, strategy: "median" })
      .fitTransform(X)
      .data.slice(0, 27),
    "OneHotEncoder transform": new velum.OneHotEncoder({ categories: marks, drop: "first" })
      .fitTransform(X)
      .data.slice(0, 9 * 12),
    "RandomForestClassifier oobDecisionFunction": new velum.RandomForestClassifier(forest).fit(X, y)
      .oobDecisionFunction.data,
    "RandomForestRegressor oobPrediction": new velum.RandomForestRegressor(forest).fit(X, sizes)
      .oobPrediction,
  };
  for (const [name, found] of Object.entries(own)) {
    const due = (values[name] ?? []).flat();
    assert.equal(found.length, due.length, name);
    due.forEach((value, i) => {
      assert.ok(
        Math.abs((found[i] ?? Number.NaN) - value) < 1e-9,
        `${name}: ${found[i]}, ${value}`,
      );
    });
  }
  const copy = velum.CategoricalNB.load(bayes.dump());
  assert.deepEqual(copy.categoryCount, bayes.categoryCount);
  const grown = new velum.RandomForestRegressor(forest).fit(X, sizes);
  assert.deepEqual(
    velum.RandomForestRegressor.load(grown.dump()).oobPrediction,
    grown.oobPrediction,
  );
});

test("histogram boosting tells what its held-out rows said", () => {
  const earlyStopping = { when: true, validationFraction: 0.2, nIterNoChange: 3, tol: 0 };
  const settings = { maxIter: 40, minSamplesLeaf: 3, earlyStopping };
  const model = new velum.HistGradientBoostingClassifier(settings).fit(X, y);
  assert.equal(model.doEarlyStopping, true);
  assert.equal(model.validationScore.length, model.nIter + 1);
  assert.ok((model.validationScore[1] ?? 0) > (model.validationScore[0] ?? 0));
  const copy = velum.HistGradientBoostingClassifier.load(model.dump());
  assert.deepEqual(copy.validationScore, model.validationScore);
  const plain = new velum.HistGradientBoostingRegressor({ maxIter: 3 }).fit(X, sizes);
  assert.equal(plain.doEarlyStopping, false);
  assert.equal(plain.validationScore.length, 0);
  assert.equal(plain.nTreesPerIteration, 1);
});
