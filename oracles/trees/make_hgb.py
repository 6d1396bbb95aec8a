"""Fits scikit-learn's histogram gradient boosting and writes trees and predictions.

Run: pip install scikit-learn==1.9.1 && python make_hgb.py
Writes test/fixtures/trees/hgb.json. Rows of the breast-cancer data are read from data/ by the tests.
"""

import numpy
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from common import camel_params, data_sets, floats, rounded, write

sets = data_sets()

# Two columns of categories, one of them with holes and a rare one, and two of numbers.
random = numpy.random.RandomState(12)
kinds = numpy.c_[random.randint(0, 9, 240), random.choice([-4, 0, 3, 12, 500], 240, p=[0.3, 0.3, 0.2, 0.17, 0.03])]
X = numpy.c_[rounded(random.normal(size=240)), kinds, rounded(random.normal(size=240))].astype(float)
effect = numpy.array([0, 3, -2, 1, 0.5, -3, 2, 4, -1])[kinds[:, 0]]
y = rounded(effect + 1.5 * X[:, 0] * (kinds[:, 1] == 3) - (kinds[:, 1] == 12) + 0.3 * random.normal(size=240))
holed = X.copy()
holed[random.uniform(size=240) < 0.2, 2] = numpy.nan
sets["kinds"] = (X, y)
sets["kinds with holes"] = (holed, numpy.digitize(y, [-1, 2]))


def sizes(predictor):
    return int(len(predictor.nodes))


def listed(bitset, categories):
    return [int(c) for at, c in enumerate(categories) if bitset[at // 32] >> (at % 32) & 1]


def preorder(predictor, columns, categories):
    """Nodes as (feature, threshold or categories that go left, missing left, value), root first, left side first."""
    nodes = predictor.nodes
    out = []

    def visit(at):
        node = nodes[at]
        if node["is_leaf"]:
            out.append([-1, 0, 0, float(node["value"])])
            return
        feature = columns[int(node["feature_idx"])]
        if node["is_categorical"]:
            left = listed(predictor.raw_left_cat_bitsets[node["bitset_idx"]], categories[feature])
            out.append([feature, left, int(node["missing_go_to_left"]), 0])
            visit(node["left"])
            visit(node["right"])
            return
        threshold = float(node["num_threshold"])
        if numpy.isinf(threshold):
            threshold = numpy.finfo(float).max
        out.append([feature, threshold, int(node["missing_go_to_left"]), 0])
        visit(node["left"])
        visit(node["right"])

    visit(0)
    return out


def case(estimator, data_set, trees=3, weights=False, **params):
    X, y = sets[data_set]
    sample_weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    model = estimator(early_stopping=False, **params).fit(X, y, sample_weight=sample_weight)
    # Columns as the trees number them: categories come first.
    chosen = params.get("categorical_features") or []
    columns = [*chosen, *(j for j in range(X.shape[1]) if j not in chosen)]
    categories = {j: numpy.unique(X[~numpy.isnan(X[:, j]), j]) for j in chosen}
    flat = [predictor for round_ in model._predictors for predictor in round_]
    rows = X[::7]
    classifier = estimator is HistGradientBoostingClassifier
    answer = model.predict_proba if classifier else model.predict
    # Categories that the training data do not have.
    unseen = rows.copy()
    unseen[:, chosen] = 77
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "params": camel_params(params),
        "trees": [preorder(predictor, columns, categories) for predictor in flat[:trees]],
        "nodeCounts": [sizes(predictor) for predictor in flat],
        "everySeventh": floats(answer(rows)),
        **({"unseen": floats(answer(unseen))} if chosen else {}),
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
    case(R, s, **few, min_samples_leaf=4, monotonic_cst=[1, -1, 0, 0, 0, 0]),
    case(R, "holes", **few, min_samples_leaf=4, monotonic_cst=[1, 0, 1, 0, -1, 0], l2_regularization=0.5),
    case(C, "holes two classes", **few, min_samples_leaf=4, monotonic_cst=[1, 0, 1, -1, 0, 0], max_leaf_nodes=9),
    case(R, s, **few, min_samples_leaf=4, interaction_cst=[[0, 1], [2, 3, 4]]),
    case(R, s, **few, min_samples_leaf=4, interaction_cst="pairwise"),
    case(R, "holes", **few, min_samples_leaf=4, interaction_cst="no_interactions"),
    case(R, "kinds", **few, min_samples_leaf=4, categorical_features=[1, 2]),
    case(R, "kinds", **few, min_samples_leaf=8, categorical_features=[1], weights=True, monotonic_cst=[1, 0, 0, 0]),
    case(C, "kinds with holes", **few, min_samples_leaf=4, categorical_features=[1, 2]),
    case(R, s, **few, min_samples_leaf=4, loss="absolute_error"),
    case(R, s, **few, min_samples_leaf=4, loss="absolute_error", weights=True),
    case(R, "holes", **few, min_samples_leaf=4, loss="quantile", quantile=0.9),
    case(R, s, **few, min_samples_leaf=4, loss="quantile", quantile=0.2, weights=True),
    # A tree that cannot split, and one whose root is worth more before than after.
    case(R, s, max_iter=3, min_samples_leaf=90),
]
write("hgb.json", "oracles/trees/make_hgb.py", {}, sets, cases)
