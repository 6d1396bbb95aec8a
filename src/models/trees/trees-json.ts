import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { readComparisonRule } from "../../quantize/feature-columns.js";
import {
  fieldsOf,
  isCount,
  isFiniteList,
  isFiniteNumber,
  isIntegerList,
  isListOfFiniteLists,
} from "../../quantize/json-checks.js";
import { type ScoreMeaning, scoreMeaning } from "../../quantize/tree-coding.js";
import type { EvalRecord } from "./boosting/evaluation.js";
import type { SplitTotals } from "./boosting/xgb-importances.js";
import type { Tree, TreeEnsemble } from "./tree-ensemble.js";

/** What fitting a tree estimator gives, as data. */
export interface FittedTrees {
  readonly ensemble: TreeEnsemble;
  readonly meaning: ScoreMeaning;
  /** Labels ascending; empty for regressors. */
  readonly classes: Float64Array;
  /** `[features]`, sums to 1 unless no tree splits. */
  readonly featureImportances: Float64Array;
  /** Isolation forests: scores below this are outliers. */
  readonly offset?: number;
  readonly account?: TreeAccount;
}

/** What fitting tells besides the trees. */
export interface TreeAccount {
  /** Boosting: rounds that were made. */
  readonly rounds?: number;
  /** Forests: score on rows that trees did not see. */
  readonly oobScore?: number;
  /** Forests: scores `[rows, outputs]` of rows by the trees that did not see them. */
  readonly oob?: readonly number[];
  /** Histogram boosting with early stopping: loss on held-out rows, before the first round and after each. */
  readonly heldOut?: readonly number[];
  /** XGBoost: the splits of all rounds, by feature. */
  readonly splits?: SplitTotals;
  /** XGBoost: what rounds were worth on rows that they were judged on. */
  readonly evaluation?: EvalRecord;
}

/** Fitted trees as JSON; every double survives exactly. */
export function fittedTreesJson(fitted: FittedTrees): JsonValue {
  const { ensemble, meaning, classes, featureImportances, offset, account } = fitted;
  return {
    ...{ meaning, classes: [...classes], importances: [...featureImportances] },
    ...{ offset: offset ?? null, ensemble: ensembleJson(ensemble) },
    ...(account === undefined ? {} : { account: JSON.parse(JSON.stringify(account)) }),
  };
}

/** An ensemble as JSON; every double survives exactly, infinite thresholds too. */
export function ensembleJson({ trees, base, ...rest }: TreeEnsemble): JsonValue {
  return JSON.parse(JSON.stringify({ ...rest, base: [...base], trees: trees.map(treeJson) }));
}

function treeJson(tree: Tree): object {
  return {
    ...{ feature: [...tree.feature], left: [...tree.left] },
    threshold: Array.from(tree.threshold, (t) => (Number.isFinite(t) ? t : String(t))),
    ...{ right: [...tree.right], missingLeft: [...tree.missingLeft], values: [...tree.values] },
    categories: [...tree.categories].map(([node, set]) => [node, set.side, [...set.values]]),
  };
}

