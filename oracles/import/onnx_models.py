"""Fits scikit-learn, XGBoost and LightGBM models, exports them to ONNX and records what onnxruntime and the libraries predict.

Run: pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnxmltools==1.16.0 onnx==1.23.2 onnxruntime==1.31.1 \
       xgboost==3.2.0 lightgbm==4.7.0 pandas && python onnx_models.py
Writes test/fixtures/import/onnx/. `outputs` are onnxruntime's, `predict` is the source library's own where it has the model.
"""

import platform
import warnings

import lightgbm as lgb
import numpy as np
import onnx
import onnxmltools
import onnxruntime as ort
import skl2onnx
import sklearn
import xgboost as xgb
from onnx import TensorProto, helper
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType as SklFloat, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris, make_regression
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier, GradientBoostingRegressor,
    HistGradientBoostingClassifier, HistGradientBoostingRegressor, IsolationForest, RandomForestClassifier, RandomForestRegressor,
    StackingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    ElasticNet, GammaRegressor, Lasso, LinearRegression, LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier,
    SGDClassifier, SGDRegressor, TweedieRegressor,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer, KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, PolynomialFeatures, RobustScaler, StandardScaler,
)
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from common import edge_rows, fixtures, two_dimensional, write_cases

warnings.simplefilter("ignore")
ort.set_default_logger_severity(4)
rng = np.random.default_rng(5)
target = fixtures / "onnx"
target.mkdir(parents=True, exist_ok=True)
cases = []
refused = []
modern = {"": 17, "ai.onnx.ml": 3}
old = {"": 11, "ai.onnx.ml": 1}

X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
Xb, yb = X[:100, :3] * np.float32(1), (y[:100] + (np.arange(100) % 9 == 0)) % 2
Xr, yr = make_regression(80, 4, noise=5, random_state=0)
Xr = Xr.astype(np.float32)
positive = np.abs(yr) / 50 + 0.1


# The converter of histogram boosting hands truth values and NumPy's integers to a library that takes Python's integers alone.
make_attribute = onnx.helper.make_attribute
onnx.helper.make_attribute = lambda key, value, *rest, **more: make_attribute(
    key, [int(item) if isinstance(item, (np.integer, np.bool_, bool)) else item for item in value] if isinstance(value, list) else value, *rest, **more)


def trim(model):
    """Drops what takes space and says nothing: documentation and hit rates."""
    for node in model.graph.node:
        kept = [a for a in node.attribute if a.name not in ("nodes_hitrates", "nodes_hitrates_as_tensor")]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.doc_string = ""
    return model


def thresholds_of(model):
    found = []
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if "nodes_values" in attributes:
            for feature, value, mode in zip(attributes["nodes_featureids"], attributes["nodes_values"], attributes["nodes_modes"]):
                if mode != b"LEAF":
                    found.append((feature, value))
    return found


def record(name, model, rows, source=None, feeds=None, raw=False):
    """`source(rows)` gives the library's own predictions."""
    data = trim(model).SerializeToString()
    (target / f"{name}.onnx").write_bytes(data)
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    if feeds is None:
        kind = np.float64 if inputs[0].type == "tensor(double)" else np.float32
        with np.errstate(over="ignore"):
            feeds = {inputs[0].name: rows.astype(kind)}
    results = session.run(None, feeds)
    label, outputs = (results[0], results[1]) if len(results) > 1 else (None, results[0])
    if isinstance(outputs, list):
        outputs = np.array([list(row.values()) for row in outputs])
    expected = label if source is None else source(rows)
    cases.append({
        "name": name, "file": f"{name}.onnx", "X": rows, "scores": None, "outputs": two_dimensional(outputs),
        "predict": None if label is None else np.asarray(expected).ravel(),
    })


def sk(name, model, data=X, opset=modern, rows=None, own=True, edges=4, nan=False, zipmap=False, plain=6):
    options = {id(model if not hasattr(model, "steps") else model.steps[-1][1]): {"zipmap": zipmap}} if hasattr(model, "classes_") and not isinstance(model, IsolationForest) else None
    try:
        exported = to_onnx(model, data[:1], target_opset=opset, options=options)
    except Exception:
        exported = to_onnx(model, data[:1], target_opset=opset)
    if rows is None:
        found = thresholds_of(exported)
        if isinstance(model, (IsolationForest,)) or hasattr(model, "steps"):
            found = []
        rows = edge_rows(data, found, rng, rows=plain, edges=min(edges, len(found)), nan=nan, dtype=np.float32)
    # The source library compares the float32 numbers that the exported model is given.
    own_predict = (lambda r: model.predict(r.astype(np.float32))) if own and hasattr(model, "classes_") else None
    record(name, exported, rows, own_predict)


