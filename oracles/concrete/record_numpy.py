"""Records how NumPy prints integer arrays: python oracles/concrete/record_numpy.py (any NumPy 1.26).

Writes test/fixtures/concrete/numpy-texts.json: start, step, shape of an arithmetic progression, and its text.
"""
import json

import numpy as np
from interpret import FIXTURES

cases = [
    (0, 1, [1]), (0, 1, [3]), (-5, 3, [7]), (0, 1, [40]), (0, 997, [40]), (5, 0, [30]), (0, 1, [2, 3]), (-100, 17, [3, 5]),
    (0, 1, [30, 2]), (0, 1, [2, 30]), (0, 100, [3, 20]), (0, 1, [2, 2, 2]), (0, -1, [2, 3, 20]), (0, 1, [1, 1, 1, 4]), (0, 1, [1000]),
    (0, 1, [1001]), (-3000, 3, [2000]), (0, 1, [50, 40]), (0, 1, [3, 1000]), (0, 1, [1000, 3]), (0, 1, [11, 10, 10]), (0, 1, [2, 600]),
    (0, 1000000007, [5]), (0, 1, [6, 200]), (0, 1, [7, 200]), (1, 1, [25, 1]), (0, 1, [4, 10]),
]
texts = []
for start, step, shape in cases:
    size = int(np.prod(shape))
    array = (start + step * np.arange(size, dtype=np.int64)).reshape(shape)
    texts.append({"start": start, "step": step, "shape": shape, "text": str(array)})
(FIXTURES / "numpy-texts.json").write_text(json.dumps({"numpy": np.__version__, "arrays": texts}, indent=1) + "\n")
