"""Fits XGBoost's models to columns of categories and writes their trees and predictions.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb_categories.py
Writes test/fixtures/trees/xgb-categories.json, in the form of xgb.json, with answers for rows of categories that no training row had.
"""

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor, XGBRFClassifier

from common import rounded, write
from make_xgb import case, sets

random = numpy.random.RandomState(17)
n = 240


def effects(column, count):
    return random.normal(size=count)[column.astype(int)]


# Three categories, four (from which on they are parted in sets), twelve, and numbers.
few, four, dozen = (random.randint(0, count, n).astype(float) for count in (3, 4, 12))
number = rounded(random.normal(size=n))
X = numpy.c_[few, four, number, dozen]
y = rounded(2 * effects(few, 3) + effects(four, 4) + effects(dozen, 12) * (number > 0) + number + 0.2 * random.normal(size=n))
labels = numpy.digitize(y, numpy.quantile(y, [0.3, 0.7]))
holes = X.copy()
holes[random.uniform(size=X.shape) < 0.12] = numpy.nan
# Missing values say something.
holes[:, 3] = numpy.where((labels == 2) & (random.uniform(size=n) < 0.4), numpy.nan, holes[:, 3])
# More than 64 categories, some numbers of which no row has, and more than 256 of them.
hundred = numpy.floor(100 * random.uniform(size=n) ** 1.5) * 3
wide = numpy.c_[hundred, number, random.randint(0, 90, n).astype(float)]
wide_y = rounded(2 * effects(hundred, 300) + effects(wide[:, 2], 90) + number)
kinds, wides = ["c", "c", "q", "c"], ["c", "q", "c"]

sets["kinds"] = (X, y)
sets["kinds two classes"] = (X, (labels == 1).astype(int))
sets["kinds three classes"] = (X, labels)
sets["kinds holes"] = (holes, y)
sets["kinds holes three classes"] = (holes, labels)
sets["kinds targets"] = (holes, rounded(numpy.c_[y, number * effects(dozen, 12)]))
sets["kinds filled"] = (numpy.where(numpy.isnan(holes), -1.0, holes), y)
sets["wide"] = (wide, wide_y)
sets["wide holes"] = (numpy.where(random.uniform(size=wide.shape) < 0.1, numpy.nan, wide), wide_y)

C, R = XGBClassifier, XGBRegressor
nan = numpy.nan
strange = numpy.array([[9, 9, 0.1, 99], [0, 7, -1, nan], [nan, nan, nan, nan], [70000, 1, 1, 3], [1, 2, nan, 12]], dtype=float)
strange_wide = numpy.array([[1, 0.1, 95], [299, -1, nan], [nan, 0.4, 300], [16777215, 1, 4]], dtype=float)
small = dict(n_estimators=12, max_depth=4, feature_types=kinds, others=strange)
broad = dict(n_estimators=12, max_depth=4, feature_types=wides, others=strange_wide)
cases = [
    case(R, "kinds", **small),
    case(R, "kinds", **small, weights=True),
    case(R, "kinds", **small, max_cat_to_onehot=100),
    case(R, "kinds", **small, max_cat_to_onehot=5, reg_lambda=0.2, reg_alpha=0.5),
    case(R, "kinds", **small, max_cat_to_onehot=1, max_cat_threshold=3),
    case(R, "kinds", **small, tree_method="approx"),
    case(R, "kinds", **small, min_child_weight=12, gamma=0.5),
    case(R, "kinds", **small, max_delta_step=0.4),
    case(R, "kinds", **small, monotone_constraints=(1, 0, 1, 0)),
    case(R, "kinds", **small, interaction_constraints=[[0, 3], [1, 2]]),
    case(C, "kinds two classes", **small),
    case(C, "kinds two classes", **small, tree_method="approx", max_bin=20, scale_pos_weight=2.0),
    case(C, "kinds three classes", **small),
    case(R, "kinds holes", **small),
    case(R, "kinds holes", **small, max_cat_to_onehot=100),
    case(R, "kinds holes", **small, grow_policy="lossguide", max_leaves=7, weights=True),
    case(C, "kinds holes three classes", **small),
    case(C, "kinds holes three classes", **small, max_cat_to_onehot=100, tree_method="approx", max_bin=64),
    case(R, "kinds targets", **small),
    case(R, "kinds filled", **small, missing=-1.0),
    case(R, "kinds", n_estimators=5, max_depth=3, feature_types=["c", "i", "float", "int"]),
    case(R, "wide", **broad),
    case(R, "wide", **broad, max_cat_threshold=200, min_child_weight=0),
    case(R, "wide", **broad, max_cat_threshold=8),
    case(R, "wide holes", **broad, tree_method="approx"),
    case(C, "kinds holes three classes", **small, tree_method="approx", max_bin=20, weights=True),
    case(R, "wide holes", **broad, min_child_weight=4, max_cat_to_onehot=95),
    case(XGBRFClassifier, "kinds holes three classes", **small, subsample=1.0, colsample_bynode=1.0),
]
write("xgb-categories.json", "oracles/trees/make_xgb_categories.py", {"xgboost": xgboost.__version__}, sets, cases)
