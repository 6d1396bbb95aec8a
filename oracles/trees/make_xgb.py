"""Fits XGBoost's models and writes their trees and predictions.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb.py
Writes test/fixtures/trees/xgb.json. Rows of the breast-cancer data are read from data/ by the tests.
"""

import json

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor

from common import camel_params, data_sets, floats, write

sets = data_sets()


def reached(tree):
    """Node numbers below the root, ascending: exact trees keep what they pruned."""
    found, waiting = set(), [0]
    while waiting:
        node = waiting.pop()
        found.add(node)
        if tree["left_children"][node] >= 0:
            waiting += [tree["left_children"][node], tree["right_children"][node]]
    return sorted(found)


def compact(tree):
    nodes = reached(tree)
    place = {node: at for at, node in enumerate(nodes)} | {-1: -1}
    kept = {key: [tree[key][node] for node in nodes] for key in ("split_conditions", "split_indices", "default_left")}
    for key in ("left_children", "right_children"):
        kept[key] = [place[tree[key][node]] for node in nodes]
    spans = zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"])
    kept["categories"] = [[place[node], tree["categories"][start : start + size]] for node, start, size in spans]
    return kept


def tree_arrays(tree):
    tree = compact(tree)
    leaf = [child < 0 for child in tree["left_children"]]
    value = tree["split_conditions"]
    asks_set = {node for node, _ in tree["categories"]}
    return {
        "feature": [-1 if at_leaf else f for at_leaf, f in zip(leaf, tree["split_indices"])],
        "threshold": [0 if leaf[at] or at in asks_set else float(numpy.float32(v)) for at, v in enumerate(value)],
        "left": [max(child, 0) for child in tree["left_children"]],
        "right": [max(child, 0) for child in tree["right_children"]],
        "values": [float(numpy.float32(v)) if at_leaf else 0 for at_leaf, v in zip(leaf, value)],
        "missingLeft": [0 if at_leaf else int(d) for at_leaf, d in zip(leaf, tree["default_left"])],
        # Categories that go right.
        **({"categories": tree["categories"]} if asks_set else {}),
    }


def case(estimator, data_set, trees=3, weights=False, others=None, **params):
    X, y = sets[data_set]
    sample_weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    groups = params.get("interaction_constraints")
    # XGBoost takes lists for named columns only, and text for numbered ones.
    own = params if groups is None else {**params, "interaction_constraints": str(groups)}
    model = estimator(n_jobs=1, **own).fit(X, y, sample_weight=sample_weight)
    booster = model.get_booster()
    raw = json.loads(booster.save_raw("json"))["learner"]
    predict = model.predict_proba if issubclass(estimator, XGBClassifier) else model.predict
    # Rows that none of the data is like.
    answers = {} if others is None else {"others": [floats(row) for row in others], "otherAnswers": floats(predict(others))}
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "params": camel_params(params),
        "baseScore": raw["learner_model_param"]["base_score"],
        # The first trees in full, all of them by their size.
        "trees": [tree_arrays(tree) for tree in raw["gradient_booster"]["model"]["trees"][:trees]],
        "nodeCounts": [len(reached(tree)) for tree in raw["gradient_booster"]["model"]["trees"]],
        "everySeventh": floats(predict(X[::7])),
        **answers,
        "importances": floats(model.feature_importances_),
    }


if __name__ == "__main__":
    C, R = XGBClassifier, XGBRegressor
    b, s = "breast-cancer", "smooth"
    small = dict(n_estimators=12, max_depth=4)
    cases = [
        case(C, b, n_estimators=50, max_depth=3),
        case(C, b, **small, tree_method="exact"),
        case(C, b, **small, scale_pos_weight=0.4),
        case(C, b, **small, grow_policy="lossguide", max_leaves=6, base_score=0.5),
        case(C, "iris", **small),
        case(C, "iris", **small, tree_method="exact", reg_lambda=0.5),
        case(C, "labels", **small, min_child_weight=3, learning_rate=0.1, weights=True),
        case(C, "holes two classes", **small),
        case(C, "holes two classes", **small, tree_method="exact"),
        case(R, s, **small),
        case(R, s, **small, max_bin=16),
        case(R, s, **small, tree_method="exact", gamma=2.0),
        case(R, s, **small, gamma=2.0, reg_alpha=1.0, reg_lambda=3.0),
        case(R, s, **small, max_delta_step=0.5, weights=True),
        case(R, s, n_estimators=8, max_depth=0, max_leaves=9, grow_policy="lossguide"),
        case(R, s, n_estimators=8, max_depth=10, min_child_weight=0.0),
        case(R, "holes", **small),
        case(R, "holes", **small, tree_method="exact"),
        case(R, "grid", **small),
        case(R, "counts", **small, objective="count:poisson"),
        case(R, "positive", **small, objective="reg:gamma"),
        case(R, "counts", **small, objective="reg:tweedie", tweedie_variance_power=1.3),
        case(R, b, **small, objective="reg:logistic"),
        case(R, s, **small, base_score=1.0, max_leaves=5),
        case(R, s, **small, monotone_constraints=(1, -1, 0, 0, 0, 0)),
        case(R, "holes", **small, monotone_constraints=(1, 0, 1), grow_policy="lossguide", max_leaves=7),
        case(R, s, **small, monotone_constraints=(-1, 1, 1, -1, 1, -1), tree_method="exact", reg_alpha=0.5),
        case(C, "labels", **small, monotone_constraints=(1, 0, -1), max_delta_step=0.6, weights=True),
        *[case(C, b, trees=0, n_estimators=5, max_depth=3, importance_type=of) for of in ("weight", "cover", "total_gain", "total_cover")],
    ]
    write("xgb.json", "oracles/trees/make_xgb.py", {"xgboost": xgboost.__version__}, sets, cases)
