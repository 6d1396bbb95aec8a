import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";
import type { Matrix } from "../../check-data.js";
import { SeededRandom } from "../../seeded-random.js";
import { toFloat64Columns } from "../tree-data.js";
import { binColumns } from "./binned-columns.js";
import type { HgbGrowth } from "./grow-hgb.js";
import { categoriesOf } from "./hgb-categories.js";
import type { HgbParams } from "./hgb-params.js";
import { hgbThresholds } from "./hgb-thresholds.js";
import { HistogramBuilder } from "./histogram.js";
import { interactionRules, withOthers } from "./interaction-rules.js";

/** What each feature is. */
export interface HgbKinds {
  /** Categories of each categorical feature; undefined for numbers. */
  readonly categories: readonly (Float64Array | undefined)[];
  /** `[features]` 1 or -1 where scores may only rise or fall with the feature. */
  readonly directions: Int8Array;
}

/** Reads settings that speak of features. Categories are those of all rows, held-out ones too. Errors: `bad-argument`, `out-of-range`. */
export function hgbKinds(x: Matrix, params: HgbParams): HgbKinds {
  const { rows, columns: features, data } = x;
  const categorical = new Set(categoricalColumns(params.categoricalFeatures, features));
  const column = (j: number) =>
    Float64Array.from({ length: rows }, (_, i) => data[i * features + j] ?? 0);
  const categories = Array.from({ length: features }, (_, j) =>
    categorical.has(j) ? categoriesOf(column(j), j, params.maxBins) : undefined,
  );
  const given = params.monotonicCst ?? [];
  const known =
    Array.isArray(given) &&
    given.every((own) => own === 0 || Math.abs(own) === 1) &&
    (params.monotonicCst === null || given.length === features);
  const both = categories.findIndex((own, j) => own !== undefined && (given[j] ?? 0) !== 0);
  if (known && both < 0)
    return {
      categories,
      directions: Int8Array.from({ length: features }, (_, j) => given[j] ?? 0),
    };
  throw new VelumError({
    code: "bad-argument",
    path: "HistGradientBoosting monotonicCst",
    problem: known
      ? `has a rule for feature ${both}, which is categorical`
      : `is ${contentText(given)}`,
    limit: features,
    cure: `Pass 1 (rising), -1 (falling) or 0 for each of the ${features} features, 0 for categories`,
  });
}

/** Columns by number, from numbers or from switches. */
function categoricalColumns(
  given: HgbParams["categoricalFeatures"],
  features: number,
): readonly number[] {
  const asked: unknown = given ?? [];
  const list: readonly unknown[] = Array.isArray(asked) ? asked : [asked];
  const switches = list.length === features && list.every((own) => typeof own === "boolean");
  const columns = switches ? list.flatMap((own, j) => (own === true ? [j] : [])) : list;
  const good = columns.filter(
    (j): j is number => typeof j === "number" && Number.isInteger(j) && j >= 0 && j < features,
  );
  if (good.length === columns.length) return good;
  throw new VelumError({
    code: "bad-argument",
    path: "HistGradientBoosting categoricalFeatures",
    problem: `is ${contentText(given)}`,
    limit: features - 1,
    cure: `Pass columns from 0 to ${features - 1}, or true or false for each of the ${features}`,
  });
}

/** Bins and rules for growing trees on the rows of `x`. */
export function growthOn(
  x: Matrix,
  weights: Float64Array | undefined,
  params: HgbParams,
  { categories, directions }: HgbKinds,
): HgbGrowth {
  const { rows, columns: features } = x;
  const columns = toFloat64Columns(x);
  const thresholds = categories.map(
    (own, j) =>
      own ?? hgbThresholds(columns.subarray(j * rows, (j + 1) * rows), weights, params.maxBins),
  );
  const isCategory = Uint8Array.from(categories, (own) => Number(own !== undefined));
  const last = Int32Array.from(thresholds, (own, j) =>
    Math.max(0, own.length - (isCategory[j] ?? 0)),
  );
  const data = binColumns(columns, rows, thresholds, last, "below");
  const groups = withOthers(params.interactionCst, features);
  const random = new SeededRandom(params.randomState);
  // scikit-learn puts categorical columns first, and the first of equal splits stays.
  const all = Array.from({ length: features }, (_, j) => j);
  const byKind = [
    ...all.filter((j) => isCategory[j] === 1),
    ...all.filter((j) => isCategory[j] !== 1),
  ];
  return {
    search: {
      ...{ data, isCategory, directions, binCounts: last.map((bin) => bin + 1) },
      ...{ minSamplesLeaf: params.minSamplesLeaf, l2: params.l2Regularization },
    },
    ...{ thresholds, params, builder: new HistogramBuilder(data, 3) },
    interactions: interactionRules("HistGradientBoosting interactionCst", groups, features),
    features: Int32Array.from(byKind),
    draw: (from) => {
      if (params.maxFeatures === 1) return from;
      const count = Math.max(1, Math.ceil(params.maxFeatures * from.length));
      const drawn = new Set(random.shuffle(Array.from(from)).slice(0, count));
      return from.filter((feature) => drawn.has(feature));
    },
  };
}