texts = np.array(["setosa", "versicolor", "virginica"])
sk("logistic-binary", LogisticRegression().fit(Xb, yb), Xb)
sk("logistic-binary-zipmap-old", LogisticRegression().fit(Xb, yb), Xb, opset=old, zipmap=True)
sk("logistic-multiclass", LogisticRegression().fit(X, y))
sk("logistic-texts", LogisticRegression().fit(X, texts[y]), zipmap=True)
sk("logistic-one-vs-rest", OneVsRestClassifier(LogisticRegression()).fit(X, y))
sk("linear-svc", LinearSVC().fit(X, y))
sk("linear-svc-binary", LinearSVC().fit(Xb, yb), Xb)
sk("ridge-classifier", RidgeClassifier().fit(X, y))
sk("ridge-classifier-binary", RidgeClassifier().fit(Xb, yb), Xb)
sk("sgd-log", SGDClassifier(loss="log_loss", random_state=0).fit(X, y))
sk("sgd-hinge", SGDClassifier(random_state=0).fit(X, y))
sk("sgd-hinge-binary", SGDClassifier(random_state=0).fit(Xb, yb), Xb)
sk("sgd-log-binary", SGDClassifier(loss="log_loss", random_state=0).fit(Xb, yb), Xb)
sk("svc", SVC(kernel="linear").fit(X, y))
sk("svc-binary", SVC(kernel="linear").fit(Xb, yb), Xb)
sk("svr", SVR(kernel="linear").fit(Xr[:20], yr[:20]), Xr)
for name, model, t in [
    ("linear-regression", LinearRegression(), yr), ("linear-two-targets", LinearRegression(), np.c_[yr, positive]),
    ("ridge", Ridge(), yr), ("lasso", Lasso(), yr), ("elastic-net", ElasticNet(), yr), ("sgd-regressor", SGDRegressor(random_state=0), yr),
    ("linear-svr", LinearSVR(random_state=0), yr), ("poisson", PoissonRegressor(), positive), ("gamma", GammaRegressor(), positive),
    ("tweedie", TweedieRegressor(power=1.5), positive),
]:
    sk(name, model.fit(Xr, t), Xr, plain=4)
sk("tree", DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y))
sk("tree-old", DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y), opset=old, zipmap=True)
sk("tree-binary", DecisionTreeClassifier(max_depth=3, random_state=0).fit(Xb, yb), Xb)
sk("tree-regressor", DecisionTreeRegressor(max_depth=3, random_state=0).fit(Xr, yr), Xr)
sk("forest", RandomForestClassifier(4, max_depth=3, random_state=0).fit(X, y))
sk("forest-binary", RandomForestClassifier(5, max_depth=2, random_state=0).fit(Xb, yb), Xb)
sk("forest-regressor", RandomForestRegressor(3, max_depth=3, random_state=0).fit(Xr, yr), Xr)
sk("forest-two-targets", RandomForestRegressor(2, max_depth=2, random_state=0).fit(Xr, np.c_[yr, positive]), Xr)
sk("extra-trees", ExtraTreesClassifier(3, max_depth=3, random_state=0).fit(X, texts[y]))
sk("extra-trees-regressor", ExtraTreesRegressor(3, max_depth=3, random_state=0).fit(Xr, yr), Xr)
sk("gradient-boosting", GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0).fit(X, y))
sk("gradient-boosting-binary", GradientBoostingClassifier(n_estimators=3, max_depth=2, random_state=0).fit(Xb, yb), Xb)
sk("gradient-boosting-regressor", GradientBoostingRegressor(n_estimators=3, max_depth=2, random_state=0).fit(Xr, yr), Xr)
holes = np.where(rng.random(X.shape) < 0.1, np.nan, X).astype(np.float32)
for name, model, data, t in [
    ("hist-gradient-boosting", HistGradientBoostingClassifier(max_iter=3, max_depth=2), holes, y),
    ("hist-gradient-boosting-binary", HistGradientBoostingClassifier(max_iter=3, max_depth=2), holes[:100], y[:100]),
    ("hist-gradient-boosting-regressor", HistGradientBoostingRegressor(max_iter=3, max_depth=2), holes, X[:, 0]),
]:
    try:
        # The exported thresholds are rounded to float32, so beside them only the runtime is the measure.
        sk(name, model.fit(data, t), data, nan=True, edges=2, own=False)
    except Exception as error:
        print(name, "not exported:", type(error).__name__, repr(error.__cause__)[:300])
