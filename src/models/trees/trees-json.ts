import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { fieldsOf, isCount, isFiniteList, isIntegerList } from "../../quantize/json-checks.js";
import { type ScoreMeaning, scoreMeaning } from "../../quantize/tree-coding.js";
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
}

/** Fitted trees as JSON; every double survives exactly. */
export function fittedTreesJson(fitted: FittedTrees): JsonValue {
  const { ensemble, meaning, classes, featureImportances, offset } = fitted;
  const { trees, base, ...rest } = ensemble;
  return JSON.parse(
    JSON.stringify({
      ...{ meaning, classes: [...classes], importances: [...featureImportances] },
      offset: offset ?? null,
      ensemble: { ...rest, base: [...base], trees: trees.map(treeJson) },
    }),
  );
}

function treeJson(tree: Tree): object {
  return {
    ...{ feature: [...tree.feature], threshold: [...tree.threshold], left: [...tree.left] },
    ...{ right: [...tree.right], missingLeft: [...tree.missingLeft], values: [...tree.values] },
    categories: [...tree.categories].map(([node, set]) => [node, set.side, [...set.values]]),
  };
}

/** Reads what `fittedTreesJson` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
export function readFittedTrees(value: unknown, path: string): FittedTrees {
  const { meaning, classes, importances, offset, ensemble } = fieldsOf(value);
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
  };
}

function readEnsemble(value: unknown, path: string): TreeEnsemble {
  const { features, outputs, rule, trees, base, divisor } = fieldsOf(value);
  const { left, precision, missing } = fieldsOf(rule);
  const ruled =
    (left === "<" || left === "<=") &&
    (precision === "float32" || precision === "float64") &&
    (missing === "none" || missing === "nan" || missing === "nan or zero");
  if (!isCount(features) || !isCount(outputs) || !ruled || !Array.isArray(trees)) {
    throw corrupt(path, "holds no ensemble");
  }
  if (!isFiniteList(base) || base.length !== outputs) throw corrupt(path, "has another base");
  if (typeof divisor !== "number" || !(divisor > 0)) throw corrupt(path, "has no divisor");
  return {
    features,
    outputs,
    rule: { left, precision, missing },
    trees: trees.map((tree: unknown) => readTree(tree, features, outputs, path)),
    base: Float64Array.from(base),
    divisor,
  };
}

function readTree(value: unknown, features: number, outputs: number, path: string): Tree {
  const { feature, threshold, left, right, missingLeft, values, categories } = fieldsOf(value);
  if (!isIntegerList(feature) || !isIntegerList(left) || !isIntegerList(right)) {
    throw corrupt(path, "has a tree without nodes");
  }
  const nodes = feature.length;
  const numbers = isFiniteList(threshold) && isFiniteList(values) && isIntegerList(missingLeft);
  if (!numbers || threshold.length !== nodes || missingLeft.length !== nodes || nodes === 0) {
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
    threshold: Float64Array.from(threshold),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    missingLeft: Uint8Array.from(missingLeft),
    categories: new Map(readCategories(categories, path)),
    values: Float64Array.from(values),
  };
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
