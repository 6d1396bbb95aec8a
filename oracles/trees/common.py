"""What the scripts of this folder share: data sets, names, writing."""

import json
import math
import platform
import re
from pathlib import Path

import numpy
import sklearn
from sklearn.datasets import load_breast_cancer, load_iris

root = Path(__file__).resolve().parents[2]


def camel(name):
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)


def camel_params(params):
    return {camel(name): value for name, value in params.items()}


def floats(array):
    return [None if math.isnan(value) else float(value) for value in numpy.asarray(array, dtype=float).ravel()]


def rounded(array, digits=3):
    return numpy.round(numpy.asarray(array, dtype=float), digits)


def data_sets():
    """Breast cancer is read from data/ by the tests; the others are written into the fixture. NaN is null there."""
    breast = load_breast_cancer()
    iris = load_iris()
    random = numpy.random.RandomState(7)
    X = rounded(random.normal(size=(160, 6)))
    y = rounded(3 * numpy.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.3 * random.normal(size=160))
    counts = random.poisson(numpy.exp(0.5 * X[:, 0] + 0.3 * (X[:, 3] > 0)))
    labels = numpy.digitize(X[:, 0] + X[:, 1] ** 2 + 0.4 * random.normal(size=160), [0.2, 1.0])
    holes = X.copy()
    holes[random.uniform(size=X.shape) < 0.15] = numpy.nan
    # Missing values say something, so that directions are learned both ways.
    holes[:, 4] = numpy.where((labels == 2) & (random.uniform(size=160) < 0.6), numpy.nan, holes[:, 4])
    # Few distinct values, one constant column: ties everywhere.
    grid = numpy.c_[random.randint(0, 4, size=(160, 4)), numpy.ones(160)].astype(float)
    grid_y = rounded(grid[:, 0] + 2 * (grid[:, 1] > 1) + 0.2 * random.normal(size=160))
    return {
        "breast-cancer": (breast.data, breast.target),
        "iris": (iris.data, iris.target),
        "smooth": (X, y),
        "positive": (X, rounded(numpy.exp(0.4 * y))),
        "counts": (X, counts),
        "labels": (X, labels),
        "holes": (holes, y),
        "holes two classes": (holes, (labels == 2).astype(int)),
        "grid": (grid, grid_y),
    }


def write(name, made_by, versions, sets, cases):
    used = {case["dataSet"] for case in cases}
    out = root / "test/fixtures/trees" / name
    content = {
        "madeBy": made_by,
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scikit-learn": sklearn.__version__,
            **versions,
        },
        "dataSets": {
            key: {
                "rows": [floats(row) for row in X],
                "y": floats(y),
                **({"targets": numpy.shape(y)[1]} if numpy.ndim(y) > 1 else {}),
            }
            for key, (X, y) in sets.items()
            if key in used and key != "breast-cancer"
        },
        "cases": cases,
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    out.write_text(text.replace(".0,", ",").replace(".0]", "]") + "\n")
    print(out, out.stat().st_size)
