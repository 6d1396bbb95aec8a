"""Fits XGBoost's models to half of the rows, goes on from them on all rows, and writes what came of it.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb_continued.py
Writes test/fixtures/trees/xgb-continued.json. The first model sees every second row. Rows of the breast-cancer data are read from data/ by
the tests.
"""

import json

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor, XGBRFRegressor

from common import camel_params, data_sets, floats, rounded, write
from make_xgb import reached, tree_arrays

sets = data_sets()
X, y = sets["smooth"]
sets["targets"] = (X, rounded(numpy.c_[y, 3 * X[:, 1] ** 2 - X[:, 5]]))
kinds = numpy.round(3 * numpy.abs(X))
sets["kinds"] = (kinds, y)


class PlainRows:
    """Keeps the rows' own values: the earlier model would else be asked for rows rounded to the new fit's bins."""

    def _create_dmatrix(self, ref, **kwargs):
        return xgboost.DMatrix(**kwargs, nthread=self.n_jobs)


def case(estimator, data_set, first, then, judged=False, weights=False):
    X, y = sets[data_set]
    half = numpy.arange(len(y)) % 2 == 0
    weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    of = lambda rows: None if weight is None else weight[rows]
    earlier = estimator(n_jobs=1, **first).fit(X[half], y[half], sample_weight=of(half))
    held = numpy.arange(len(y)) % 3 == 0
    eval_set = [(X[held], y[held])] if judged else None
    model = type(estimator.__name__, (PlainRows, estimator), {})(n_jobs=1, **then)
    model.fit(X, y, sample_weight=weight, xgb_model=earlier, eval_set=eval_set, verbose=False)
    trees = json.loads(model.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    predict = model.predict_proba if issubclass(estimator, XGBClassifier) else model.predict
    stopped = then.get("early_stopping_rounds") is not None
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "first": camel_params(first),
        "params": camel_params(then),
        "nodeCounts": [len(reached(tree)) for tree in trees],
        "last": tree_arrays(trees[-1]),
        "everySeventh": floats(predict(X[::7])),
        "importances": floats(model.feature_importances_),
        "results": floats(next(iter(model.evals_result()["validation_0"].values()))) if judged else None,
        "bestIteration": int(model.best_iteration) if stopped else None,
        "bestScore": float(model.best_score) if stopped else None,
    }


C, R = XGBClassifier, XGBRegressor
b, s = "breast-cancer", "smooth"
small = dict(n_estimators=6, max_depth=3)
slow = dict(n_estimators=5, max_depth=4, learning_rate=0.1)
typed = dict(feature_types=["c", "q", "c", "c", "q", "q"])
cases = [
    case(C, b, small, slow),
    case(C, b, small, slow, weights=True),
    case(C, "labels", small, slow),
    case(R, s, small, slow),
    case(R, s, small, {**slow, "base_score": 1.0}),
    case(R, s, {**small, "tree_method": "exact"}, {**slow, "tree_method": "exact"}),
    case(R, s, {**small, "max_bin": 9}, {**slow, "max_bin": 16}),
    case(R, "holes", small, {**slow, "importance_type": "total_cover"}, weights=True),
    case(R, "counts", {**small, "objective": "count:poisson"}, {**slow, "objective": "count:poisson"}),
    case(R, s, small, {**slow, "objective": "reg:absoluteerror"}),
    case(R, "targets", small, slow),
    case(R, "kinds", {**small, **typed}, {**slow, **typed}),
    case(R, s, {**small, "num_parallel_tree": 2}, {**slow, "num_parallel_tree": 2}),
    case(XGBRFRegressor, s, dict(n_estimators=3, max_depth=3, subsample=1.0, colsample_bynode=1.0), dict(n_estimators=3, max_depth=4, subsample=1.0, colsample_bynode=1.0)),
    case(R, s, small, dict(n_estimators=30, max_depth=3, early_stopping_rounds=3, learning_rate=0.9), judged=True),
    case(C, "labels", small, dict(n_estimators=30, max_depth=3, early_stopping_rounds=2, learning_rate=1.5), judged=True),
]
write("xgb-continued.json", "oracles/trees/make_xgb_continued.py", {"xgboost": xgboost.__version__}, sets, cases)
