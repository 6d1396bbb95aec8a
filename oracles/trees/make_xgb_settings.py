"""Fits XGBoost's models with settings that change how trees are grown, and writes their trees and predictions.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb_settings.py
Writes test/fixtures/trees/xgb-settings.json, in the form of xgb.json. Rows of the breast-cancer data are read from data/ by the tests.
"""

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier, XGBRFRegressor

from common import rounded, write
from make_xgb import case, sets

# Three targets of different sizes.
X, y = sets["smooth"]
random = numpy.random.RandomState(31)
sets["targets"] = (X, rounded(numpy.c_[y, 100 * X[:, 1] ** 2 + random.normal(size=160), 0.01 * X[:, 5] - 2 * X[:, 0]]))

# The same rows with -9 for what is missing.
X, y = sets["holes"]
sets["filled"] = (numpy.where(numpy.isnan(X), -9.0, X), y)

C, R = XGBClassifier, XGBRegressor
b, s = "breast-cancer", "smooth"
small = dict(n_estimators=12, max_depth=4)
# All rows and features in every tree: nothing is drawn.
whole = dict(subsample=1.0, colsample_bynode=1.0)
cases = [
    case(R, s, **small, tree_method="approx"),
    case(R, s, **small, tree_method="approx", max_bin=16),
    case(R, s, **small, tree_method="approx", max_bin=16, weights=True),
    case(C, b, **small, tree_method="approx"),
    case(C, b, **small, tree_method="approx", max_bin=32),
    case(C, b, **small, tree_method="approx", max_bin=16, scale_pos_weight=0.4),
    case(C, "labels", **small, tree_method="approx", max_bin=12, weights=True),
    case(C, "iris", **small, tree_method="approx", max_bin=10),
    case(R, "holes", **small, tree_method="approx", max_bin=20, grow_policy="lossguide", max_leaves=7),
    case(R, "counts", **small, tree_method="approx", max_bin=20, objective="count:poisson"),
    case(R, "positive", **small, tree_method="approx", max_bin=9, objective="reg:gamma", weights=True),
    case(R, s, **small, tree_method="approx", max_bin=16, monotone_constraints=(1, -1, 0, 0, 0, 0)),
    # A rule for no feature: gains are reckoned otherwise than without rules all the same.
    case(R, s, **small, reg_alpha=3.0, monotone_constraints=(0, 0, 0, 0, 0, 0)),
    case(R, s, **small, objective="reg:absoluteerror"),
    case(R, s, **small, objective="reg:absoluteerror", weights=True),
    case(R, "holes", **small, objective="reg:quantileerror", quantile_alpha=0.8),
    case(R, s, **small, objective="reg:quantileerror", quantile_alpha=0.3, weights=True),
    case(R, s, **small, objective="reg:quantileerror", quantile_alpha=0.1, tree_method="approx", max_bin=16),
    case(R, "targets", **small, trees=6),
    case(R, "targets", **small, tree_method="approx", max_bin=20, num_parallel_tree=2, trees=6, weights=True),
    case(R, s, **small, num_parallel_tree=3),
    case(C, "iris", **small, num_parallel_tree=2, trees=4),
    case(R, "holes", **small, num_parallel_tree=2, tree_method="exact"),
    case(XGBRFClassifier, b, **small, **whole),
    case(XGBRFClassifier, "iris", **small, **whole),
    case(XGBRFRegressor, s, **small, **whole, reg_lambda=1.0),
    case(R, s, **small, interaction_constraints=[[0, 1], [2, 3, 4]]),
    case(R, s, **small, interaction_constraints=[[0, 1, 2], [2, 3], [3, 4, 5]], tree_method="exact"),
    case(C, b, **small, interaction_constraints=[[0, 20], [1, 2, 3, 22], [7, 27]]),
    case(C, "labels", **small, interaction_constraints=[[0, 1], [1, 2]], grow_policy="lossguide", max_leaves=8),
    # As many features are drawn as have a weight.
    case(R, s, **small, colsample_bytree=0.5, feature_weights=[1, 0, 2, 0, 0, 3]),
    case(C, "labels", **small, colsample_bytree=0.7, colsample_bynode=0.5, feature_weights=[0, 0, 2, 0.01, 0, 0]),
    case(R, "filled", **small, missing=-9.0),
    case(R, "filled", **small, missing=-9.0, tree_method="exact"),
    case(R, "grid", **small, missing=0.0),
    case(R, "filled", **small, missing=-9.0, tree_method="approx", max_bin=20),
]
write("xgb-settings.json", "oracles/trees/make_xgb_settings.py", {"xgboost": xgboost.__version__}, sets, cases)
