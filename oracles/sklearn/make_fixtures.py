"""Fits scikit-learn's LogisticRegression to tight tolerance and writes what it found.

Run: pip install scikit-learn==1.9.1 && python make_fixtures.py
Writes test/fixtures/sklearn/logistic-regression.json, which the tests compare Velum's own solver with.
The versions used are recorded in the file. The breast-cancer rows are read from data/, as the tests do.
"""

import json
import math
import platform
import warnings
from pathlib import Path

import numpy
import scipy
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

root = Path(__file__).resolve().parents[2]
warnings.simplefilter("error")

breast = load_breast_cancer()
iris = load_iris()
digits = load_digits()
digits_rows = 500
tight = dict(solver="lbfgs", tol=1e-11, max_iter=100_000)


def floats(array):
    return [float(value) for value in numpy.asarray(array).ravel()]


def case(name, data_set, X, y, columns=None, scaled=True, **params):
    X = X if columns is None else X[:, :columns]
    scaler = StandardScaler().fit(X)
    Z = scaler.transform(X) if scaled else X
    model = LogisticRegression(**tight, **params).fit(Z, y)
    assert int(max(model.n_iter_)) < 100_000
    penalty = None if math.isinf(params.get("C", 1.0)) else "l2"
    # A second solver guards the fixture against an early stop of the first.
    if penalty is not None:
        newton = LogisticRegression(**{**tight, **params, "solver": "newton-cholesky"}).fit(Z, y)
        worst = numpy.abs(newton.coef_ - model.coef_).max() / numpy.abs(newton.coef_).max()
        assert worst < 1e-5, (name, worst)
    return {
        "name": name,
        "dataSet": data_set,
        "columns": X.shape[1],
        "scaled": scaled,
        "params": {
            "C": 1.0 if penalty is None else params.get("C", 1.0),
            "penalty": penalty,
            "fitIntercept": params.get("fit_intercept", True),
            "classWeight": params.get("class_weight"),
        },
        "mean": floats(scaler.mean_),
        "scale": floats(scaler.scale_),
        "coefShape": list(model.coef_.shape),
        "coef": floats(model.coef_),
        "intercept": floats(model.intercept_),
        "predictions": "".join(str(int(label)) for label in model.predict(Z)),
        "firstProbabilities": floats(model.predict_proba(Z[:5])),
        "firstDecisions": floats(model.decision_function(Z[:5])),
    }


b = ("breast-cancer", breast.data, breast.target)
i = ("iris", iris.data, iris.target)
d = ("digits", digits.data[:digits_rows], digits.target[:digits_rows])
cases = [
    case("breast cancer, C = 1", *b),
    case("breast cancer, C = 0.01", *b, C=0.01),
    case("breast cancer, balanced classes", *b, class_weight="balanced"),
    case("breast cancer, no intercept", *b, fit_intercept=False),
    case("breast cancer, 4 columns, no penalty", *b, columns=4, C=math.inf),
    case("iris, C = 1", *i),
    case("iris, unscaled, C = 10", *i, scaled=False, C=10.0),
    case("iris, 1 column, no penalty", *i, columns=1, C=math.inf),
    case("digits, 10 classes", *d),
]
out = root / "test/fixtures/sklearn/logistic-regression.json"
out.write_text(
    json.dumps(
        {
            "madeBy": "oracles/sklearn/make_fixtures.py",
            "versions": {
                "python": platform.python_version(),
                "scikit-learn": sklearn.__version__,
                "numpy": numpy.__version__,
                "scipy": scipy.__version__,
            },
            "iris": {"rows": [floats(row) for row in iris.data], "target": "".join(map(str, iris.target))},
            # One character a pixel (0 to 16, base 17 digits 0-9a-g), one string a row.
            "digits": {
                "rows": ["".join("0123456789abcdefg"[int(v)] for v in row) for row in d[1]],
                "target": "".join(map(str, d[2])),
            },
            "cases": cases,
        },
        indent=None,
        separators=(",", ":"),
    )
    + "\n"
)
print(out, out.stat().st_size)
