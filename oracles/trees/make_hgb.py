"""Fits scikit-learn's histogram gradient boosting and writes trees and predictions.

Run: pip install scikit-learn==1.9.1 && python make_hgb.py
Writes test/fixtures/trees/hgb.json. Rows of the breast-cancer data are read from data/ by the tests.
"""

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from common import camel_params, data_sets, floats, write

sets = data_sets()


def sizes(predictor):
    return int(len(predictor.nodes))


def preorder(nodes):
    """Nodes as (feature, threshold, missing left, value), root first, left side first."""
    out = []

    def visit(at):
        node = nodes[at]
        if node["is_leaf"]:
            out.append([-1, 0, 0, float(node["value"])])
            return
        threshold = float(node["num_threshold"])
        if numpy.isinf(threshold):
            threshold = numpy.finfo(float).max
        out.append([int(node["feature_idx"]), threshold, int(node["missing_go_to_left"]), 0])
        visit(node["left"])
        visit(node["right"])

    visit(0)
    return out


def case(estimator, data_set, trees=3, weights=False, **params):
    X, y = sets[data_set]
    sample_weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    model = estimator(early_stopping=False, **params).fit(X, y, sample_weight=sample_weight)
    flat = [predictor for round_ in model._predictors for predictor in round_]
    rows = X[::7]
    classifier = estimator is HistGradientBoostingClassifier
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "params": camel_params(params),
        "trees": [preorder(predictor.nodes) for predictor in flat[:trees]],
        "nodeCounts": [sizes(predictor) for predictor in flat],
        "everySeventh": floats(model.predict_proba(rows) if classifier else model.predict(rows)),
    }


C, R = HistGradientBoostingClassifier, HistGradientBoostingRegressor
b, s = "breast-cancer", "smooth"
few = dict(max_iter=15)
cases = [
    case(C, b, **few),
    case(C, b, **few, max_bins=20, max_leaf_nodes=6, l2_regularization=1.0),
    case(C, b, **few, class_weight="balanced", max_depth=3, min_samples_leaf=5),
    case(C, "iris", **few),
    case(C, "labels", **few, min_samples_leaf=8, learning_rate=0.3),
    case(C, "holes two classes", **few, min_samples_leaf=5),
    case(R, s, **few, min_samples_leaf=4),
    case(R, s, **few, max_leaf_nodes=None, max_depth=4),
    case(R, s, **few, weights=True, min_samples_leaf=3),
    case(R, "holes", **few, min_samples_leaf=5),
    case(R, "grid", **few),
    case(R, "counts", **few, loss="poisson"),
    case(R, "positive", **few, loss="gamma"),
]
write("hgb.json", "oracles/trees/make_hgb.py", {}, sets, cases)
