"""Fits XGBoost's trees whose leaves hold a value for each target or class, and writes them and their predictions.

Run: pip install scikit-learn==1.9.1 xgboost-cpu==3.2.0 && python make_xgb_vector.py
Writes test/fixtures/trees/xgb-vector.json, in the form of xgb.json; values of leaves are `[nodes, outputs]` there.
"""

import json

import numpy
import xgboost
from xgboost import XGBClassifier, XGBRegressor

from common import camel_params, data_sets, floats, rounded, write

sets = data_sets()
X, y = sets["smooth"]
random = numpy.random.RandomState(31)
targets = rounded(numpy.c_[y, 3 * X[:, 1] ** 2 + random.normal(size=160), X[:, 5] - 2 * X[:, 0]])
sets["targets"] = (X, targets)
sets["targets holes"] = (sets["holes"][0], targets)
sets["labels holes"] = (sets["holes"][0], sets["labels"][1])


def tree_arrays(tree, outputs):
    leaf = [child < 0 for child in tree["left_children"]]
    weights = numpy.array(tree["leaf_weights"], dtype=numpy.float32).reshape(-1, outputs)
    at = tree["right_children"]
    values = [weights[at[node]] if is_leaf else numpy.zeros(outputs) for node, is_leaf in enumerate(leaf)]
    return {
        "feature": [-1 if is_leaf else f for is_leaf, f in zip(leaf, tree["split_indices"])],
        "threshold": [0 if is_leaf else float(numpy.float32(v)) for is_leaf, v in zip(leaf, tree["split_conditions"])],
        "left": [max(child, 0) for child in tree["left_children"]],
        "right": [0 if is_leaf else child for is_leaf, child in zip(leaf, at)],
        "values": floats(values),
    }


def case(estimator, data_set, weights=False, **params):
    X, y = sets[data_set]
    sample_weight = numpy.arange(len(y)) % 4 + 0.5 if weights else None
    model = estimator(n_jobs=1, **params).fit(X, y, sample_weight=sample_weight)
    raw = json.loads(model.get_booster().save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    predict = model.predict_proba if estimator is XGBClassifier else model.predict
    return {
        "estimator": estimator.__name__,
        "dataSet": data_set,
        "weights": weights,
        "params": camel_params(params),
        "trees": [tree_arrays(tree, 3) for tree in raw[:3]],
        "nodeCounts": [len(tree["left_children"]) for tree in raw],
        "everySeventh": floats(predict(X[::7])),
        "importances": floats(model.feature_importances_),
    }


C, R = XGBClassifier, XGBRegressor
vector = dict(n_estimators=8, max_depth=4, multi_strategy="multi_output_tree")
cases = [
    case(R, "targets", **vector),
    case(R, "targets", **vector, weights=True),
    case(R, "targets", **vector, max_bin=16, reg_alpha=0.7, reg_lambda=0.3),
    case(R, "targets", **vector, min_child_weight=12),
    case(R, "targets", **vector, gamma=6.0),
    case(R, "targets", **vector, max_delta_step=0.4),
    case(R, "targets", n_estimators=8, max_depth=0, max_leaves=9, grow_policy="lossguide", multi_strategy="multi_output_tree"),
    case(R, "targets", **vector, num_parallel_tree=2, importance_type="cover"),
    case(R, "targets", **vector, base_score=1.0, importance_type="total_gain"),
    case(R, "targets holes", **vector),
    case(C, "iris", **vector),
    case(C, "labels", **vector, weights=True),
    case(C, "labels", **vector, min_child_weight=3),
    case(C, "labels holes", **vector),
]
write("xgb-vector.json", "oracles/trees/make_xgb_vector.py", {"xgboost": xgboost.__version__}, sets, cases)
