"""Writes wdbc.csv from the copy of the data set that scikit-learn ships.

Run: pip install scikit-learn==1.9.1 && python make.py
Numbers are written as the shortest decimal text that reads back to the same double.
"""

from pathlib import Path

from sklearn.datasets import load_breast_cancer

data = load_breast_cancer()
letter = {0: "M", 1: "B"}
with open(Path(__file__).with_name("wdbc.csv"), "w", newline="\n") as out:
    out.write(",".join(["diagnosis", *data.feature_names]) + "\n")
    for row, target in zip(data.data, data.target):
        cells = [repr(float(value)).removesuffix(".0") for value in row]
        out.write(",".join([letter[int(target)], *cells]) + "\n")
