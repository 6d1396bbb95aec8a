import type { Tree } from "../../models/trees/tree-ensemble.js";
import { unsupportedModel } from "../files/fields.js";
import type { ElementFunction, Step } from "../steps/steps.js";

/**
 * Steps that round the columns of block 0 that trees ask for categories, as the source library does before it looks a
 * category up, and the block that holds the result. No steps where no tree asks for categories.
 * Errors: `unsupported-op` where a column is compared with thresholds as well.
 */
export function categoryRounding(
  trees: readonly Tree[],
  features: number,
  name: "floor" | "truncate",
  path: string,
): { steps: readonly Step[]; block: number } {
  const categorical = new Set<number>();
  const numeric = new Set<number>();
  for (const tree of trees)
    tree.feature.forEach((feature, node) => {
      if (feature >= 0) (tree.categories.has(node) ? categorical : numeric).add(feature);
    });
  if (categorical.size === 0) return { steps: [], block: 0 };
  for (const feature of categorical)
    if (numeric.has(feature)) {
      throw unsupportedModel(
        `${path} feature ${feature}`,
        "is used both as a number and as a category",
        "Train with a column of its own for each use",
      );
    }
  return elementOfColumns(name, categorical, features, 0);
}

/** Steps that apply `name` to some of the columns of block `from`, the last before them, and the block that holds all columns. */
export function elementOfColumns(
  name: ElementFunction,
  chosen: ReadonlySet<number>,
  features: number,
  from: number,
): { steps: readonly Step[]; block: number } {
  const columns = Array.from({ length: features }, (_, k) => k);
  const changed = columns.filter((k) => chosen.has(k));
  const others = columns.filter((k) => !chosen.has(k));
  const place = new Map([...others, ...changed].map((column, index) => [column, index]));
  return {
    steps: [
      { kind: "select", from, columns: Int32Array.from(others) },
      { kind: "select", from, columns: Int32Array.from(changed) },
      { kind: "element", name, from: from + 2, precision: "float64" },
      { kind: "concatenate", from: [from + 1, from + 3] },
      {
        kind: "select",
        from: from + 4,
        columns: Int32Array.from(columns, (k) => place.get(k) ?? 0),
      },
    ],
    block: from + 5,
  };
}
