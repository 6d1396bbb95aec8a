import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { type Labels, type Rows, toLabels, toMatrixWithGaps } from "../check-data.js";
import { SeededRandom } from "../seeded-random.js";
import { pickRows } from "./cross-validate.js";

export interface Split {
  readonly XTrain: Tensor;
  readonly XTest: Tensor;
  readonly yTrain: Float64Array;
  readonly yTest: Float64Array;
  /** Which rows of `x` they are, for whatever else there is one of a row, e.g. weights. */
  readonly trainRows: readonly number[];
  readonly testRows: readonly number[];
}

export interface SplitSettings {
  /** Share of the rows that go to the test side, above 0 and below 1; rounded up to whole rows. Default 0.25. */
  readonly testSize?: number;
  /** Seed, an integer from 0 to 2^32 - 1; the same seed gives the same split everywhere. Default 0. */
  readonly randomState?: number;
  /** Keeps the shares of the labels equal on both sides, to within one row. Default false. */
  readonly stratify?: boolean;
}

/**
 * Splits the rows of `x` and `y` at random. The permutation is Velum's own, not scikit-learn's.
 * Missing values may stay in `x`. Errors: `bad-argument` for a share that leaves a side empty or a bad seed, `bad-shape`; `not-a-number` for `y`.
 */
export function trainTestSplit(x: Rows, y: Labels, settings: SplitSettings = {}): Split {
  checkOptions(settings, ["testSize", "randomState", "stratify"], "trainTestSplit");
  const { testSize = 0.25, randomState = 0, stratify = false } = settings;
  const matrix = toMatrixWithGaps(x, "trainTestSplit X");
  const labels = toLabels(y, matrix.rows, "trainTestSplit y");
  const testRows = Math.ceil(testSize * matrix.rows);
  if (!(testSize > 0 && testSize < 1) || testRows >= matrix.rows) {
    throw new VelumError({
      code: "bad-argument",
      path: "trainTestSplit testSize",
      problem: `${testSize} of ${matrix.rows} rows leaves one side empty`,
      actual: testSize,
      cure: "Pass a share above 0 and below 1, and enough rows",
    });
  }
  if (!Number.isInteger(randomState) || randomState < 0 || randomState >= 2 ** 32) {
    throw new VelumError({
      code: "bad-argument",
      path: "trainTestSplit randomState",
      problem: `is ${randomState}`,
      actual: randomState,
      cure: "Pass an integer from 0 to 4294967295",
    });
  }
  const random = new SeededRandom(randomState);
  const order = random.shuffle(Array.from(labels.keys()));
  const test = new Set(
    stratify ? stratifiedRows(order, labels, testRows) : order.slice(0, testRows),
  );
  const sides = {
    test: order.filter((i) => test.has(i)),
    train: order.filter((i) => !test.has(i)),
  };
  return {
    XTrain: pickRows(matrix, sides.train),
    XTest: pickRows(matrix, sides.test),
    yTrain: Float64Array.from(sides.train, (i) => labels[i] ?? 0),
    yTest: Float64Array.from(sides.test, (i) => labels[i] ?? 0),
    trainRows: sides.train,
    testRows: sides.test,
  };
}

/** `count` rows of `order` in which each label has its share, by the largest-remainder method. */
function stratifiedRows(order: readonly number[], labels: Float64Array, count: number): number[] {
  const groups = new Map<number, number[]>();
  for (const row of order) {
    const label = labels[row] ?? 0;
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [row]);
    else group.push(row);
  }
  const shares = [...groups.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, rows]) => {
      const exact = (rows.length * count) / order.length;
      return { rows, take: Math.floor(exact), rest: exact - Math.floor(exact) };
    });
  let missing = count - shares.reduce((sum, share) => sum + share.take, 0);
  for (const share of shares.toSorted((a, b) => b.rest - a.rest)) {
    if (missing-- > 0) share.take++;
  }
  return shares.flatMap((share) => share.rows.slice(0, share.take));
}
