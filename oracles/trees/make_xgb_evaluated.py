"""Fits XGBoost's models with evaluation sets and early stopping, and writes what each round was worth.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb_evaluated.py
Writes test/fixtures/trees/xgb-evaluated.json. Every third row is judged by, the others are trained on. Rows of the breast-cancer data
are read from data/ by the tests.
"""

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor

from common import camel_params, data_sets, floats, write

sets = data_sets()


def case(estimator, data_set, weights=False, **params):
    X, y = sets[data_set]
    held = numpy.arange(len(y)) % 3 == 0
    weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    of = lambda rows: None if weight is None else weight[rows]
    model = estimator(n_jobs=1, **params)
    model.fit(
        X[~held], y[~held], sample_weight=of(~held), eval_set=[(X[~held], y[~held]), (X[held], y[held])],
        sample_weight_eval_set=None if weight is None else [of(~held), of(held)], verbose=False,
    )
    stopped = params.get("early_stopping_rounds") is not None
    rows = X[held][::4]
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "params": camel_params(params),
        "results": {key: {name: floats(values) for name, values in own.items()} for key, own in model.evals_result().items()},
        "bestIteration": int(model.best_iteration) if stopped else None,
        "bestScore": float(model.best_score) if stopped else None,
        "everyFourth": floats(model.predict_proba(rows) if estimator is XGBClassifier else model.predict(rows)),
        "importances": floats(model.feature_importances_),
    }


C, R = XGBClassifier, XGBRegressor
b, s = "breast-cancer", "smooth"
early = dict(n_estimators=60, max_depth=3, early_stopping_rounds=4)
cases = [
    case(C, b, **early),
    case(C, b, **early, eval_metric="error"),
    case(C, b, **early, eval_metric="auc", weights=True),
    case(C, b, n_estimators=6, max_depth=2, scale_pos_weight=0.5),
    case(C, "labels", **early),
    case(C, "labels", **early, eval_metric="merror", weights=True),
    case(R, s, **early),
    case(R, s, **early, eval_metric="mae", learning_rate=0.8),
    case(R, "holes", n_estimators=3, max_depth=3, early_stopping_rounds=20),
    case(R, "counts", **early, objective="count:poisson", weights=True),
    case(R, "positive", **early, objective="reg:gamma"),
    case(R, "counts", **early, objective="reg:tweedie"),
    case(R, b, **early, objective="reg:logistic"),
    case(R, s, **early, objective="reg:absoluteerror", weights=True),
    case(R, s, **early, objective="reg:quantileerror", quantile_alpha=0.7),
]
write("xgb-evaluated.json", "oracles/trees/make_xgb_evaluated.py", {"xgboost": xgboost.__version__}, sets, cases)