sk("isolation-forest", IsolationForest(n_estimators=4, max_samples=16, random_state=0).fit(X), plain=20)
sk("pipeline-pca-logistic", make_pipeline(SimpleImputer(), StandardScaler(), MinMaxScaler(clip=True), PCA(2), LogisticRegression()).fit(holes, y), holes, nan=True)
sk("pipeline-polynomial-lasso", make_pipeline(RobustScaler(), MaxAbsScaler(), Normalizer(), PolynomialFeatures(2), Lasso(0.1)).fit(Xr, yr), Xr)
sk("pipeline-binarizer", make_pipeline(Binarizer(threshold=1), LogisticRegression()).fit(X, y))
sk("pipeline-select-forest", make_pipeline(SelectKBest(k=2), RandomForestClassifier(2, max_depth=2, random_state=0)).fit(X, y))
sk("pipeline-scaler-gradient-boosting", make_pipeline(StandardScaler(), GradientBoostingClassifier(n_estimators=2, max_depth=2)).fit(X, y))
codes = np.c_[X, rng.integers(0, 4, 150)].astype(np.float32)
columns = make_column_transformer(
    (StandardScaler(), [0, 1]), (MinMaxScaler(), [2, 3]), (OneHotEncoder(handle_unknown="ignore"), [4]))
unseen = codes[:12].copy()
unseen[::3, 4] = [7, -1, 4, 99]
sk("columns-one-hot-forest", make_pipeline(columns, RandomForestClassifier(2, max_depth=3, random_state=0)).fit(codes, y), codes, rows=unseen.astype(np.float64))
columns = make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), [3, 1]), (OrdinalEncoder(), [4]), remainder="passthrough")
sk("columns-ordinal-logistic", make_pipeline(columns, LogisticRegression()).fit(codes, y), codes)

# A table with a column of texts and one of numbers.
import pandas as pd

table = pd.DataFrame({"colour": rng.choice(["red", "green", "blue"], 150), "size": X[:, 0], "width": X[:, 2]})
model = make_pipeline(
    make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["colour"]), (StandardScaler(), ["size", "width"])), LogisticRegression()
).fit(table, y)
exported = to_onnx(model, initial_types=[("colour", StringTensorType([None, 1])), ("size", SklFloat([None, 1])), ("width", SklFloat([None, 1]))],
                   target_opset=modern, options={id(model.steps[-1][1]): {"zipmap": False}})
some = table[:10].copy()
some.loc[4, "colour"] = "pink"
rows = some.values.tolist()
record("columns-texts", exported, rows,
       source=lambda _: model.predict(some),
       feeds={"colour": some[["colour"]].values.astype(object), "size": some[["size"]].values.astype(np.float32), "width": some[["width"]].values.astype(np.float32)})

# onnxmltools.
kinds = [("X", FloatTensorType([None, 4]))]
for name, model, t, convert in [
    ("xgboost-binary", xgb.XGBClassifier(n_estimators=3, max_depth=2), (y > 0).astype(int), onnxmltools.convert_xgboost),
    ("xgboost-multiclass", xgb.XGBClassifier(n_estimators=2, max_depth=2), y, onnxmltools.convert_xgboost),
    ("xgboost-regression", xgb.XGBRegressor(n_estimators=3, max_depth=2), X[:, 1], onnxmltools.convert_xgboost),
    ("xgboost-poisson", xgb.XGBRegressor(n_estimators=2, max_depth=2, objective="count:poisson"), y, onnxmltools.convert_xgboost),
    ("lightgbm-binary", lgb.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1), (y > 0).astype(int), onnxmltools.convert_lightgbm),
    ("lightgbm-multiclass", lgb.LGBMClassifier(n_estimators=2, num_leaves=4, verbose=-1), y, onnxmltools.convert_lightgbm),
    ("lightgbm-regression", lgb.LGBMRegressor(n_estimators=2, num_leaves=4, verbose=-1), X[:, 1], onnxmltools.convert_lightgbm),
    ("lightgbm-poisson", lgb.LGBMRegressor(n_estimators=2, num_leaves=4, verbose=-1, objective="poisson"), y, onnxmltools.convert_lightgbm),
    ("lightgbm-forest", lgb.LGBMRegressor(n_estimators=2, num_leaves=4, verbose=-1, boosting_type="rf", bagging_freq=1, bagging_fraction=0.5), y, onnxmltools.convert_lightgbm),
]:
    model.fit(holes if "forest" not in name else X, t)
    exported = convert(model, initial_types=kinds)
    rows = edge_rows(X, thresholds_of(exported), rng, rows=5, edges=3, nan=True)
    record(name, exported, rows)


