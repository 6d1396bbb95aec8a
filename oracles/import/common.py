"""What the scripts of this folder share: rows at the edges of a model's splits, and how cases are written."""

import json
import math
from pathlib import Path

import numpy as np

fixtures = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "import"


def edge_rows(X, thresholds, rng, rows=5, edges=5, nan=True, infinite=False, dtype=np.float32):
    """A few rows of X, then rows with one entry at a threshold, beside it in `dtype`, beside it in float64, or missing.

    `thresholds` is a list of (feature, threshold)."""
    X = np.asarray(X, np.float64)
    out = [X[i] for i in rng.choice(len(X), min(rows, len(X)), replace=False)]
    chosen = [thresholds[i] for i in rng.permutation(len(thresholds))[:edges]]
    for feature, threshold in chosen:
        base = X[rng.integers(len(X))]
        near = dtype(threshold)
        for value in (
            float(near),
            float(np.nextafter(near, dtype(-np.inf))),
            float(np.nextafter(near, dtype(np.inf))),
            float(near) * (1 - 1e-12),
            float(near) * (1 + 1e-12),
        ):
            row = base.copy()
            row[feature] = value
            out.append(row)
    if nan:
        for feature in range(min(X.shape[1], 4)):
            row = X[rng.integers(len(X))].copy()
            row[feature] = math.nan
            out.append(row)
        out.append(np.full(X.shape[1], math.nan))
    if infinite:
        for value in (math.inf, -math.inf, 0.0, -0.0):
            out.append(np.full(X.shape[1], value))
    return np.array(out)


def plain(values):
    """Nested lists with texts for what JSON has no numbers for."""
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [plain(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return "NaN" if math.isnan(values) else ("Infinity" if values > 0 else "-Infinity")
    if isinstance(values, (np.floating, np.integer)):
        return plain(values.item())
    return values


def two_dimensional(values):
    values = np.asarray(values)
    return values.reshape(len(values), -1)


def write_cases(folder, versions, cases):
    target = fixtures / folder
    target.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(plain_case(case), allow_nan=False, separators=(",", ":")) for case in cases]
    text = '{"versions":%s,"cases":[\n%s\n]}\n' % (json.dumps(versions), ",\n".join(lines))
    (target / "cases.json").write_text(text)


def plain_case(case):
    return {key: plain(value) for key, value in case.items()}
