// Every refusal of the tree estimators names the place and the cure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DecisionTreeClassifier } from "../../src/models/trees/decision-tree-classifier.js";
import { DecisionTreeRegressor } from "../../src/models/trees/decision-tree-regressor.js";
import { HistGradientBoostingClassifier } from "../../src/models/trees/hist-gradient-boosting-classifier.js";
import { HistGradientBoostingRegressor } from "../../src/models/trees/hist-gradient-boosting-regressor.js";
import { IsolationForest } from "../../src/models/trees/isolation-forest.js";
import { RandomForestClassifier } from "../../src/models/trees/random-forest-classifier.js";
import { XGBClassifier } from "../../src/models/trees/xgb-classifier.js";
import { XGBRegressor } from "../../src/models/trees/xgb-regressor.js";
import { XGBRFRegressor } from "../../src/models/trees/xgb-rf-regressor.js";

const X = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const y = [0, 1, 1];

const cases: readonly (readonly [name: string, act: () => unknown, code: string, text: string])[] =
  [
    [
      "NaN beside directions",
      () => new DecisionTreeClassifier({ monotonicCst: [1, 0] }).fit([[1, Number.NaN]], [0]),
      "bad-argument",
      "DecisionTreeClassifier monotonicCst: is given, and column 1 of X has missing values (NaN). Fill them, for instance by SimpleImputer, or use HistGradientBoosting, which takes both",
    ],
    [
      "NaN in a tree",
      () => new DecisionTreeClassifier().fit(X, y).predict([[1, Number.NaN]]),
      "not-a-number",
      "DecisionTreeClassifier.predict X row 0, column 1: the value is NaN. Fill or drop missing and infinite values before quantizing",
    ],
    [
      "weights of some features",
      () => new XGBClassifier({ featureWeights: [1] }).fit(X, y),
      "bad-argument",
      "XGB featureWeights: is [1]. Pass a number of at least 0 for each of the 2 features, or null",
    ],
    [
      "weights below 0",
      () => new XGBClassifier({ featureWeights: [1, -2], colsampleBynode: 0.5 }).fit(X, y),
      "bad-argument",
      "XGB featureWeights: is [1,-2]. Pass a number of at least 0 for each of the 2 features, or null",
    ],
    [
      "going on from a model of other features",
      () => {
        const earlier = new XGBRegressor({ nEstimators: 2 }).fit([[1], [2]], [1, 2]);
        return new XGBRegressor().fit(X, y, undefined, [], earlier);
      },
      "bad-argument",
      "XGBRegressor.fit xgbModel: differs from this fit in its features: 1, here 2. Go on from a model of the same features, classes or targets, objective, missing, multiStrategy and numParallelTree",
    ],
    [
      "going on from a model of other classes",
      () => {
        const earlier = new XGBClassifier({ nEstimators: 2 }).fit(X, [1, 2, 2]);
        return new XGBClassifier().fit(X, y, undefined, [], earlier);
      },
      "bad-argument",
      "XGBClassifier.fit xgbModel: differs from this fit in its classes: 1 2, here 0 1. Go on from a model of the same features, classes or targets, objective, missing, multiStrategy and numParallelTree",
    ],
    [
      "going on with more trees a round",
      () => {
        const earlier = new XGBRegressor({ nEstimators: 2 }).fit(X, y);
        return new XGBRegressor({ numParallelTree: 3 }).fit(X, y, undefined, [], earlier);
      },
      "bad-argument",
      "XGBRegressor.fit xgbModel: differs from this fit in its trees a round: 1, here 3. Go on from a model of the same features, classes or targets, objective, missing, multiStrategy and numParallelTree",
    ],
    [
      "going on from nothing",
      () => new XGBClassifier().fit(X, y, undefined, [], new XGBClassifier()),
      "not-fitted",
      "XGBClassifier.fit xgbModel: has not been fitted. Call fit first",
    ],
    [
      "exact trees of several outputs",
      () => new XGBRegressor({ treeMethod: "exact", multiStrategy: "multi_output_tree" }).fit(X, y),
      "bad-argument",
      'XGBRegressor multiStrategy: is "multi_output_tree". Pass treeMethod "hist", or "one_output_per_tree"',
    ],
    [
      "directions of several outputs",
      () =>
        new XGBRegressor({ monotoneConstraints: [1, 0], multiStrategy: "multi_output_tree" }).fit(
          X,
          y,
        ),
      "bad-argument",
      'XGBRegressor multiStrategy: is "multi_output_tree". Pass monotoneConstraints null, or "one_output_per_tree"',
    ],
    [
      "interactions in trees of several outputs",
      () =>
        new XGBRegressor({ interactionConstraints: [[0]], multiStrategy: "multi_output_tree" }).fit(
          X,
          y,
        ),
      "bad-argument",
      'XGBRegressor multiStrategy: is "multi_output_tree". Pass interactionConstraints null, or "one_output_per_tree"',
    ],
    [
      "categories in trees of several outputs",
      () =>
        new XGBRegressor({ featureTypes: ["c", "q"], multiStrategy: "multi_output_tree" }).fit(
          X,
          y,
        ),
      "bad-argument",
      'XGBRegressor multiStrategy: is "multi_output_tree". Pass no categories in featureTypes, or "one_output_per_tree"',
    ],
    [
      "types of some features",
      () => new XGBClassifier({ featureTypes: ["c"] }).fit(X, y),
      "bad-argument",
      'XGB featureTypes: has 1 types for 2 features. Pass "q" (number) or "c" (category) for each of the 2 features, or null',
    ],
    [
      "categories below 0",
      () => new XGBClassifier({ featureTypes: ["q", "c"] }).fit([...X, [7, -1]], [...y, 0]),
      "out-of-range",
      "XGB featureTypes, X row 3, column 1: -1 is no category, a whole number from 0 to 16777215. Number the categories from 0, and write missing ones as NaN",
    ],
    [
      "half a category of XGBoost",
      () => new XGBRegressor({ featureTypes: ["q", "c"] }).fit([...X, [7, 1.5]], [...y, 0]),
      "bad-argument",
      "XGB featureTypes, X row 3, column 1: 1.5 is no category, a whole number from 0 to 16777215. Number the categories from 0, and write missing ones as NaN",
    ],
    [
      "a category beyond all",
      () => new XGBRegressor({ featureTypes: ["c", "q"] }).fit([...X, [2 ** 24, 1]], [...y, 0]),
      "out-of-range",
      "XGB featureTypes, X row 3, column 0: 16777216 is no category, a whole number from 0 to 16777215. Number the categories from 0, and write missing ones as NaN",
    ],
    [
      "categories of exact trees",
      () => new XGBRegressor({ featureTypes: ["c", "q"], treeMethod: "exact" }).fit(X, y),
      "bad-argument",
      'XGB treeMethod: is "exact". Pass "hist" or "approx": featureTypes has "c"',
    ],
    [
      "infinity in boosting",
      () =>
        new XGBClassifier().fit(
          [
            [1, Number.NEGATIVE_INFINITY],
            [1, 2],
          ],
          [0, 1],
        ),
      "not-a-number",
      "XGBClassifier.fit X row 0, column 1: the value is -Infinity. Replace infinities by a large number; write missing values as NaN",
    ],
    [
      "beyond single precision",
      () => new RandomForestClassifier().fit([[1e39]], [0]),
      "out-of-range",
      "RandomForestClassifier.fit X row 0, column 0: 1e+39 is beyond single precision, in which trees compare. Scale the column, for instance by its greatest value",
    ],
    [
      "no features",
      () => new HistGradientBoostingClassifier().fit([], []),
      "bad-shape",
      "HistGradientBoostingClassifier.fit X: its shape is (0,), not (rows, features) with at least one of each. Pass one row a sample; a single sample is [[...]]",
    ],
    [
      "another number of features",
      () => new XGBClassifier({ nEstimators: 1 }).fit(X, y).predict([[1]]),
      "bad-shape",
      "XGBClassifier.predict X: has 1 features, fitted on 2. Pass the features of the training data in the same order",
    ],
    [
      "unfitted",
      () => new IsolationForest().scoreSamples(X),
      "not-fitted",
      "IsolationForest.scoreSamples: has not been fitted. Call fit first",
    ],
    [
      "unfitted attribute",
      () => new XGBRegressor().featureImportances,
      "not-fitted",
      "XGBRegressor: has not been fitted. Call fit first",
    ],
    [
      "uncompiled",
      () => new DecisionTreeClassifier().fit(X, y).predict(X, { fhe: "execute" }),
      "not-compiled",
      'DecisionTreeClassifier.predict: needs a compiled model for fhe "execute". Call compile(X) after fit',
    ],
    [
      "mistyped parameter",
      () => Reflect.construct(XGBClassifier, [{ nEstimator: 5 }]),
      "bad-argument",
      "XGBClassifier nEstimator: is no option. Did you mean nEstimators? Known are nBits, result, nEstimators, maxDepth, maxLeaves, growPolicy, learningRate, regLambda, regAlpha, gamma, minChildWeight, maxDeltaStep, subsample, colsampleBytree, colsampleBylevel, colsampleBynode, featureWeights, treeMethod, monotoneConstraints, interactionConstraints, multiStrategy, numParallelTree, featureTypes, maxCatToOnehot, maxCatThreshold, missing, maxBin, baseScore, importanceType, randomState, earlyStoppingRounds, evalMetric, objective, scalePosWeight",
    ],
    [
      "class weight below 0",
      () => new RandomForestClassifier({ classWeight: { 1: -2 } }).fit(X, y),
      "bad-argument",
      'RandomForestClassifier classWeight: is {"1":-2}. Pass "balanced", "balanced_subsample", null, or numbers of at least 0 by label such as { 0: 1, 1: 5 }',
    ],
    [
      "depth 0",
      () => new DecisionTreeClassifier({ maxDepth: 0 }).fit(X, y),
      "bad-argument",
      "DecisionTreeClassifier maxDepth: is 0. Pass an integer of at least 1, or null for no limit",
    ],
    [
      "too many features a split",
      () => new RandomForestClassifier({ maxFeatures: 3 }).fit(X, y),
      "bad-argument",
      "RandomForestClassifier maxFeatures: is 3. Pass at most 2, or null for all",
    ],
    [
      "out-of-bag rows without a draw",
      () => new RandomForestClassifier({ bootstrap: false, oobScore: true }).fit(X, y),
      "bad-argument",
      "RandomForestClassifier oobScore: is true. Set bootstrap: without it every tree sees every row",
    ],
    [
      "out-of-bag score that was not asked for",
      () => new RandomForestClassifier({ nEstimators: 1 }).fit(X, y).oobScore,
      "not-fitted",
      "RandomForestClassifier with oobScore: has not been fitted. Call fit first",
    ],
    [
      "interactions of a feature that there is not",
      () => new XGBRegressor({ interactionConstraints: [[0, 2]] }).fit(X, y),
      "bad-argument",
      "XGB interactionConstraints: is [[0,2]]. Pass lists of features from 0 to 1, [[0, 1], [2]], or null",
    ],
    [
      "infinity for missing",
      () => new XGBRegressor({ missing: Number.POSITIVE_INFINITY }).fit(X, y),
      "bad-argument",
      "XGBRegressor missing: is Infinity. Pass a finite number, or null for NaN alone",
    ],
    [
      "quantiles of two targets",
      () => new XGBRegressor({ objective: "reg:absoluteerror" }).fit(X, X),
      "bad-argument",
      "XGBRegressor.fit y: has 2 targets, and reg:absoluteerror takes one. Fit a model for each target",
    ],
    [
      "a quantile of 1",
      () => new XGBRegressor({ objective: "reg:quantileerror", quantileAlpha: 1 }).fit(X, y),
      "bad-argument",
      "XGBRegressor quantileAlpha: is 1. Pass a number above 0 and below 1",
    ],
    [
      "exact medians",
      () => new XGBRegressor({ objective: "reg:absoluteerror", treeMethod: "exact" }).fit(X, y),
      "bad-argument",
      'XGBRegressor treeMethod: is "exact". Pass "hist" with reg:absoluteerror',
    ],
    [
      "half a tree",
      () => new XGBRegressor({ numParallelTree: 0.5 }).fit(X, y),
      "bad-argument",
      "XGBRegressor numParallelTree: is 0.5. Pass an integer of at least 1",
    ],
    [
      "early stopping of one round",
      () => new XGBRFRegressor({ earlyStoppingRounds: 3 }).fit(X, y),
      "bad-argument",
      "XGBRFRegressor earlyStoppingRounds: is 3. Pass null: a forest has one round",
    ],
    [
      "rules for more features than there are",
      () => new XGBRegressor({ monotoneConstraints: [1, 0, 1] }).fit(X, y),
      "bad-argument",
      "XGB monotoneConstraints: is [1,0,1]. Pass 1 (rising), -1 (falling) or 0 for each of the 2 features",
    ],
    [
      "a quantile without a share",
      () => new HistGradientBoostingRegressor({ loss: "quantile" }).fit(X, y),
      "bad-argument",
      "HistGradientBoostingRegressor quantile: is null. Pass a number above 0 and below 1",
    ],
    [
      "fewer trees than there are",
      () =>
        new RandomForestClassifier({ nEstimators: 3, warmStart: true })
          .fit(X, y)
          .setParams({ nEstimators: 2 })
          .fit(X, y),
      "bad-argument",
      "RandomForestClassifier nEstimators: is 2. Pass at least 3, the trees that there are, or unset warmStart",
    ],
    [
      "other classes than before",
      () =>
        new RandomForestClassifier({ nEstimators: 3, warmStart: true }).fit(X, y).fit(X, [0, 2, 2]),
      "bad-argument",
      "RandomForestClassifier warmStart: is true. Fit on the same features and classes or targets as before, or unset warmStart",
    ],
    [
      "half a feature",
      () => new HistGradientBoostingClassifier({ maxFeatures: 1.5 }).fit(X, y),
      "bad-argument",
      "HistGradientBoostingClassifier maxFeatures: is 1.5. Pass a number above 0 and at most 1",
    ],
    [
      "too few directions",
      () => new HistGradientBoostingClassifier({ monotonicCst: [1] }).fit(X, y),
      "bad-argument",
      "HistGradientBoosting monotonicCst: is [1]. Pass 1 (rising), -1 (falling) or 0 for each of the 2 features, 0 for categories",
    ],
    [
      "direction of categories",
      () =>
        new HistGradientBoostingClassifier({
          monotonicCst: [0, 1],
          categoricalFeatures: [1],
        }).fit(X, y),
      "bad-argument",
      "HistGradientBoosting monotonicCst: has a rule for feature 1, which is categorical. Pass 1 (rising), -1 (falling) or 0 for each of the 2 features, 0 for categories",
    ],
    [
      "categories in no column",
      () => new HistGradientBoostingClassifier({ categoricalFeatures: [2] }).fit(X, y),
      "bad-argument",
      "HistGradientBoosting categoricalFeatures: is [2]. Pass columns from 0 to 1, or true or false for each of the 2",
    ],
    [
      "half a category",
      () =>
        new HistGradientBoostingClassifier({ categoricalFeatures: [0] }).fit([[0.5], [1], [2]], y),
      "bad-argument",
      "categoricalFeatures 0: holds 0.5, which is no whole number. Number the categories, for instance from 0",
    ],
    [
      "too many categories",
      () => new HistGradientBoostingClassifier({ categoricalFeatures: [0], maxBins: 2 }).fit(X, y),
      "out-of-range",
      "categoricalFeatures 0: holds 3 categories. Join rare categories, raise maxBins, or take the feature for a number",
    ],
    [
      "unknown interactions",
      () =>
        Reflect.construct(HistGradientBoostingClassifier, [{ interactionCst: "none" }]).fit(X, y),
      "bad-argument",
      'HistGradientBoostingClassifier interactionCst: is "none". Pass one of "pairwise", "no_interactions", null',
    ],
    [
      "directions of three classes",
      () => new DecisionTreeClassifier({ monotonicCst: [1, 0] }).fit(X, [0, 1, 2]),
      "bad-argument",
      "DecisionTreeClassifier monotonicCst: is [1,0]. Pass null: y holds 3 classes, and rules are for two",
    ],
    [
      "directions of two targets",
      () => new DecisionTreeRegressor({ monotonicCst: [1, 0] }).fit(X, X),
      "bad-argument",
      "DecisionTreeRegressor monotonicCst: is [1,0]. Pass null: y has 2 targets, and rules are for one",
    ],
    [
      "direction of a feature that there is not",
      () => new RandomForestClassifier({ monotonicCst: [1, 0, 1] }).fit(X, y),
      "bad-argument",
      "RandomForestClassifier monotonicCst: is [1,0,1]. Pass 1 (rising), -1 (falling) or 0 for each of the 2 features, or null",
    ],
    [
      "counts of two kinds",
      () => new DecisionTreeRegressor({ criterion: "poisson" }).fit(X, X),
      "bad-argument",
      'DecisionTreeRegressor.fit y: has 2 targets, and criterion "poisson" takes one. Pass "squared_error", or fit a model for each target',
    ],
    [
      "targets of other rows",
      () => new DecisionTreeRegressor().fit(X, [[1, 2]]),
      "bad-shape",
      "DecisionTreeRegressor.fit y: has 1 rows, X has 3. Pass the targets of each row of X",
    ],
    [
      "three limits for two targets",
      () => new DecisionTreeRegressor({ result: { above: [2, 3, 4] } }).fit(X, X).compile(X),
      "bad-argument",
      "DecisionTreeRegressor result above: is [2,3,4]. Pass a number, or a list of 2, one a target",
    ],
    [
      "a limit that is no number",
      () => new DecisionTreeRegressor({ result: { above: [2, Number.NaN] } }).fit(X, X).compile(X),
      "bad-argument",
      'DecisionTreeRegressor result: is {"above":[2,null]}. Pass "scores", or { above: t } with a target t',
    ],
    [
      "trees without limit",
      () => new XGBRegressor({ maxDepth: 0 }).fit(X, y),
      "bad-argument",
      "XGBRegressor maxDepth: is 0, and maxLeaves is 0 too: trees would have no limit. Limit one of the two",
    ],
    [
      "share of rows",
      () => new XGBRegressor({ subsample: 0 }).fit(X, y),
      "bad-argument",
      "XGBRegressor subsample: is 0. Pass a number above 0 and at most 1",
    ],
    [
      "negative count",
      () => new XGBRegressor({ objective: "count:poisson" }).fit(X, [1, -2, 0]),
      "out-of-range",
      "XGBRegressor.fit y entry 1: the target is -2. Pass targets of at least 0, one of them above 0, or another objective",
    ],
    [
      "share as target",
      () => new XGBRegressor({ objective: "reg:logistic" }).fit(X, [0, 2, 1]),
      "out-of-range",
      "XGBRegressor.fit y entry 1: the target is 2. Pass shares from 0 to 1, or another objective",
    ],
    [
      "three classes, binary objective",
      () => new XGBClassifier({ objective: "binary:logistic" }).fit(X, [0, 1, 2]),
      "bad-argument",
      'XGBClassifier objective: is "binary:logistic", and y holds 3 classes. Pass "multi:softprob", or null to have it chosen',
    ],
    [
      "base score of a probability",
      () => new XGBClassifier({ baseScore: 2 }).fit(X, y),
      "bad-argument",
      "XGB baseScore: is 2, this objective takes a number above 0 and below 1. Pass such a number, or null to have it taken from the data",
    ],
    [
      "negative weight",
      () => new DecisionTreeClassifier().fit(X, y, [1, -1, 1]),
      "out-of-range",
      "DecisionTreeClassifier.fit sampleWeight entry 1: -1 is negative. Pass weights of at least 0, one of them above 0",
    ],
    [
      "contamination",
      () => new IsolationForest({ contamination: 0.9 }).fit(X),
      "bad-argument",
      'IsolationForest contamination: is 0.9. Pass a share above 0 and at most 0.5, or "auto"',
    ],
  ];

for (const [name, act, code, text] of cases) {
  test(name, async () => {
    await assert.rejects(
      async () => act(),
      (error: Error & { code?: string }) => {
        assert.equal(error.message, text);
        assert.equal(error.code, code);
        return true;
      },
    );
  });
}
