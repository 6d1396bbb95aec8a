"""Fits scikit-learn models that are made of other models, exports them to ONNX and records what onnxruntime and scikit-learn predict.

Run, with each of two sets of versions:
  pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnx==1.23.2 onnxruntime==1.31.1 && python onnx_composed_models.py
  pip install scikit-learn==1.3.2 skl2onnx==1.16.0 onnx==1.15.0 onnxruntime==1.16.3 numpy==1.26.4 && python onnx_composed_models.py
Writes test/fixtures/import/onnx-composed-VERSION/, with the version of skl2onnx. `outputs` are onnxruntime's, `predict` is scikit-learn's
own unless `own` is False: the exported file then decides otherwise than scikit-learn. Of models with several `labels` a row, those are
the outputs. Files named `refused-` are what Velum does not read.
"""

import platform
import warnings

import numpy as np
import onnx
import onnxruntime as ort
import skl2onnx
import sklearn
from skl2onnx import to_onnx
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris, make_regression
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor, ExtraTreesRegressor, GradientBoostingRegressor,
    RandomForestClassifier, RandomForestRegressor, StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDOneClassSVM
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, PowerTransformer, QuantileTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from common import fixtures, two_dimensional, write_cases

warnings.simplefilter("ignore")
ort.set_default_logger_severity(4)
rng = np.random.default_rng(8)
folder = f"onnx-composed-{skl2onnx.__version__}"
(fixtures / folder).mkdir(parents=True, exist_ok=True)
cases = []
opsets = {"": 17, "ai.onnx.ml": 3} if skl2onnx.__version__ >= "1.2" else {"": 13, "ai.onnx.ml": 1}

X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
texts = np.array(["setosa", "versicolor", "virginica"])
# Classes that overlap, so that votes and probabilities near the middle occur.
hard = (X + rng.normal(size=X.shape)).astype(np.float32)
Xb, yb = hard[50:], y[50:]
Xr, yr = make_regression(90, 4, noise=20, random_state=0)
Xr = Xr.astype(np.float32)
pair = np.c_[yr, 3 * Xr[:, 0] - Xr[:, 1]]

# Some converters hand truth values and NumPy's integers to a library that takes Python's integers alone.
make_attribute = onnx.helper.make_attribute
onnx.helper.make_attribute = lambda key, value, *rest, **more: make_attribute(
    key, [int(item) if isinstance(item, (np.integer, np.bool_, bool)) else item for item in value] if isinstance(value, list) else value, *rest, **more)


def trim(model):
    for node in model.graph.node:
        kept = [a for a in node.attribute if not a.name.startswith("nodes_hitrates")]
        del node.attribute[:]
        node.attribute.extend(kept)
        node.doc_string = ""
    return model


def sk(name, model, data=X, target=y, own=True, rows=16, labels=False):
    model = model.fit(data) if target is None else model.fit(data, target)
    last = model.steps[-1][1] if hasattr(model, "steps") else model
    options = {id(last): {"zipmap": False}} if hasattr(last, "predict_proba") else None
    try:
        exported = to_onnx(model, data[:1], target_opset=opsets, options=options)
    except NameError:
        exported = to_onnx(model, data[:1], target_opset=opsets)
    except Exception as error:
        return print(name, "not exported:", type(error).__name__)
    body = trim(exported).SerializeToString()
    (fixtures / folder / f"{name}.onnx").write_bytes(body)
    some = data[rng.choice(len(data), rows, replace=False)].copy()
    results = ort.InferenceSession(body, providers=["CPUExecutionProvider"]).run(None, {"X": some})
    label = results[0] if len(results) > 1 else None
    outputs = results[min(1, len(results) - 1)]
    if isinstance(outputs, list) and isinstance(outputs[0], dict):
        outputs = [list(row.values()) for row in outputs]
    if labels:
        outputs = label
    cases.append({
        "name": name, "file": f"{name}.onnx", "X": some.astype(np.float64), "scores": None,
        "outputs": two_dimensional(np.asarray(outputs, np.float64)),
        "predict": None if label is None else np.asarray(model.predict(some) if own else label).ravel(),
    })


tree, stump = DecisionTreeClassifier(max_depth=2, random_state=0), DecisionTreeClassifier(max_depth=1)
three = {"n_estimators": 3, "random_state": 0}
small = {"n_estimators": 3, "max_depth": 2, "random_state": 0}

