import type { Matrix } from "../../check-data.js";
import { badParam } from "../check-params.js";
import { toFloat32Columns } from "../tree-data.js";
import { binColumns } from "./binned-columns.js";
import type { Derivatives } from "./histogram.js";
import { sortedColumn, sortedPlaces } from "./sorted-column.js";
import { categoryCuts, categoryFlags } from "./xgb-categories.js";
import { cutsOf, type FeatureCuts, steppedCuts, xgbCuts } from "./xgb-cuts.js";
import type { XgbParams } from "./xgb-params.js";
import type { XgbBins } from "./xgb-split.js";

/** The training rows in bins, for one tree: its derivatives and the rows that it sees. */
export type XgbBinning = (derivatives: Derivatives, order: Int32Array) => XgbBins;

/**
 * Bins by `treeMethod`. Those of `"approx"` are made anew for each tree, by the second derivatives; `constantHessian` says that these are
 * the same in every round, so that the first tree's serve all (as XGBoost has it).
 * Errors: `bad-argument` and `out-of-range` where `featureTypes` do not fit.
 */
export function xgbBinning(
  x: Matrix,
  weights: Float64Array | undefined,
  params: Pick<XgbParams, "treeMethod" | "maxBin" | "featureTypes">,
  constantHessian: boolean,
): XgbBinning {
  const { rows, columns: features } = x;
  const columns = toFloat32Columns(x);
  const column = (j: number) => columns.subarray(j * rows, (j + 1) * rows);
  const each = <T>(of: (values: Float32Array, j: number) => T): T[] =>
    Array.from({ length: features }, (_, j) => of(column(j), j));
  const isCategory = categoryFlags(params.featureTypes, features);
  if (params.treeMethod === "exact") {
    if (isCategory.includes(1)) {
      throw badParam("XGB", "treeMethod", "exact", 'Pass "hist" or "approx": featureTypes has "c"');
    }
    const values = each((own) => sortedColumn(own, undefined).values);
    const data = binColumns(columns, rows, values, lastOf(values), "below");
    const least = new Float32Array(features);
    const bins: XgbBins = { data, kind: "values", values, least, isCategory };
    return () => bins;
  }
  const between = (found: readonly FeatureCuts[]): XgbBins => {
    const values = found.map(({ cuts }) => cuts);
    const data = binColumns(columns, rows, values, lastOf(values), "above");
    const least = Float32Array.from(found, (cuts) => cuts.least);
    return { data, kind: "edges", values, least, isCategory };
  };
  const categories = each((own, j) => (isCategory[j] === 1 ? categoryCuts(own, j) : undefined));
  if (params.treeMethod !== "approx") {
    const bins = between(each((own, j) => categories[j] ?? xgbCuts(own, weights, params.maxBin)));
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
    known = between(
      sorted.map((own, j) => categories[j] ?? cuts(own.weighed(mass), params.maxBin)),
    );
    return known;
  };
}

function lastOf(values: readonly Float32Array[]): Int32Array {
  return Int32Array.from(values, (own) => Math.max(0, own.length - 1));
}