# Every mode of branches, written by hand: random trees of depth 3.
def random_nodes(modes, trees, features, whole):
    keys = ["treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true"]
    nodes = {key: [] for key in keys}
    leaves = []
    for tree in range(trees):
        for node in range(15):
            inner = node < 7
            mode = rng.choice(modes) if inner else "LEAF"
            value = float(rng.integers(0, 4)) if whole or "EQ" in mode and "L" not in mode and "G" not in mode else float(rng.integers(0, 7)) / 2
            for key, item in zip(keys, [tree, node, int(rng.integers(features)), mode, value if inner else 0.0,
                                        2 * node + 1 if inner else 0, 2 * node + 2 if inner else 0, int(rng.integers(2)) if inner else 0]):
                nodes[key].append(item)
            if not inner:
                leaves.append((tree, node))
    return {f"nodes_{key}": value for key, value in nodes.items()}, leaves


def model_of(node, features, outputs, kind=TensorProto.FLOAT, version=3):
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("X", kind, [None, features])],
                              [helper.make_tensor_value_info(name, t, None) for name, t in outputs])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", version), helper.make_opsetid("", 17)], ir_version=9)


grid = np.array([[a, b] for a in [-1.0, 0, 0.5, 1, 1.5, 2, 2.5, 3, np.nan] for b in [0.0, 1, 1.5, 2, 3, np.nan]])
every = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
for name, modes, aggregate in [("modes-all", every, "SUM"), ("modes-strict", ["BRANCH_LT", "BRANCH_GTE"], "AVERAGE"), ("modes-mixed", every[:4], "SUM")]:
    nodes, leaves = random_nodes(modes, 3, 2, False)
    node = helper.make_node(
        "TreeEnsembleRegressor", ["X"], ["Y"], domain="ai.onnx.ml", n_targets=2, aggregate_function=aggregate, base_values=[0.5, -0.25],
        # Both targets in every leaf: the runtime leaves a base value out where a row's leaves say nothing about its target.
        target_treeids=[t for t, _ in leaves for _ in "ab"], target_nodeids=[n for _, n in leaves for _ in "ab"],
        target_ids=[k for _ in leaves for k in (0, 1)], target_weights=[float(rng.integers(-8, 8)) / 4 for _ in leaves for _ in "ab"], post_transform="LOGISTIC" if name == "modes-all" else "NONE", **nodes)
    record(name, model_of(node, 2, [("Y", TensorProto.FLOAT)]), grid)
labels = [("L", TensorProto.INT64), ("Y", TensorProto.FLOAT)]
for name, ids, base, transform, signed in [
    ("class-one-positive", [0], [0.125], "NONE", False), ("class-one-signed", [0], [0.125], "LOGISTIC", True), ("class-second", [1], [], "SOFTMAX", True),
    ("class-three-softmax-zero", [0, 1, 2], [0.0, 0.5, -0.5], "SOFTMAX_ZERO", True), ("class-three-probit", [0, 1, 2], [0.1, 0.2, 0.3], "PROBIT", False),
]:
    nodes, leaves = random_nodes(every, 2, 2, False)
    low, scale = (-8, 8) if signed else (1, 64)
    node = helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["L", "Y"], domain="ai.onnx.ml", classlabels_int64s=[7, 8] if len(ids) == 1 else [5, 6, 7],
        class_treeids=[t for t, _ in leaves for _ in ids], class_nodeids=[n for _, n in leaves for _ in ids], class_ids=[k for _ in leaves for k in ids],
        class_weights=[float(rng.integers(low, 16)) / scale for _ in leaves for _ in ids], post_transform=transform, **({"base_values": base} if base else {}), **nodes)
    record(name, model_of(node, 2, labels), grid)


