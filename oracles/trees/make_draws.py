"""Fits models that draw rows or features under many seeds, and writes how their scores on held-out rows are distributed.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && OMP_NUM_THREADS=1 python make_draws.py
Writes test/fixtures/trees/draws.json. Every third row is judged by, the others are trained on. Rows of the breast-cancer data are read
from data/ by the tests.
"""

import numpy
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier, XGBRFRegressor

from common import camel_params, data_sets, write

sets = data_sets()
seeds = 60


def case(estimator, data_set, **params):
    X, y = sets[data_set]
    held = numpy.arange(len(y)) % 3 == 0
    losses = []
    for seed in range(seeds):
        model = estimator(random_state=seed, **params).fit(X[~held], y[~held])
        if hasattr(model, "predict_proba"):
            losses.append(log_loss(y[held], model.predict_proba(X[held])))
        else:
            losses.append(mean_squared_error(y[held], model.predict(X[held])))
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "params": camel_params(params),
        "seeds": seeds,
        "mean": float(numpy.mean(losses)),
        "deviation": float(numpy.std(losses, ddof=1)),
    }


small = dict(n_estimators=15, max_depth=3)
rounds = dict(max_iter=15, min_samples_leaf=5)
cases = [
    case(XGBClassifier, "breast-cancer", **small, subsample=0.5),
    case(XGBClassifier, "iris", **small, colsample_bytree=0.5),
    case(XGBRegressor, "smooth", **small, subsample=0.6, num_parallel_tree=4),
    case(XGBRegressor, "smooth", **small, colsample_bylevel=0.5, colsample_bynode=0.6),
    case(XGBRegressor, "smooth", **small, colsample_bytree=0.5, feature_weights=[8, 1, 1, 4, 0.5, 1]),
    case(XGBRegressor, "smooth", **small, colsample_bynode=0.4, feature_weights=[1, 6, 6, 1, 1, 0]),
    case(XGBRegressor, "smooth", **small, subsample=0.5, tree_method="approx", max_bin=16),
    case(XGBRFClassifier, "breast-cancer", **small),
    case(XGBRFRegressor, "smooth", n_estimators=20, max_depth=5),
    case(HistGradientBoostingClassifier, "breast-cancer", **rounds, max_features=0.2),
    case(HistGradientBoostingRegressor, "smooth", **rounds, max_features=0.4),
]
write("draws.json", "oracles/trees/make_draws.py", {"xgboost": xgboost.__version__}, sets, cases)
