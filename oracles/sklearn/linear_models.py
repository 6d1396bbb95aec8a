"""Fits scikit-learn's linear models to tight tolerance and writes what they found.

Run: pip install scikit-learn==1.9.1 && python linear_models.py
Writes test/fixtures/sklearn/linear-models.json, which the tests compare Velum's own solvers with.
The versions used are recorded in the file. Stochastic gradient descent is recorded by its scores over seeds.
"""

import json
import platform
import warnings
from pathlib import Path

import numpy
import scipy
import sklearn
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    SGDClassifier,
    SGDRegressor,
    TweedieRegressor,
)
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC, LinearSVR

root = Path(__file__).resolve().parents[2]
warnings.simplefilter("error")

rng = numpy.random.default_rng(3)
diabetes = load_diabetes(scaled=False)
X = StandardScaler().fit_transform(diabetes.data[:140, :6]).round(4)
y = ((diabetes.target[:140] - 150) / 75).round(4)
twin = numpy.column_stack([X, X[:, 0] + X[:, 1]]).round(4)
two = numpy.column_stack([y, 1000 * X[:, 2] - 300 * y + rng.normal(0, 50, 140)]).round(3)
counts = rng.poisson(numpy.exp(0.3 + 0.5 * X[:, 0] - 0.4 * X[:, 2])).astype(float)
sizes = (numpy.exp(0.5 + 0.4 * X[:, 1]) * rng.gamma(4, 0.25, 140)).round(4) + 0.01
weights = rng.uniform(0.1, 2, 140).round(3)
iris = load_iris()
Z = StandardScaler().fit_transform(iris.data).round(4)
pair = iris.target > 0


def floats(array):
    return [float(value) for value in numpy.asarray(array, dtype=float).ravel()]


def case(model, params, data, target, estimator, sample_weight=None):
    fit = estimator.fit(data[1], target[1], **({} if sample_weight is None else {"sample_weight": sample_weight}))
    coef = numpy.atleast_2d(fit.coef_)
    return {
        "model": model,
        "params": params,
        "X": data[0],
        "y": target[0],
        "weighted": sample_weight is not None,
        "coefShape": list(coef.shape),
        "coef": floats(coef),
        "intercept": floats(fit.intercept_ if numpy.ndim(fit.intercept_) else [fit.intercept_] * coef.shape[0]),
        "firstPredictions": floats(fit.predict(data[1][:5])),
        "score": float(fit.score(data[1], target[1])),
    }


def spread(model, params, data, target, build):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some seeds use all passes
        scores = [build(seed).fit(data[1], target[1]).score(data[1], target[1]) for seed in range(20)]
    return {"model": model, "params": params, "X": data[0], "y": target[0],
            "mean": float(numpy.mean(scores)), "deviation": float(numpy.std(scores))}


