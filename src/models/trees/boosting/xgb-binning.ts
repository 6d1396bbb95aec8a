import type { Matrix } from "../../check-data.js";
import { toFloat32Columns } from "../tree-data.js";
import { binColumns } from "./binned-columns.js";
import type { Derivatives } from "./histogram.js";
import { sortedColumn, sortedPlaces } from "./sorted-column.js";
import { cutsOf, type FeatureCuts, steppedCuts, xgbCuts } from "./xgb-cuts.js";
import type { XgbParams } from "./xgb-params.js";
import type { XgbBins } from "./xgb-split.js";

/** The training rows in bins, for one tree: its derivatives and the rows that it sees. */
export type XgbBinning = (derivatives: Derivatives, order: Int32Array) => XgbBins;

/**
 * Bins by `treeMethod`. Those of `"approx"` are made anew for each tree, by the second derivatives; `constantHessian` says that these are
 * the same in every round, so that the first tree's serve all (as XGBoost has it).
 */
export function xgbBinning(
  x: Matrix,
  weights: Float64Array | undefined,
  params: Pick<XgbParams, "treeMethod" | "maxBin">,
  constantHessian: boolean,
): XgbBinning {
  const { rows, columns: features } = x;
  const columns = toFloat32Columns(x);
  const column = (j: number) => columns.subarray(j * rows, (j + 1) * rows);
  const each = <T>(of: (values: Float32Array) => T): T[] =>
    Array.from({ length: features }, (_, j) => of(column(j)));
  if (params.treeMethod === "exact") {
    const values = each((own) => sortedColumn(own, undefined).values);
    const data = binColumns(columns, rows, values, lastOf(values), "below");
    const bins: XgbBins = { data, kind: "values", values, least: new Float32Array(features) };
    return () => bins;
  }
  const between = (found: readonly FeatureCuts[]): XgbBins => {
    const values = found.map(({ cuts }) => cuts);
    const data = binColumns(columns, rows, values, lastOf(values), "above");
    return { data, kind: "edges", values, least: Float32Array.from(found, (cuts) => cuts.least) };
  };
  if (params.treeMethod !== "approx") {
    const bins = between(each((own) => xgbCuts(own, weights, params.maxBin)));
    return () => bins;
  }
  const sorted = each(sortedPlaces);
  let known: XgbBins | undefined;
  return ({ hessian }, order) => {
    if (known !== undefined && constantHessian) return known;
    // XGBoost weighs rows by their weight once more, which is in the derivatives already.
    const mass = new Float64Array(rows);
    for (const row of order) mass[row] = Math.fround((hessian[row] ?? 0) * (weights?.[row] ?? 1));
    const cuts = constantHessian ? cutsOf : steppedCuts;
    known = between(sorted.map((own) => cuts(own.weighed(mass), params.maxBin)));
    return known;
  };
}

function lastOf(values: readonly Float32Array[]): Int32Array {
  return Int32Array.from(values, (own) => Math.max(0, own.length - 1));
}
