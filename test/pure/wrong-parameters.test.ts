// Parameters of estimators that plain JavaScript lets through: a fit ends in a model or in a VelumError.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AdditiveClassifier,
  CategoricalNB,
  DecisionTreeClassifier,
  ElasticNet,
  ExtraTreesClassifier,
  GaussianNB,
  HistGradientBoostingClassifier,
  LinearSVC,
  LogisticRegression,
  Ridge,
  VelumError,
  XGBClassifier,
} from "../../src/index.js";

/** What JavaScript would let a caller pass. */
// biome-ignore lint/suspicious/noExplicitAny: the tests below call like untyped code
type Untyped = any;

const X = [
  [0, 1, 2],
  [1, 3, 0],
  [4, 2, 1],
  [5, 0, 3],
  [2, 2, 2],
  [3, 1, 0],
];
const y = [0, 0, 1, 1, 1, 0];

const wrong: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["text", "abc"],
  ["[]", []],
  ["{}", {}],
  ["-1", -1],
  ["NaN", Number.NaN],
  ["1e300", 1e300],
  ["10n", 10n],
  ["symbol", Symbol("s")],
  ["Map", new Map()],
  ["no prototype", Object.create(null)],
];

/** With what keeps a fit short. */
const estimators: readonly (readonly [Untyped, object])[] = [
  [LogisticRegression, {}],
  [LinearSVC, {}],
  [Ridge, {}],
  [ElasticNet, {}],
  [GaussianNB, {}],
  [CategoricalNB, {}],
  [AdditiveClassifier, {}],
  [DecisionTreeClassifier, { maxDepth: 2 }],
  [ExtraTreesClassifier, { nEstimators: 2, maxDepth: 2 }],
  [XGBClassifier, { nEstimators: 2, maxDepth: 2 }],
  [HistGradientBoostingClassifier, { maxIter: 2, minSamplesLeaf: 1 }],
];

/** A billion rounds is what somebody may ask for. */
const counted = ["maxIter", "max_iter"];

for (const [Own, usual] of estimators) {
  test(`${Own.name}: every parameter`, () => {
    for (const param of Object.keys(new Own(usual).getParams())) {
      for (const [text, value] of wrong) {
        if (text === "1e300" && counted.includes(param)) continue;
        try {
          new Own({ ...usual, [param]: value }).fit(X, y);
        } catch (error) {
          const at = `${Own.name} ${param}: ${text}: ${String(error)}`;
          assert.ok(error instanceof VelumError, at);
        }
      }
    }
  });
}

test("fits of other libraries", () => {
  const given = (value: unknown): Untyped => value;
  for (const [text, value] of wrong) {
    for (const call of [
      () => Ridge.fromFitted(given(value)),
      () => Ridge.fromFitted({ coef: given(value) }),
      () => LogisticRegression.fromFitted({ coef: [[1, 2]], classes: given(value) }),
    ]) {
      assert.throws(call, VelumError, text);
    }
  }
});

test("what the errors say", () => {
  const params = (value: unknown): Untyped => value;
  const cases: readonly (readonly [() => unknown, string])[] = [
    [
      () => new XGBClassifier({ nEstimators: 1e300 }).fit(X, y),
      "XGBClassifier nEstimators: is 1e+300. Pass an integer of at least 1",
    ],
    [
      () => new DecisionTreeClassifier(params({ nBits: { leafs: 4 } })).fit(X, y).calibrate(X),
      "DecisionTreeClassifier nBits leafs: is no option. Did you mean leaves? Known are features, leaves, sums",
    ],
    [
      () => new DecisionTreeClassifier(params({ maxDepth: [3] })).fit(X, y),
      "DecisionTreeClassifier maxDepth: is [3]. Pass an integer of at least 1, or null for no limit",
    ],
    [
      () => new Ridge(params({ nBits: null })).fit(X, y),
      "Ridge nBits inputs: is null. Pass an integer from 1 to 32",
    ],
  ];
  for (const [call, message] of cases) assert.throws(call, { code: "bad-argument", message });
});