# Version 5, in float32 and float64, with sets of values.
def flat_forest(kind, name):
    numpy_kind = np.float32 if kind == TensorProto.FLOAT else np.float64
    splits, features, modes, yes, yes_leaf, no, no_leaf, missing, roots, sets = [], [], [], [], [], [], [], [], [], []
    weights, targets = [], []

    def leaf():
        weights.append(float(rng.integers(-8, 8)) / 4)
        targets.append(int(rng.integers(2)))
        return len(weights) - 1

    for _ in range(3):
        first = len(splits)
        roots.append(first)
        for node in range(7):
            mode = int(rng.integers(7))
            modes.append(mode)
            splits.append(float(rng.integers(0, 4)) if mode in (4, 5) else float(rng.integers(0, 7)) / 2)
            features.append(int(rng.integers(2)))
            missing.append(int(rng.integers(2)))
            if mode == 6:
                sets.extend([*rng.choice(5, 2, replace=False).astype(float), np.nan])
            inner = node < 3
            yes.append(first + 2 * node + 1 if inner else leaf())
            no.append(first + 2 * node + 2 if inner else leaf())
            yes_leaf.append(int(not inner))
            no_leaf.append(int(not inner))
    tensor = lambda values, k=kind: helper.make_tensor("t", k, [len(values)], values)
    node = helper.make_node(
        "TreeEnsemble", ["X"], ["Y"], domain="ai.onnx.ml", n_targets=2, aggregate_function=1, post_transform=0, tree_roots=roots,
        nodes_featureids=features, nodes_splits=tensor(splits), nodes_modes=tensor(modes, TensorProto.UINT8), nodes_truenodeids=yes,
        nodes_trueleafs=yes_leaf, nodes_falsenodeids=no, nodes_falseleafs=no_leaf, nodes_missing_value_tracks_true=missing,
        membership_values=tensor(sets), leaf_targetids=targets, leaf_weights=tensor(weights))
    record(name, model_of(node, 2, [("Y", kind)], kind, 5), grid)


flat_forest(TensorProto.FLOAT, "version-5")
flat_forest(TensorProto.DOUBLE, "version-5-double")
sk("svc-probability", SVC(kernel="linear", probability=True, random_state=0).fit(Xb, yb), Xb, own=False)

# Written as operators of the main domain: naive Bayes, cells of features, components of equal spread.
sk("naive-bayes-gauss", GaussianNB().fit(X, y))
sk("naive-bayes-gauss-old", GaussianNB().fit(Xb, yb), Xb, opset=old)
sk("naive-bayes-gauss-scaled", make_pipeline(StandardScaler(), GaussianNB()).fit(X, texts[y]))
sk("naive-bayes-bernoulli", BernoulliNB(binarize=2.5).fit(X, y))
sk("naive-bayes-multinomial", MultinomialNB().fit(X, y))
sk("naive-bayes-complement", ComplementNB().fit(X, y))
cells = np.floor(X).astype(np.int64)
model = CategoricalNB(min_categories=9).fit(cells, y)
record("naive-bayes-categories", to_onnx(model, cells[:1], target_opset=modern, options={id(model): {"zipmap": False}}), cells[:20],
       model.predict, {"X": cells[:20]})
sk("pipeline-cells-tree", make_pipeline(KBinsDiscretizer(4, encode="ordinal", quantile_method="averaged_inverted_cdf"), DecisionTreeClassifier(max_depth=3)).fit(X, y))
sk("pipeline-cells-logistic", make_pipeline(KBinsDiscretizer(3, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), LogisticRegression()).fit(X, y))
sk("pipeline-whitened-ridge", make_pipeline(PCA(3, whiten=True), Ridge()).fit(Xr, yr), Xr)

# Models whose first part is a model itself: predicted in clear, not compiled.
sk("network", MLPClassifier((3,), max_iter=40, random_state=0).fit(X, y))
sk("stacked", StackingClassifier([("tree", DecisionTreeClassifier(max_depth=2, random_state=0))], LogisticRegression(), cv=2).fit(X, y))

# One-hot columns that never vary within a class, beside one of large numbers.
one_hot = make_column_transformer((OneHotEncoder(sparse_output=False), [2, 3]), remainder="passthrough")
Xc = np.column_stack([X[:, 0] * 100, X[:, 1], np.floor(X[:, 2]), np.floor(2 * X[:, 3])]).astype(np.float32)
sk("naive-bayes-gauss-one-hot", make_pipeline(one_hot, GaussianNB()).fit(Xc, y), Xc, plain=40)

# Pure trees in even number, whose votes often come out even: shares of 0.1 as float32 add up to one half only once rounded to float32.
Xe = np.random.default_rng(3).normal(size=(160, 3)).astype(np.float32)
even = RandomForestClassifier(10, max_features=1, random_state=0).fit(Xe[:60], (Xe[:60] @ [1, 1, 0.5] > 0).astype(int))
shares = even.predict_proba(Xe[60:])[:, 1]
sk("forest-even-votes", even, Xe, rows=Xe[60:][np.abs(shares - 0.5) < 0.15])

write_cases("onnx", {
    "python": platform.python_version(), "scikit-learn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "onnxmltools": onnxmltools.__version__,
    "onnx": onnx.__version__, "onnxruntime": ort.__version__, "xgboost": xgb.__version__, "lightgbm": lgb.__version__, "numpy": np.__version__,
}, cases)
