import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VelumError } from "../../src/base/error.js";
import type { Tensor } from "../../src/base/tensor.js";
import { findFile } from "../support/find-file.js";

/** A classification data set with the names that scikit-learn gives its parts. */
export interface BreastCancer {
  /** `[569, 30]` */
  readonly data: Tensor;
  /** `[569]`: 0 malignant, 1 benign (scikit-learn's order) */
  readonly target: Float64Array;
  readonly featureNames: readonly string[];
  readonly targetNames: readonly ["malignant", "benign"];
}

const file = ["data", "breast-cancer", "wdbc.csv"];
const place = join(...file);

/**
 * Reads the Breast Cancer Wisconsin (Diagnostic) data set from `data/breast-cancer/` of this repository
 * (credit and licence stand beside the file).
 * Errors: `file-corrupt` when the file is missing or its rows are not 30 numbers and a diagnosis.
 */
export function loadBreastCancer(): BreastCancer {
  const lines = readFileSync(findFile(...file), "utf8")
    .trimEnd()
    .split("\n");
  const featureNames = (lines[0] ?? "").split(",").slice(1);
  const features = featureNames.length;
  const rows = lines.slice(1);
  const data = new Float64Array(rows.length * features);
  const target = new Float64Array(rows.length);
  rows.forEach((line, row) => {
    const [diagnosis, ...cells] = line.split(",");
    const values = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
    const known = diagnosis === "M" || diagnosis === "B";
    if (!known || values.length !== features || !values.every(Number.isFinite)) {
      throw new VelumError({
        code: "file-corrupt",
        path: `${place} line ${row + 2}`,
        problem: `is not a diagnosis (M or B) and ${features} numbers`,
        cure: "Restore the file from the repository, or make it again with data/breast-cancer/make.py",
      });
    }
    data.set(values, row * features);
    target[row] = diagnosis === "B" ? 1 : 0;
  });
  return {
    data: { shape: [rows.length, features], data },
    target,
    featureNames,
    targetNames: ["malignant", "benign"],
  };
}
