"""Fits scikit-learn's decision trees, forests and isolation forests and writes what it found.

Run: pip install scikit-learn==1.9.1 && python make_cart.py
Writes test/fixtures/trees/cart.json. Rows of the breast-cancer data are read from data/ by the tests.
"""

import warnings

import numpy
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from common import camel_params, data_sets, floats, rounded, write

warnings.simplefilter("ignore")
sets = data_sets()

# Three targets of different sizes.
X, y = sets["smooth"]
random = numpy.random.RandomState(31)
sets["targets"] = (X, rounded(numpy.c_[y, 100 * X[:, 1] ** 2 + random.normal(size=160), 0.01 * X[:, 5] - 2 * X[:, 0]]))


def tree_arrays(tree, holes):
    leaf = tree.children_left < 0
    # A threshold without end parts missing values from all others.
    threshold = numpy.where(numpy.isinf(tree.threshold), numpy.finfo(float).max, tree.threshold)
    sides = {"missingLeft": [int(side) for side in numpy.where(leaf, 0, tree.missing_go_to_left)]}
    return {
        **(sides if holes else {}),
        "feature": [int(f) if f >= 0 else -1 for f in tree.feature],
        "threshold": floats(numpy.where(leaf, 0, threshold)),
        "left": [int(max(c, 0)) for c in tree.children_left],
        "right": [int(max(c, 0)) for c in tree.children_right],
        # Classes of the one label, or targets.
        "values": floats(numpy.where(leaf[:, None], tree.value.reshape(len(leaf), -1), 0)),
    }


def case(estimator, data_set, trees=1, **params):
    X, y = sets[data_set]
    model = estimator(**{"random_state": 0, **params}).fit(X, y)
    members = getattr(model, "estimators_", [model])
    rows = X[::7]
    record = {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "params": camel_params({"random_state": 0, **params}),
        # The first trees in full, all of them by their size.
        "trees": [tree_arrays(member.tree_, numpy.isnan(X).any()) for member in members[:trees]],
        "nodeCounts": [member.tree_.node_count for member in members],
        "everySeventh": floats(model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)),
    }
    if hasattr(model, "feature_importances_"):
        record["importances"] = floats(model.feature_importances_)
    if hasattr(model, "oob_score_"):
        record["oobScore"] = float(model.oob_score_)
    if estimator is IsolationForest:
        record["everySeventh"] = floats(model.score_samples(rows))
        record["offset"] = float(model.offset_)
        record["outliers"] = int((model.predict(X) < 0).sum())
        del record["trees"]
    return record


