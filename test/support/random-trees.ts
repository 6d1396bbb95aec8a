import fc from "fast-check";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";

export interface TreeShape {
  readonly features: number;
  readonly outputs: number;
  readonly trees: number;
  readonly depth: number;
  /** Thresholds lie in 1 to this. */
  readonly largestThreshold: number;
  /** Leaves lie within this of 0. */
  readonly largestValue: number;
}

type Node = number[] | { feature: number; threshold: number; left: Node; right: Node };

/** Random ensembles of at most the given depth; trees of one leaf and thresholds that nothing meets included. */
export function randomTrees(shape: TreeShape): fc.Arbitrary<IntegerTrees> {
  const { features, outputs, largestThreshold, largestValue } = shape;
  const leaf: fc.Arbitrary<Node> = fc.array(fc.integer({ min: -largestValue, max: largestValue }), {
    minLength: outputs,
    maxLength: outputs,
  });
  const node = (depth: number): fc.Arbitrary<Node> =>
    depth === 0
      ? leaf
      : fc.oneof(
          { weight: 1, arbitrary: leaf },
          {
            weight: 5,
            arbitrary: fc.record({
              feature: fc.integer({ min: 0, max: features - 1 }),
              threshold: fc.integer({ min: 1, max: largestThreshold }),
              left: node(depth - 1),
              right: node(depth - 1),
            }),
          },
        );
  return fc
    .array(node(shape.depth), { minLength: 1, maxLength: shape.trees })
    .map((trees) => flatTrees(features, outputs, trees));
}

/** Nested trees in flat arrays. */
export function flatTrees(features: number, outputs: number, trees: readonly Node[]): IntegerTrees {
  const rows: number[][] = [];
  const values: number[] = [];
  const add = (node: Node): number => {
    const at = rows.length;
    if (Array.isArray(node)) {
      rows.push([-1, 0, 0, 0]);
      values.push(...node);
      return at;
    }
    const row = [node.feature, node.threshold, 0, 0];
    rows.push(row);
    values.push(...new Array<number>(outputs).fill(0));
    row[2] = add(node.left);
    row[3] = add(node.right);
    return at;
  };
  const roots = trees.map(add);
  const column = (k: number): Int32Array => Int32Array.from(rows, (row) => row[k] ?? 0);
  return {
    features,
    outputs,
    feature: column(0),
    threshold: column(1),
    left: column(2),
    right: column(3),
    roots: Int32Array.from(roots),
    values: Float64Array.from(values),
  };
}
