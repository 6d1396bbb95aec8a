// Training data of one class: what scikit-learn and XGBoost make of it, in three modes, and any other such data.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  BernoulliNB,
  CategoricalNB,
  DecisionTreeClassifier,
  ExtraTreesClassifier,
  GaussianNB,
  HistGradientBoostingClassifier,
  LinearSVC,
  LogisticRegression,
  MultinomialNB,
  RandomForestClassifier,
  SGDClassifier,
  XGBClassifier,
} from "../../src/index.js";
import { repositoryRoot } from "../support/repository.js";

interface Recorded {
  readonly estimator: keyof typeof made;
  readonly label: number;
  readonly params: object;
  readonly sampleWeight?: readonly number[];
  readonly refused?: string;
  readonly classes?: readonly number[];
  readonly predict?: readonly number[];
  readonly predictProba?: readonly (readonly number[])[];
  readonly scores?: readonly number[];
}

const made = {
  BernoulliNB: (params: object) => new BernoulliNB(params),
  CategoricalNB: (params: object) => new CategoricalNB(params),
  DecisionTreeClassifier: (params: object) => new DecisionTreeClassifier(params),
  ExtraTreesClassifier: (params: object) => new ExtraTreesClassifier(params),
  GaussianNB: (params: object) => new GaussianNB(params),
  HistGradientBoostingClassifier: (params: object) => new HistGradientBoostingClassifier(params),
  LinearSVC: (params: object) => new LinearSVC(params),
  LogisticRegression: (params: object) => new LogisticRegression(params),
  MultinomialNB: (params: object) => new MultinomialNB(params),
  RandomForestClassifier: (params: object) => new RandomForestClassifier(params),
  SGDClassifier: (params: object) => new SGDClassifier(params),
  XGBClassifier: (params: object) => new XGBClassifier(params),
};

const wasm = { runtime: "wasm", threads: 1 } as const;
const { rows: X, cases }: { rows: number[][]; cases: Recorded[] } = JSON.parse(
  readFileSync(`${repositoryRoot}test/fixtures/trees/one-class.json`, "utf8"),
);
const few = X.slice(0, 2);

function close(found: ArrayLike<number>, due: readonly number[], what: string): void {
  assert.equal(found.length, due.length, what);
  due.forEach((value, i) => {
    const gap = Math.abs((found[i] ?? Number.NaN) - value);
    assert.ok(gap <= 1e-6 * Math.max(1, Math.abs(value)), `${what}: ${found[i]}, ${value}`);
  });
}

for (const recorded of cases) {
  const { estimator, label, params, sampleWeight } = recorded;
  test(`${estimator} ${JSON.stringify(params)} on the one class ${label}`, async () => {
    const model = made[estimator](params);
    const y = X.map(() => label);
    if (recorded.refused !== undefined) {
      assert.throws(() => model.fit(X, y, sampleWeight), {
        code: "bad-argument",
        message: `${estimator}.fit y: holds one class only, ${label}. Pass rows of at least two classes`,
      });
      return;
    }
    model.fit(X, y, sampleWeight);
    const { classes = [], predict = [], predictProba = [], scores } = recorded;
    assert.deepEqual(Array.from(model.classes), classes);
    assert.deepEqual(Array.from(new Set(await model.predict(X))), predict);
    const float = model.floatModel;
    close(float.predictProba(few).data, predictProba.flat(), "probabilities");
    assert.equal(float.predictProba(few).shape[1], predictProba[0]?.length);
    if (scores !== undefined) close(float.decisionFunction(few).data, scores, "scores");

    const circuit = await model.compile(X, wasm);
    const clear = await model.predict(few);
    assert.deepEqual(Array.from(clear), [label, label]);
    close((await model.predictProba(few)).data, predictProba.flat(), "integer probabilities");
    for (const fhe of ["simulate", "execute"] as const) {
      assert.deepEqual(await model.predict(few, { fhe }), clear);
    }
    assert.deepEqual(
      await model.predictProba(few, { fhe: "execute" }),
      await model.predictProba(few),
    );
    await circuit.close();
  });
}

test("any rows of one class: the class, in clear and through the graph", async () => {
  const columns = fc.integer({ min: 1, max: 3 });
  const tables = columns.chain((width) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: width, maxLength: width }), {
      minLength: 2,
      maxLength: 12,
    }),
  );
  const label = fc.integer({ min: -5, max: 5 });
  const estimators = Object.entries(made).filter(([name]) =>
    cases.some((one) => one.estimator === name && one.refused === undefined),
  );
  const chosen = fc.constantFrom(...estimators);
  await fc.assert(
    fc.asyncProperty(tables, label, chosen, async (rows, only, [, make]) => {
      const model = make({}).fit(
        rows,
        rows.map(() => only),
      );
      const expected = new Float64Array(rows.length).fill(only);
      assert.deepEqual(model.floatModel.predict(rows), expected);
      const circuit = await model.compile(rows, wasm);
      assert.deepEqual(await model.predict(rows), expected);
      assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), expected);
      await circuit.close();
    }),
    { numRuns: 40 },
  );
});

test("settings that need two classes, or data that vary, are refused", () => {
  assert.throws(
    () =>
      new GaussianNB({ varSmoothing: 0 }).fit(
        [
          [1, 2],
          [1, 3],
        ],
        [0, 1],
      ),
    {
      code: "bad-argument",
      message: /GaussianNB varSmoothing: is 0\. Pass a number above 0: a feature never varies/,
    },
  );
  const y = X.map(() => 1);
  assert.throws(() => new XGBClassifier({ objective: "multi:softprob" }).fit(X, y), {
    code: "bad-argument",
    message: /XGBClassifier objective: is "multi:softprob", and y holds one class only/,
  });
});
