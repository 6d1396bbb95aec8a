"""Fits classifiers on rows of one class and writes what they say: whether they take them, classes, scores, probabilities.

Run: pip install scikit-learn==1.9.1 xgboost==3.2.0 && python make_one_class.py
Writes test/fixtures/trees/one-class.json.
"""

import numpy
import xgboost
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB, MultinomialNB
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from common import camel_params, root

import json

import sklearn

X = numpy.random.RandomState(5).randint(0, 4, size=(24, 3)).astype(float)
cases = []


def case(estimator, label=0, weights=None, **params):
    record = {"estimator": estimator.__name__, "label": label, "params": camel_params(params)}
    if weights is not None:
        record["sampleWeight"] = weights.tolist()
    try:
        model = estimator(**params).fit(X, numpy.full(len(X), label), **({} if weights is None else {"sample_weight": weights}))
    except ValueError as error:
        cases.append({**record, "refused": str(error)})
        return
    record["classes"] = model.classes_.tolist()
    record["predict"] = numpy.unique(model.predict(X)).tolist()
    record["predictProba"] = model.predict_proba(X)[:2].tolist()
    if estimator is XGBClassifier:
        record["scores"] = model.predict(X, output_margin=True)[:2].tolist()
    elif hasattr(model, "decision_function"):
        record["scores"] = model.decision_function(X)[:2].tolist()
    cases.append(record)


heavy = numpy.linspace(0.5, 3, len(X))
for more in ({}, {"base_score": 0.3}, {"min_child_weight": 0, "reg_lambda": 0.5}, {"scale_pos_weight": 3.0}):
    case(XGBClassifier, n_estimators=3, max_depth=2, **more)
case(XGBClassifier, n_estimators=3, max_depth=2, tree_method="exact")
case(XGBClassifier, weights=heavy, n_estimators=3, base_score=0.4)
for label in (0, 7):
    case(HistGradientBoostingClassifier, label, max_iter=3, min_samples_leaf=2)
case(HistGradientBoostingClassifier, 1, weights=heavy, max_iter=3, min_samples_leaf=2)
case(HistGradientBoostingClassifier, 1, max_iter=4, learning_rate=0.5, l2_regularization=1.0)
for estimator in (DecisionTreeClassifier, GaussianNB, BernoulliNB, MultinomialNB, CategoricalNB):
    case(estimator, 4)
for estimator in (RandomForestClassifier, ExtraTreesClassifier):
    case(estimator, 4, n_estimators=3)
for estimator in (LogisticRegression, LinearSVC, SGDClassifier):
    case(estimator, 4)

versions = {"sklearn": sklearn.__version__, "xgboost": xgboost.__version__, "numpy": numpy.__version__}
text = json.dumps({"versions": versions, "rows": X.tolist(), "cases": cases}, indent=1)
(root / "test/fixtures/trees/one-class.json").write_text(text + "\n")
