"""Trains small LightGBM models and records their files, scores and predictions.

Run: pip install lightgbm==4.7.0 scikit-learn==1.9.1 && python lightgbm_models.py
Writes test/fixtures/import/lightgbm-VERSION/. With an older version, e.g. 3.3.5, it writes that folder beside it.
"""

import platform
import re

import lightgbm as lgb
import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_iris

from common import edge_rows, fixtures, two_dimensional, write_cases

rng = np.random.default_rng(11)
folder = f"lightgbm-{lgb.__version__}"
(fixtures / folder).mkdir(parents=True, exist_ok=True)
breast = load_breast_cancer()
iris = load_iris()
cases = []


def text_of(booster):
    """The model without its importances and parameters, which no reader needs."""
    text = booster.model_to_string()
    return text[: text.index("end of trees")] + "end of trees\n"


def thresholds_of(text):
    found = []
    for block in text.split("\nTree=")[1:]:
        def numbers(key, kind):
            match = re.search(rf"^{key}=(.*)$", block, re.M)
            return [kind(part) for part in match.group(1).split()] if match else []
        for feature, threshold, decision in zip(
            numbers("split_feature", int), numbers("threshold", float), numbers("decision_type", int)
        ):
            if decision % 2 == 0:
                found.append((feature, threshold))
    return found


def case(name, booster, X, predict=None, rows=None, **kwargs):
    text = text_of(booster)
    (fixtures / folder / f"{name}.txt").write_text(text)
    if rows is None:
        rows = edge_rows(X, thresholds_of(text), rng, dtype=np.float64, **kwargs)
    cases.append(
        {
            "name": name,
            "file": f"{name}.txt",
            "X": rows,
            # LightGBM's raw scores of random forests are sums, its outputs come from their averages.
            "scores": two_dimensional(booster.predict(rows, raw_score=True)) / (booster.num_trees() if name == "random-forest" else 1),
            "outputs": two_dimensional(booster.predict(rows)),
            "predict": None if predict is None else np.asarray(predict(rows)).ravel(),
        }
    )


def train(X, y, rounds=3, categorical="auto", **parameters):
    settings = {"num_leaves": 6, "min_data_in_leaf": 5, "seed": 1, "num_threads": 1, "verbosity": -1, **parameters}
    return lgb.train(settings, lgb.Dataset(X, y, categorical_feature=categorical), rounds)


def holes(X, share=0.2):
    X = X.astype(np.float64).copy()
    X[rng.random(X.shape) < share] = np.nan
    return X


X, y = breast.data[:, :8], breast.target
model = lgb.LGBMClassifier(n_estimators=5, num_leaves=6, verbose=-1).fit(X, y)
case("binary", model.booster_, X, predict=lambda rows: model.predict(rows), infinite=True)
missing = lgb.LGBMClassifier(n_estimators=4, num_leaves=6, verbose=-1).fit(holes(X), y)
case("binary-missing", missing.booster_, X, predict=lambda rows: missing.predict(rows), infinite=True)
sparse = X.copy()
sparse[rng.random(X.shape) < 0.4] = 0
case("zero-as-missing", train(sparse, y, objective="binary", zero_as_missing=True), sparse, infinite=True)
case("no-missing", train(holes(X), y, objective="binary", use_missing=False), X, infinite=True)
case("sigmoid-slope", train(X, y, objective="binary", sigmoid=0.7, scale_pos_weight=2.0), X, edges=3)
many = lgb.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1).fit(iris.data, iris.target)
case("multiclass", many.booster_, iris.data, predict=lambda rows: many.predict(rows))
case("one-vs-all", train(iris.data, iris.target, 2, objective="multiclassova", num_class=3, num_leaves=4), iris.data, edges=3)
positive = np.abs(iris.data[:, 0] - 5) + 0.1
for objective in ["regression", "regression_l1", "huber", "fair", "quantile", "mape", "poisson", "gamma", "tweedie",
                  "cross_entropy", "cross_entropy_lambda"]:
    target = positive / positive.max() if objective.startswith("cross") else positive
    case(objective.replace("_", "-"), train(iris.data, target, 2, objective=objective, num_leaves=4), iris.data, edges=2, rows=None)
case("regression-sqrt", train(iris.data, iris.target - 1.0, 2, objective="regression", reg_sqrt=True), iris.data, edges=2)
relevance = lgb.train({"objective": "lambdarank", "num_leaves": 4, "verbosity": -1, "num_threads": 1},
                      lgb.Dataset(iris.data, iris.target, group=[50, 50, 50]), 2)
case("lambdarank", relevance, iris.data, edges=2)
case("random-forest", train(X, y, 4, objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.7), X, edges=4)
case("dart", train(X, y, 4, objective="binary", boosting="dart", drop_rate=0.5), X, edges=4)
case("constant", train(np.zeros((40, 2)), np.arange(40) % 2, 2, objective="regression"), np.ones((4, 2)), edges=0)

# Categories of more than one 32-bit word, with codes never seen, negative ones, fractions and missing ones.
codes = rng.integers(0, 45, 600)
other = rng.integers(0, 3, 600).astype(float)
size = rng.normal(size=600).round(2)
effect = np.sin(codes * 1.7) * 3 + (other == 1) * 2 + size
for name, hole in [("categories", False), ("categories-missing", True)]:
    table = np.c_[size, codes, other]
    if hole:
        table[rng.random(600) < 0.1, 1] = np.nan
    rows = list(table[:16])
    for value in [45.0, 44.0, 31.0, 32.0, 63.0, 500.0, -1.0, 2.5, -0.5, float("nan"), 0.0]:
        rows.append(np.array([0.1, value, 1.0]))
        rows.append(np.array([np.nan, 2.0, value]))
    booster = train(table, effect, 3, categorical=[1, 2], objective="regression", num_leaves=8, min_data_per_group=5, cat_smooth=1, max_cat_to_onehot=4)
    case(name, booster, None, rows=np.array(rows))
linear = train(iris.data, positive, 1, objective="regression", linear_tree=True, num_leaves=3)
(fixtures / folder / "linear-tree.txt").write_text(text_of(linear))
# Zeros of columns with two values stay numbers under zero_as_missing.
sparse = np.c_[rng.normal(size=200).round(1), rng.integers(0, 2, 200), rng.integers(0, 4, 200), rng.normal(size=200)]
sparse[rng.random(sparse.shape) < 0.2] = 0
sparse[rng.random(sparse.shape) < 0.1] = np.nan
effect = np.nan_to_num(sparse) @ [1, 2, -1, 0.5]
case("zero-as-missing-some", train(sparse, effect, 4, objective="regression", zero_as_missing=True), sparse, infinite=True)

write_cases(folder, {
    "python": platform.python_version(), "lightgbm": lgb.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__,
}, cases)