x = ("X", X)
t = ("y", y)
both = ("two", two)
n = ("counts", counts)
s = ("sizes", sizes)
f = ("iris", Z)
c = ("iris", iris.target)
fp = ("pair", Z[pair])
cp = ("pair", iris.target[pair])
few_of_one = numpy.r_[0:30, 50:100, 90:150]
f3 = ("uneven", Z[few_of_one])
c3 = ("uneven", iris.target[few_of_one])
lbfgs = dict(tol=1e-11, max_iter=100_000)
saga = dict(solver="saga", tol=1e-10, max_iter=1_000_000, random_state=0)
tight = dict(tol=1e-12, max_iter=1_000_000)
glm = dict(tol=1e-11, max_iter=100_000)
svm = dict(tol=1e-9, max_iter=10_000_000, random_state=0)
cases = [
    case("LinearRegression", {}, x, t, LinearRegression()),
    case("LinearRegression", {}, x, t, LinearRegression(), weights),
    case("LinearRegression", {}, x, both, LinearRegression()),
    case("LinearRegression", {}, ("twin", twin), t, LinearRegression()),
    case("LinearRegression", {"fitIntercept": False}, x, t, LinearRegression(fit_intercept=False)),
    case("LinearRegression", {"positive": True}, x, t, LinearRegression(positive=True)),
    case("LinearRegression", {}, ("wide", X[:4]), ("few", y[:4]), LinearRegression()),
    case("Ridge", {"alpha": 10}, x, t, Ridge(alpha=10)),
    case("Ridge", {"alpha": 0.3}, x, t, Ridge(alpha=0.3), weights),
    case("Ridge", {"alpha": [1, 50]}, x, both, Ridge(alpha=[1, 50])),
    case("Ridge", {"alpha": 2}, ("twin", twin), t, Ridge(alpha=2)),
    case("Lasso", {"alpha": 0.1}, x, t, Lasso(alpha=0.1, **tight)),
    case("Lasso", {"alpha": 0.05}, x, t, Lasso(alpha=0.05, **tight), weights),
    case("Lasso", {"alpha": 0.05, "positive": True}, x, t, Lasso(alpha=0.05, positive=True, **tight)),
    case("ElasticNet", {"alpha": 0.1}, x, t, ElasticNet(alpha=0.1, **tight)),
    case("ElasticNet", {"alpha": 0.3, "l1Ratio": 0.2}, x, both, ElasticNet(alpha=0.3, l1_ratio=0.2, **tight)),
    case("PoissonRegressor", {}, x, n, PoissonRegressor(**glm)),
    case("PoissonRegressor", {"alpha": 0}, x, n, PoissonRegressor(alpha=0, **glm)),
    case("PoissonRegressor", {"alpha": 0.01}, x, n, PoissonRegressor(alpha=0.01, **glm), weights),
    case("GammaRegressor", {"alpha": 0.1}, x, s, GammaRegressor(alpha=0.1, **glm)),
    case("TweedieRegressor", {"power": 1.5, "alpha": 0.1}, x, n, TweedieRegressor(power=1.5, alpha=0.1, **glm)),
    case("TweedieRegressor", {"power": 3, "alpha": 0.1}, x, s, TweedieRegressor(power=3, alpha=0.1, **glm)),
    case("TweedieRegressor", {"power": 0, "alpha": 0.5}, x, t, TweedieRegressor(power=0, alpha=0.5, **glm)),
    case("TweedieRegressor", {"power": 0, "alpha": 0.5, "link": "log"}, x, s,
         TweedieRegressor(power=0, alpha=0.5, link="log", **glm)),
    case("LinearSVR", {"C": 0.5, "epsilon": 0.1}, x, t, LinearSVR(C=0.5, epsilon=0.1, **svm)),
    case("LinearSVR", {"loss": "squared_epsilon_insensitive"}, x, t,
         LinearSVR(loss="squared_epsilon_insensitive", **svm), weights),
    case("LinearSVC", {}, f, c, LinearSVC(**svm)),
    case("LinearSVC", {"C": 0.1, "loss": "hinge"}, fp, cp, LinearSVC(C=0.1, loss="hinge", **svm)),
    case("LinearSVC", {"classWeight": "balanced", "interceptScaling": 10}, fp, cp,
         LinearSVC(class_weight="balanced", intercept_scaling=10, **svm)),
    case("LinearSVC", {"fitIntercept": False}, fp, cp, LinearSVC(fit_intercept=False, **svm)),
    case("LinearSVC", {"classWeight": "balanced", "C": 0.1}, f3, c3, LinearSVC(class_weight="balanced", C=0.1, **svm), weights),
    case("LinearSVC", {"classWeight": {"1": 3}, "C": 0.1}, f3, c3, LinearSVC(class_weight={1: 3}, C=0.1, **svm)),
    case("LogisticRegression", {"classWeight": "balanced"}, f3, c3, LogisticRegression(class_weight="balanced", **lbfgs), weights),
    case("LogisticRegression", {"classWeight": {"0": 0.5, "2": 4}}, f3, c3,
         LogisticRegression(class_weight={0: 0.5, 2: 4}, **lbfgs), weights),
    case("LogisticRegression", {"penalty": "l1", "C": 0.3}, fp, cp, LogisticRegression(l1_ratio=1, C=0.3, **saga)),
    case("LogisticRegression", {"l1Ratio": 1, "C": 0.2}, f3, c3, LogisticRegression(l1_ratio=1, C=0.2, **saga), weights),
    case("LogisticRegression", {"penalty": "elasticnet", "l1Ratio": 0.4}, f3, c3, LogisticRegression(l1_ratio=0.4, **saga)),
    case("LogisticRegression", {"penalty": "l1", "fitIntercept": False, "classWeight": "balanced"}, f3, c3,
         LogisticRegression(l1_ratio=1, fit_intercept=False, class_weight="balanced", **saga)),
    case("LinearSVC", {"penalty": "l1", "C": 0.05}, fp, cp, LinearSVC(penalty="l1", dual=False, C=0.05, **svm)),
    case("LinearSVC", {"penalty": "l1", "C": 0.1, "interceptScaling": 5, "classWeight": "balanced"}, f3, c3,
         LinearSVC(penalty="l1", dual=False, C=0.1, intercept_scaling=5, class_weight="balanced", **svm), weights),
]
sgd = []
for loss in ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"]:
    sgd.append(spread("SGDRegressor", {"loss": loss}, x, t, lambda seed: SGDRegressor(loss=loss, random_state=seed)))