/** Reads what `fittedTreesJson` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
export function readFittedTrees(value: unknown, path: string): FittedTrees {
  const { meaning, classes, importances, offset, ensemble, account } = fieldsOf(value);
  const known = scoreMeaning(meaning);
  if (known === undefined || !isFiniteList(classes) || !isFiniteList(importances)) {
    throw corrupt(path, "says nothing usable of its scores");
  }
  return {
    ensemble: readEnsemble(ensemble, path),
    meaning: known,
    classes: Float64Array.from(classes),
    featureImportances: Float64Array.from(importances),
    ...(typeof offset === "number" ? { offset } : {}),
    ...(account === undefined ? {} : { account: readAccount(account) }),
  };
}

function readAccount(value: unknown): TreeAccount {
  const { rounds, oobScore, oob, heldOut, splits, evaluation } = fieldsOf(value);
  const { count, gain, cover } = fieldsOf(splits);
  const { metric, history, bestIteration, earlierRounds } = fieldsOf(evaluation);
  const best = bestIteration === 0 || isCount(bestIteration) ? ({ bestIteration } as const) : {};
  const earlier = isCount(earlierRounds) ? ({ earlierRounds } as const) : {};
  return {
    ...(isCount(rounds) ? { rounds } : {}),
    ...(isFiniteNumber(oobScore) ? { oobScore } : {}),
    ...(isFiniteList(oob) ? { oob } : {}),
    ...(isFiniteList(heldOut) ? { heldOut } : {}),
    ...(isFiniteList(count) && isFiniteList(gain) && isFiniteList(cover)
      ? { splits: { count, gain, cover } }
      : {}),
    ...(typeof metric === "string" && isListOfFiniteLists(history)
      ? { evaluation: { metric, history, ...best, ...earlier } }
      : {}),
  };
}

/** Reads what `ensembleJson` gave. Errors: `file-corrupt`. */
export function readEnsemble(value: unknown, path: string): TreeEnsemble {
  const { features, outputs, rule, trees, base, divisor } = fieldsOf(value);
  const ruled = readComparisonRule(rule);
  if (!isCount(features) || !isCount(outputs) || ruled === undefined || !Array.isArray(trees)) {
    throw corrupt(path, "holds no ensemble");
  }
  if (!isFiniteList(base) || base.length !== outputs) throw corrupt(path, "has another base");
  if (typeof divisor !== "number" || !(divisor > 0)) throw corrupt(path, "has no divisor");
  return {
    features,
    outputs,
    rule: ruled,
    trees: trees.map((tree: unknown) => readTree(tree, features, outputs, path)),
    base: Float64Array.from(base),
    divisor,
  };
}

function readTree(value: unknown, features: number, outputs: number, path: string): Tree {
  const { feature, left, right, missingLeft, values, categories, ...rest } = fieldsOf(value);
  const threshold = readThresholds(rest["threshold"]);
  if (!isIntegerList(feature) || !isIntegerList(left) || !isIntegerList(right)) {
    throw corrupt(path, "has a tree without nodes");
  }
  const nodes = feature.length;
  const numbers = isFiniteList(values) && isIntegerList(missingLeft);
  if (!numbers || threshold?.length !== nodes || missingLeft.length !== nodes || nodes === 0) {
    throw corrupt(path, "has a tree whose lists do not fit");
  }
  const fits = feature.every((own, node) => {
    if (own < 0) return true;
    const children = [left[node] ?? 0, right[node] ?? 0];
    return own < features && children.every((child) => child > node && child < nodes);
  });
  if (!fits || values.length !== nodes * outputs) {
    throw corrupt(path, "has a tree whose nodes do not fit");
  }
  return {
    feature: Int32Array.from(feature),
    threshold,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    missingLeft: Uint8Array.from(missingLeft),
    categories: new Map(readCategories(categories, path)),
    values: Float64Array.from(values),
  };
}

/** Numbers, and the texts of infinities. */
function readThresholds(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const fits = value.every(
    (entry) => typeof entry === "number" || entry === "Infinity" || entry === "-Infinity",
  );
  return fits ? Float64Array.from(value, Number) : undefined;
}

function readCategories(value: unknown, path: string): [number, CategorySet][] {
  if (!Array.isArray(value)) throw corrupt(path, "has no list of categories");
  return value.map((entry: unknown) => {
    const [node, side, values]: unknown[] = Array.isArray(entry) ? entry : [];
    const sided = side === "left" || side === "right";
    if (typeof node !== "number" || !sided || !isIntegerList(values)) {
      throw corrupt(path, "has categories that are none");
    }
    return [node, { side, values: Int32Array.from(values) }];
  });
}

type CategorySet = Tree["categories"] extends ReadonlyMap<number, infer Set> ? Set : never;

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Dump the model again",
  });
}
