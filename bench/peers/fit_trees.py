"""Fits XGBoost on one thread and prints one JSON line.

    python fit_trees.py ROWS FEATURES TREES DEPTH

The data are those of bench/fit-trees.ts: NumPy's uniform numbers of seed 0, and a label that three of them decide.
The first fit warms up, the second one counts.
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
import xgboost

rows, features, trees, depth = map(int, sys.argv[1:5])
X = np.random.RandomState(0).random_sample((rows, features))
y = (X[:, 0] + X[:, 1] * X[:, 2] + 0.3 * X[:, 3] > 0.9).astype(int)
for _ in range(2):
    wall, cpu = time.perf_counter(), time.process_time()
    model = xgboost.XGBClassifier(n_estimators=trees, max_depth=depth, n_jobs=1).fit(X, y)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(
    json.dumps(
        {
            "peer": f"xgboost {xgboost.__version__}",
            "wallMs": wall * 1000,
            "cpuMs": cpu * 1000,
            "accuracy": float((model.predict(X[:5000]) == y[:5000]).mean()),
        }
    )
)