for loss in ["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"]:
    sgd.append(spread("SGDClassifier", {"loss": loss}, f, c, lambda seed: SGDClassifier(loss=loss, random_state=seed)))
sgd.append(spread("SGDClassifier", {"penalty": "l1", "alpha": 0.01}, fp, cp,
                  lambda seed: SGDClassifier(penalty="l1", alpha=0.01, random_state=seed)))
sgd.append(spread("SGDClassifier", {"average": True}, fp, cp, lambda seed: SGDClassifier(average=True, random_state=seed)))
sgd.append(spread("SGDRegressor", {"penalty": "elasticnet", "learningRate": "adaptive"}, x, t,
                  lambda seed: SGDRegressor(penalty="elasticnet", learning_rate="adaptive", random_state=seed)))
sgd.append(spread("SGDClassifier", {"earlyStopping": True, "loss": "log_loss", "validationFraction": 0.2}, f, c,
                  lambda seed: SGDClassifier(early_stopping=True, loss="log_loss", validation_fraction=0.2, random_state=seed)))
sgd.append(spread("SGDRegressor", {"earlyStopping": True}, x, t, lambda seed: SGDRegressor(early_stopping=True, random_state=seed)))
sgd.append(spread("SGDClassifier", {"classWeight": {"2": 10}, "loss": "log_loss"}, f, c,
                  lambda seed: SGDClassifier(class_weight={2: 10}, loss="log_loss", random_state=seed)))
out = root / "test/fixtures/sklearn/linear-models.json"
rows = lambda array: [floats(row) for row in array]
out.write_text(json.dumps({
    "madeBy": "oracles/sklearn/linear_models.py",
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                 "numpy": numpy.__version__, "scipy": scipy.__version__},
    "rows": {"X": rows(X), "twin": rows(twin), "wide": rows(X[:4]), "iris": rows(Z), "pair": rows(Z[pair]),
             "uneven": rows(Z[few_of_one])},
    "targets": {"y": floats(y), "two": rows(two), "few": floats(y[:4]), "counts": floats(counts), "sizes": floats(sizes),
                "iris": floats(iris.target), "pair": floats(iris.target[pair]),
                "uneven": floats(iris.target[few_of_one])},
    "weights": floats(weights),
    "cases": cases,
    "sgd": sgd,
}, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