DTC, DTR = DecisionTreeClassifier, DecisionTreeRegressor
RFC, RFR = RandomForestClassifier, RandomForestRegressor
ETC, ETR = ExtraTreesClassifier, ExtraTreesRegressor
b, i, s = "breast-cancer", "iris", "smooth"
cases = [
    case(DTC, b),
    case(DTC, b, max_depth=5, random_state=3),
    case(DTC, b, criterion="entropy", min_samples_leaf=4, max_features="sqrt", random_state=11),
    case(DTC, b, max_leaf_nodes=9, class_weight="balanced"),
    case(DTC, b, ccp_alpha=0.01, class_weight={0: 3, 1: 1}),
    case(DTC, b, splitter="random", random_state=5, min_weight_fraction_leaf=0.01),
    case(DTC, i, min_impurity_decrease=0.01, random_state=2),
    case(DTC, i, criterion="log_loss", min_samples_split=0.1, max_features=2),
    case(DTC, "labels", max_depth=10),
    case(DTC, "labels", splitter="random"),
    case(DTR, s),
    case(DTR, s, max_depth=4, min_samples_leaf=0.02, random_state=8),
    case(DTR, s, max_leaf_nodes=12, max_features=0.5),
    case(DTR, s, splitter="random", random_state=21),
    case(DTR, s, ccp_alpha=0.05),
    case(DTR, "counts", criterion="poisson", min_samples_leaf=5),
    case(DTR, "grid", random_state=1, max_depth=3),
    case(RFC, b, trees=2, n_estimators=20, max_depth=4),
    case(RFC, i, trees=1, n_estimators=10, random_state=42, oob_score=True),
    case(RFC, b, n_estimators=8, class_weight="balanced", max_samples=0.5, random_state=6),
    case(RFC, b, n_estimators=8, class_weight="balanced_subsample", max_samples=200, random_state=6),
    case(RFR, s, trees=1, n_estimators=10, random_state=9, oob_score=True, max_features=0.4),
    case(RFR, "counts", n_estimators=6, criterion="poisson", min_samples_leaf=3),
    case(RFR, s, n_estimators=5, bootstrap=False, max_features="log2", max_depth=6),
    case(ETC, b, trees=1, n_estimators=10, random_state=1, max_depth=6),
    case(ETC, i, n_estimators=8, bootstrap=True, oob_score=True, random_state=13),
    case(ETR, s, trees=1, n_estimators=8, random_state=17, min_samples_leaf=3),
    case(DTR, "targets", max_depth=5),
    case(DTR, "targets", max_leaf_nodes=20, min_samples_leaf=3, ccp_alpha=0.5),
    case(DTR, "targets", splitter="random", random_state=4, min_samples_leaf=5),
    case(RFR, "targets", n_estimators=5, max_depth=6, oob_score=True, random_state=3),
    case(ETR, "targets", n_estimators=5, max_depth=6, max_features=3),
    case(DTR, "holes", min_samples_leaf=2),
    case(DTR, "holes", max_leaf_nodes=14, max_features=3, random_state=5),
    case(DTR, "holes", splitter="random", random_state=4),
    case(DTC, "holes two classes", random_state=1),
    case(DTC, "holes two classes", criterion="entropy", splitter="random", random_state=2, min_samples_leaf=3),
    case(RFC, "holes two classes", n_estimators=6, random_state=8, oob_score=True),
    case(RFR, "holes", n_estimators=5, random_state=9, max_features=0.5),
    # The weights' sum is 160 in NumPy's order of adding, and less in the order of the rows.
    case(RFC, "holes two classes", n_estimators=6, random_state=8, class_weight="balanced", max_samples=0.5),
    case(ETC, "holes two classes", n_estimators=6, random_state=10),
    case(ETR, "holes", n_estimators=5, random_state=11, min_samples_leaf=2),
    case(DTR, s, monotonic_cst=[1, -1, 0, 0, 0, 0], min_samples_leaf=3),
    case(DTR, s, monotonic_cst=[1, 0, 0, 1, 0, -1], max_leaf_nodes=15),
    case(DTR, s, monotonic_cst=[-1, 1, 0, 0, 0, 0], splitter="random"),
    case(DTR, "counts", monotonic_cst=[1, 0, 0, 1, 0, 0], criterion="poisson", min_samples_leaf=5),
    case(DTC, b, monotonic_cst=[-1] * 10 + [0] * 10 + [-1, 1] * 5),
    case(RFC, b, n_estimators=4, max_depth=5, monotonic_cst=[-1] * 30, random_state=2),
    case(RFR, s, n_estimators=4, monotonic_cst=[1, 1, 0, 0, 0, 0], random_state=2),
    case(ETC, b, n_estimators=4, max_depth=6, monotonic_cst=[-1, 1] * 15, criterion="entropy"),
    case(ETR, s, n_estimators=4, monotonic_cst=[1, 1, 0, 0, 0, 0], max_leaf_nodes=12),
    case(IsolationForest, b, n_estimators=30, random_state=3),
    case(IsolationForest, b, n_estimators=20, random_state=4, contamination=0.1, max_samples=0.3),
    case(IsolationForest, s, n_estimators=20, random_state=5, bootstrap=True, max_samples=64),
    case(IsolationForest, s, n_estimators=20, random_state=6, max_samples=1.0, max_features=0.5),
]
write("cart.json", "oracles/trees/make_cart.py", {}, sets, cases)
