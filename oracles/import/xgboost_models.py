"""Trains small XGBoost models and records their files, scores and predictions.

Run once for each version, each in an environment of its own:
  pip install xgboost==1.7.6 "numpy<2" scikit-learn==1.5.2 pandas && python xgboost_models.py
  pip install xgboost==3.2.0 scikit-learn==1.9.1 pandas && python xgboost_models.py
Writes test/fixtures/import/xgboost-VERSION/.
"""

import json
import platform

import numpy as np
import pandas as pd
import sklearn
import xgboost as xgb
from sklearn.datasets import load_breast_cancer, load_iris

from common import edge_rows, fixtures, two_dimensional, write_cases

rng = np.random.default_rng(7)
folder = f"xgboost-{xgb.__version__}"
(fixtures / folder).mkdir(parents=True, exist_ok=True)
breast = load_breast_cancer()
iris = load_iris()
cases = []


def thresholds_of(booster):
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    return [
        (feature, condition)
        for tree in model.get("trees", [])
        for feature, condition, left, kind in zip(
            tree["split_indices"], tree["split_conditions"], tree["left_children"], tree["split_type"]
        )
        if left >= 0 and kind == 0
    ]


def case(name, booster, X, format="json", predict=None, rows=None, rounds=0, **kwargs):
    if hasattr(booster, "get_booster"):
        booster.save_model(fixtures / folder / f"{name}.{format}")
        booster = booster.get_booster()
    else:
        (fixtures / folder / f"{name}.{format}").write_bytes(booster.save_raw(format))
    if rows is None:
        rows = edge_rows(X, thresholds_of(booster), rng, **kwargs)
    matrix = rows if isinstance(rows, xgb.DMatrix) else xgb.DMatrix(rows, missing=np.nan)
    limits = dict(iteration_range=(0, rounds))
    cases.append(
        {
            "name": name,
            "file": f"{name}.{format}",
            "X": rows,
            "scores": two_dimensional(booster.predict(matrix, output_margin=True, **limits)),
            "outputs": None if name == "multi-softmax" else two_dimensional(booster.predict(matrix, **limits)),
            "predict": None if predict is None else np.asarray(predict(rows)).ravel(),
        }
    )


def train(X, y, rounds=3, **parameters):
    return xgb.train({"max_depth": 3, "seed": 1, "nthread": 1, **parameters}, xgb.DMatrix(X, y), rounds)


def holes(X, share=0.2):
    X = X.astype(np.float64).copy()
    X[rng.random(X.shape) < share] = np.nan
    return X


X, y = breast.data, breast.target
model = xgb.XGBClassifier(n_estimators=6, max_depth=3, base_score=0.3).fit(holes(X[:, :8]), y)
case("binary", model, X[:, :8], predict=model.predict)
case("binary-ubj", model, X[:, :8], format="ubj", predict=model.predict)
model = xgb.XGBClassifier(n_estimators=4, max_depth=2).fit(holes(iris.data), iris.target)
case("multiclass", model, iris.data, predict=model.predict)
model = xgb.XGBClassifier(n_estimators=12, max_depth=2, early_stopping_rounds=1, learning_rate=1.0, eval_metric="logloss")
model.fit(X[:300, :4], y[:300], eval_set=[(X[300:, :4], y[300:])], verbose=False)
assert model.best_iteration < model.get_booster().num_boosted_rounds() - 1
case("early-stop", model, X[:, :4], predict=model.predict, rounds=model.best_iteration + 1)
model = xgb.XGBRegressor(n_estimators=3, max_depth=3, base_score=1.5).fit(iris.data, iris.target)
case("regression-ubj", model, iris.data, format="ubj", infinite=False)
model = xgb.XGBRFClassifier(n_estimators=4, max_depth=2, random_state=2).fit(X[:, :5], y)
case("random-forest", model, X[:, :5], predict=model.predict)

