import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tensor } from "../../src/base/tensor.js";
import { predictEnsemble } from "../../src/models/trees/predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../../src/models/trees/tree-ensemble.js";
import { codeTrees, type TreesCoded } from "../../src/models/trees/trees-coded.js";
import type { ComparisonRule } from "../../src/quantize/feature-columns.js";

/** An ensemble of random trees with rows that meet its thresholds often. */
export interface RandomEnsemble {
  readonly ensemble: TreeEnsemble;
  /** `[rows, features]`; the last feature is constant. */
  readonly rows: Tensor;
  /** Of all leaf values. */
  readonly largest: number;
}

const features = 4;
/** Quarters from -2 to 2: thresholds and values tie often, and both precisions hold them. */
const quarters = fc.integer({ min: -8, max: 8 }).map((value) => value / 4);

const rules: fc.Arbitrary<ComparisonRule> = fc.record({
  left: fc.constantFrom("<" as const, "<=" as const),
  precision: fc.constantFrom("float32" as const, "float64" as const),
  missing: fc.constantFrom("none" as const, "nan" as const, "nan or zero" as const),
});

type Node =
  | readonly number[]
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly missingLeft: boolean;
      readonly category: { readonly values: number[]; readonly side: "left" | "right" } | null;
      readonly left: Node;
      readonly right: Node;
    };

function nodes(depth: number, outputs: number): fc.Arbitrary<Node> {
  const leaf = fc.array(
    fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1)),
    {
      minLength: outputs,
      maxLength: outputs,
    },
  );
  if (depth === 0) return leaf;
  // Beyond depth 5 one branch goes on, so that deep trees stay small.
  const other = depth > 5 ? leaf : nodes(depth - 1, outputs);
  const split = fc.record({
    feature: fc.integer({ min: 0, max: features - 1 }),
    threshold: quarters,
    missingLeft: fc.boolean(),
    category: fc.option(
      fc.record({
        values: fc.uniqueArray(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 3 }),
        side: fc.constantFrom("left" as const, "right" as const),
      }),
      { freq: 6 },
    ),
    left: nodes(depth - 1, outputs),
    right: other,
  });
  return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 6, arbitrary: split });
}

function treeOf(root: Node, outputs: number): Tree {
  const feature: number[] = [];
  const numbers: number[][] = [];
  const values: number[] = [];
  const categories = new Map<number, { values: Int32Array; side: "left" | "right" }>();
  const add = (node: Node): number => {
    const at = feature.length;
    if (!("feature" in node)) {
      feature.push(-1);
      numbers.push([0, 0, 0, 0]);
      values.push(...node);
      return at;
    }
    feature.push(node.feature);
    const own = [node.threshold, 0, 0, Number(node.missingLeft)];
    numbers.push(own);
    values.push(...new Array<number>(outputs).fill(0));
    if (node.category !== null) {
      const { side } = node.category;
      categories.set(at, { values: Int32Array.from(node.category.values).sort(), side });
    }
    own[1] = add(node.left);
    own[2] = add(node.right);
    return at;
  };
  add(root);
  const column = (k: number): number[] => numbers.map((own) => own[k] ?? 0);
  return {
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(column(0)),
    left: Int32Array.from(column(1)),
    right: Int32Array.from(column(2)),
    missingLeft: Uint8Array.from(column(3)),
    categories,
    values: Float64Array.from(values),
  };
}

/** Trees of at most the given depth and number, with rows. */
export function randomEnsembles(shape: {
  readonly depth: number;
  readonly trees: number;
}): fc.Arbitrary<RandomEnsemble> {
  return fc
    .tuple(rules, fc.integer({ min: 1, max: 3 }), fc.boolean())
    .chain(([rule, outputs, mean]) => {
      const value =
        rule.missing === "none"
          ? quarters
          : fc.oneof(
              { weight: 4, arbitrary: quarters },
              { weight: 1, arbitrary: fc.constant(Number.NaN) },
            );
      const row = fc.tuple(value, value, value).map((own) => [...own, 1.5]);
      return fc
        .record({
          trees: fc.array(nodes(shape.depth, outputs), { minLength: 1, maxLength: shape.trees }),
          base: fc.array(quarters, { minLength: outputs, maxLength: outputs }),
          rows: fc.array(row, { minLength: 3, maxLength: 12 }),
        })
        .map(({ trees, base, rows }) => {
          const made = trees.map((tree) => treeOf(tree, outputs));
          const ensemble = {
            ...{ features, outputs, rule, trees: made, base: Float64Array.from(base) },
            divisor: mean ? made.length : 1,
          };
          const largest = made.reduce(
            (most, tree) => tree.values.reduce((own, v) => Math.max(own, Math.abs(v)), most),
            0,
          );
          const data = Float64Array.from(rows.flat());
          return { ensemble, rows: { shape: [rows.length, features], data }, largest };
        });
    });
}

/** The ensemble on whole numbers, with leaves of 16 bits; `rows` gives grids their ranges. */
export function codedEnsemble(
  ensemble: TreeEnsemble,
  rows: Tensor,
  features: "thresholds" | number,
): TreesCoded {
  const none = { classes: new Float64Array(), featureImportances: new Float64Array() };
  const fitted = { ensemble, meaning: "identity", ...none } as const;
  return codeTrees(fitted, { features, leaves: 16 }, matrixOf(rows));
}

/** Scores of the integer trees are the ensemble's, but for half a step of 2^-15 of the largest leaf in each tree. */
export function assertSameScores(
  { ensemble, largest }: RandomEnsemble,
  coded: TreesCoded,
  rows: Tensor,
): void {
  const found = coded.coding.scores(coded.evaluate(coded.coding.quantize(rows)));
  const due = predictEnsemble(ensemble, matrixOf(rows));
  assert.deepEqual(found.shape, due.shape);
  const allowed = (ensemble.trees.length * largest * 2 ** -15) / ensemble.divisor + 1e-12;
  due.data.forEach((score, i) => {
    assert.ok(Math.abs(score - (found.data[i] ?? 0)) <= allowed, `${found.data[i]} for ${score}`);
  });
}

function matrixOf(x: Tensor) {
  return { ...x, rows: x.shape[0] ?? 0, columns: x.shape[1] ?? 0 };
}