# Classes.
sk("bagging-tree", BaggingClassifier(tree, **three), target=texts[y])
sk("bagging-tree-binary", BaggingClassifier(tree, **three), Xb, yb)
sk("bagging-forest-binary", BaggingClassifier(RandomForestClassifier(2, max_depth=2), **three), Xb, yb)
sk("bagging-features", BaggingClassifier(tree, max_features=0.5, **three), hard)
sk("bagging-logistic", BaggingClassifier(LogisticRegression(), max_features=0.5, **three), hard)
sk("bagging-logistic-binary", BaggingClassifier(LogisticRegression(), **three), Xb, yb)
sk("boosting-tree", AdaBoostClassifier(tree, **three), hard)
sk("boosting-stumps-binary", AdaBoostClassifier(stump, **three), Xb, yb)
sk("boosting-logistic", AdaBoostClassifier(LogisticRegression(), n_estimators=2, random_state=0), hard)
sk("one-vs-one-logistic", OneVsOneClassifier(LogisticRegression()), hard)
sk("one-vs-one-svc", OneVsOneClassifier(LinearSVC(random_state=0)), hard)
sk("one-vs-one-tree", OneVsOneClassifier(tree), hard)
sk("one-vs-rest-tree", OneVsRestClassifier(tree), hard)
sk("one-vs-rest-labels", OneVsRestClassifier(LogisticRegression()), X, np.c_[y > 0, X[:, 0] > 5.8].astype(int), labels=True)
sk("several-labels", MultiOutputClassifier(LogisticRegression()), X, np.c_[y > 0, X[:, 0] > 5.8].astype(int), labels=True)
sk("quadratic", QuadraticDiscriminantAnalysis(), hard)
sk("quadratic-binary", QuadraticDiscriminantAnalysis(), Xb, yb)
sk("svc-probability-three", SVC(kernel="linear", probability=True, random_state=0), hard, rows=30)
sk("svc-probability-binary", SVC(kernel="linear", probability=True, random_state=1), Xb, yb, rows=80)
sk("calibrated-isotonic", CalibratedClassifierCV(LinearSVC(random_state=0), method="isotonic", cv=2), hard, own=False)
sk("calibrated-sigmoid", CalibratedClassifierCV(LinearSVC(random_state=0), cv=2), hard)
sk("calibrated-bayes", CalibratedClassifierCV(GaussianNB(), cv=2), hard)
sk("voting-soft", VotingClassifier([("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))], voting="soft", flatten_transform=False), hard)
sk("voting-trees", VotingClassifier([("a", tree), ("b", RandomForestClassifier(**small))], voting="soft", flatten_transform=False), hard)
sk("stacking-trees", StackingClassifier([("a", tree), ("b", RandomForestClassifier(**small))], cv=2), hard)
sk("stacking-logistic", StackingClassifier([("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))], cv=2), hard)
sk("stacking-mixed", StackingClassifier([("a", LogisticRegression()), ("b", tree)], cv=2), hard)
sk("modified-huber", make_pipeline(StandardScaler(), SGDClassifier(loss="modified_huber", random_state=0)), hard, own=False)
sk("one-class-linear", SGDOneClassSVM(nu=0.2, random_state=0), Xb, None)

# Values.
sk("bagging-ridge", BaggingRegressor(Ridge(), max_features=0.5, **three), Xr, yr)
sk("bagging-tree-values", BaggingRegressor(DecisionTreeRegressor(max_depth=2), **three), Xr, yr)
sk("boosting-tree-values", AdaBoostRegressor(DecisionTreeRegressor(max_depth=2), **three), Xr, yr)
sk("voting-linear", VotingRegressor([("a", make_pipeline(StandardScaler(), Ridge())), ("b", LinearSVR(random_state=0))], weights=np.array([2, 1])), Xr, yr)
sk("voting-trees-values", VotingRegressor([("a", GradientBoostingRegressor(**small)), ("b", RandomForestRegressor(**small))]), Xr, yr)
sk("stacking-linear", StackingRegressor([("a", Ridge()), ("b", LinearSVR(random_state=0))], cv=2, passthrough=True), Xr, yr)
sk("two-targets-ridge", MultiOutputRegressor(Ridge()), Xr, pair)
sk("two-targets-boosting", MultiOutputRegressor(GradientBoostingRegressor(**small)), Xr, pair)
sk("two-targets-extra", ExtraTreesRegressor(**small), Xr, pair)

# Before a model.
sk("quantiles-ridge", make_pipeline(QuantileTransformer(n_quantiles=8), Ridge()), Xr, yr)
sk("power-tree", make_pipeline(PowerTransformer(), DecisionTreeRegressor(max_depth=2)), Xr, yr)
sk("cells-components-forest", make_pipeline(KBinsDiscretizer(4, encode="ordinal"), PCA(2), RandomForestClassifier(**small)), X)

sk("components-calibrated-bayes", make_pipeline(PCA(2), CalibratedClassifierCV(GaussianNB(), cv=2)), hard)

# Refused: files alone. Few rows, since some models are their training data.
for name, model, t in [
    ("neighbours", KNeighborsRegressor(2), yr), ("kernel", SVC(), y[90:110]), ("trees-beside-linear", VotingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=1))]), yr),
    ("votes", BaggingClassifier(LinearSVC(random_state=0), n_estimators=2, random_state=0), y[90:110]),
    ("labels-of-trees", DecisionTreeClassifier(max_depth=1), np.c_[y[90:110] > 1, X[90:110, 0] > 5.8].astype(int)),
]:
    data = Xr[:20] if t is yr else X[90:110]
    options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    exported = to_onnx(model.fit(data, t[:20]), data[:1], target_opset=opsets, options=options)
    (fixtures / folder / f"refused-{name}.onnx").write_bytes(trim(exported).SerializeToString())

write_cases(folder, {
    "python": platform.python_version(), "scikit-learn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "onnx": onnx.__version__,
    "onnxruntime": ort.__version__, "numpy": np.__version__,
}, cases)