positive = np.abs(iris.data[:, 0] - 5) + 0.1
for objective in [
    "count:poisson", "reg:gamma", "reg:tweedie", "reg:logistic", "reg:pseudohubererror", "reg:squaredlogerror",
    "reg:absoluteerror", "binary:hinge", "binary:logitraw", "multi:softmax", "rank:pairwise", "survival:cox",
]:
    extra = {"num_class": 3} if objective.startswith("multi") else {}
    target = iris.target if objective.startswith("multi") else positive / positive.max()
    if objective.startswith("binary"):
        target = iris.target > 0
    if objective == "count:poisson":
        target = iris.target
    name = objective.replace(":", "-")
    # A base score other than the default, where the library takes one for all outputs.
    base = {} if objective.startswith("multi") else {"base_score": 0.25}
    booster = train(iris.data, target, 2, objective=objective, max_depth=2, **base, **extra)
    classes = (lambda rows: booster.predict(xgb.DMatrix(rows))) if objective == "multi:softmax" else None
    case(name, booster, iris.data, format="ubj", edges=3, predict=classes)

# Categories: sets, and one category against the others; codes beyond those seen, negative ones and fractions as well.
codes = rng.integers(0, 7, 200)
table = pd.DataFrame({
    "size": rng.normal(size=200).round(2),
    "colour": pd.Categorical(codes, categories=range(7)),
    "shape": pd.Categorical(rng.integers(0, 3, 200), categories=range(3)),
})
effect = np.array([3.0, -2, 0.5, 1, -1, 4, -3])[codes] + table["size"] + table["shape"].astype(int)
for name, limit in [("category-sets", 1), ("category-one-hot", 100)]:
    model = xgb.XGBRegressor(n_estimators=3, max_depth=3, enable_categorical=True, tree_method="hist" if xgb.__version__[0] != "1" else "approx",
                             max_cat_to_onehot=limit).fit(table, effect)
    rows = []
    for i in range(24):
        rows.append([table["size"][i], float(codes[i]), float(int(table["shape"][i]))])
    for value in [7.0, 31.0, 32.0, 500.0, -1.0, 2.5, -0.5, float("nan")]:
        rows.append([0.1, value, 1.0])
        rows.append([float("nan"), 2.0, value])
    rows = np.array(rows)
    booster = model.get_booster()
    booster.feature_names = None
    booster.feature_types = None
    (fixtures / folder / f"{name}.json").write_bytes(booster.save_raw("json"))
    matrix = xgb.DMatrix(rows)
    cases.append({"name": name, "file": f"{name}.json", "X": rows,
                  "scores": two_dimensional(booster.predict(matrix, output_margin=True)),
                  "outputs": two_dimensional(booster.predict(matrix)), "predict": None})

case("linear", 
     xgb.train({"booster": "gblinear", "seed": 1}, xgb.DMatrix(iris.data, iris.target), 3), iris.data, edges=0)
case("linear-multiclass", xgb.train({"booster": "gblinear", "objective": "multi:softprob", "num_class": 3, "seed": 1},
     xgb.DMatrix(iris.data, iris.target), 3), iris.data, edges=0)
if xgb.__version__[0] != "1":
    # Classes of different sizes: one base score a class.
    uneven = xgb.DMatrix(iris.data[20:], iris.target[20:])
    case("linear-uneven", xgb.train({"booster": "gblinear", "objective": "multi:softprob", "num_class": 3, "seed": 1}, uneven, 3), iris.data[:6],
         rows=iris.data[::25])
two = np.c_[iris.target, iris.data[:, 0]]
case("two-targets", xgb.XGBRegressor(n_estimators=2, max_depth=2).fit(iris.data[:, 1:], two), iris.data[:, 1:], edges=3)
if xgb.__version__[0] != "1":
    model = xgb.XGBRegressor(n_estimators=2, max_depth=2, multi_strategy="multi_output_tree").fit(iris.data[:, 1:], two)
    case("vector-leaves", model, iris.data[:, 1:], edges=3, rows=None)
dart = xgb.train({"booster": "dart", "max_depth": 1}, xgb.DMatrix(iris.data, iris.target), 1)
(fixtures / folder / "dart.json").write_bytes(dart.save_raw("json"))

write_cases(folder, {
    "python": platform.python_version(), "xgboost": xgb.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__,
}, cases)
