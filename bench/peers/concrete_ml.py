"""One model in Concrete ML; one JSON line with the milliseconds of an encrypted run (median of three) and sizes.

    python concrete_ml.py CASE
"""
import json
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
from concrete.ml import sklearn as models
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
RUNS = 3


def load(name, scaled=False):
    data = getattr(datasets, f"load_{name}")()
    X = data.data.astype(np.float32)
    return (StandardScaler().fit_transform(X).astype(np.float32) if scaled else X), data.target


def boosted(kind, trees):
    return kind(n_bits=6, n_estimators=trees, max_depth=3, random_state=0)


CASES = {
    "logreg_bc_8b": lambda: (models.LogisticRegression(n_bits=8), load("breast_cancer", scaled=True)),
    "linreg_diab_8b": lambda: (models.LinearRegression(n_bits=8), load("diabetes")),
    "logreg_digits_8b": lambda: (models.LogisticRegression(n_bits=8), load("digits")),
    "tree_bc_d5_6b": lambda: (
        models.DecisionTreeClassifier(n_bits=6, max_depth=5, random_state=0),
        load("breast_cancer"),
    ),
    "rf_bc_20x4_6b": lambda: (
        models.RandomForestClassifier(n_bits=6, n_estimators=20, max_depth=4, random_state=0),
        load("breast_cancer"),
    ),
    "xgb_bc_20x3_6b": lambda: (boosted(models.XGBClassifier, 20), load("breast_cancer")),
    "xgb_bc_50x3_6b": lambda: (boosted(models.XGBClassifier, 50), load("breast_cancer")),
    "xgb_diab_20x3_6b": lambda: (boosted(models.XGBRegressor, 20), load("diabetes")),
}

model, (X, y) = CASES[sys.argv[1]]()
X_train, X_test, y_train, _ = train_test_split(X, y, test_size=0.25, random_state=0)
model.fit(X_train, y_train)
circuit = model.compile(X_train[:500])
circuit.client.keygen(force=True)
times = []
for i in range(RUNS):
    encrypted = circuit.encrypt(model.quantize_input(X_test[i : i + 1].astype(np.float64)))
    started = time.perf_counter()
    result = circuit.run(encrypted)
    times.append(time.perf_counter() - started)
report = {
    "peer": f"Concrete ML {version('concrete-ml')}",
    "name": sys.argv[1],
    "runMs": float(np.median(times)) * 1e3,
    "uploadBytes": len(encrypted.serialize()),
    "downloadBytes": len(result.serialize()),
    "evaluationKeyBytes": len(circuit.client.evaluation_keys.serialize()),
}
print(json.dumps(report), flush=True)
