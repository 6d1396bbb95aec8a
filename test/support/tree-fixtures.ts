import { readFileSync } from "node:fs";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import type { Tree } from "../../src/models/trees/tree-ensemble.js";
import { repositoryRoot } from "./repository.js";

/** A tree as the scripts in oracles/trees write it. */
export interface RecordedTree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly values: readonly number[];
  readonly missingLeft?: readonly number[];
  /** Of nodes that ask for a set: the node and the categories that go right. */
  readonly categories?: readonly (readonly [node: number, right: readonly number[]])[];
}

interface RecordedCase {
  readonly dataSet: string;
}

interface TreeFixture<Case extends RecordedCase> {
  readonly dataSets: Readonly<
    Record<
      string,
      {
        readonly rows: (number | null)[][];
        readonly y: readonly number[];
        readonly targets?: number;
      }
    >
  >;
  readonly cases: readonly Case[];
}

export interface DataSet {
  readonly X: Tensor;
  /** `[rows]`, or `[rows, targets]` row after row. */
  readonly y: Float64Array;
  /** 1 unless there are several. */
  readonly targets: number;
}

/** Reads `test/fixtures/trees/NAME`; NaN is null there, and breast-cancer lies in `data/`. */
export function readTreeFixture<Case extends RecordedCase>(
  name: string,
): { cases: readonly Case[]; dataOf: (of: Case) => DataSet } {
  const text = readFileSync(`${repositoryRoot}test/fixtures/trees/${name}`, "utf8");
  const fixture: TreeFixture<Case> = JSON.parse(text);
  const breast = loadBreastCancer();
  const sets = new Map<string, DataSet>([
    ["breast-cancer", { X: breast.data, y: breast.target, targets: 1 }],
  ]);
  for (const [key, { rows, y, targets = 1 }] of Object.entries(fixture.dataSets)) {
    const X = toTensor(rows.map((row) => row.map((value) => value ?? Number.NaN)));
    sets.set(key, { X, y: Float64Array.from(y), targets });
  }
  const dataOf = ({ dataSet }: Case): DataSet => {
    const found = sets.get(dataSet);
    if (found === undefined) throw new RangeError(`no data set ${dataSet}`);
    return found;
  };
  return { cases: fixture.cases, dataOf };
}

/** Every `step`-th row. */
export function everyRow(x: Tensor, step: number): Tensor {
  const columns = x.shape[1] ?? 0;
  const rows = Math.ceil((x.shape[0] ?? 0) / step);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    data.set(x.data.subarray(i * step * columns, (i * step + 1) * columns), i * columns);
  }
  return { shape: [rows, columns], data };
}

/** The arrays of `tree` that a recorded tree has, without sets of categories and the missing values' side. */
export function structureOf(
  tree: Tree,
): Pick<RecordedTree, "feature" | "threshold" | "left" | "right"> {
  return {
    feature: Array.from(tree.feature),
    threshold: Array.from(tree.threshold),
    left: Array.from(tree.left),
    right: Array.from(tree.right),
  };
}

/** Greatest difference of two lists of numbers; infinite where they differ in length. */
export function farthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Array.from(expected).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))),
    0,
  );
}
