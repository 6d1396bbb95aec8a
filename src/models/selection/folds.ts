import { VelumError } from "../../base/error.js";
import { ParamChecks } from "../check-params.js";
import { SeededRandom } from "../seeded-random.js";

/** Indices of rows. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Settings of folds. */
export interface FoldParams {
  /** Number of folds, at least 2. Default 5. */
  readonly nSplits: number;
  /** Shuffles rows before they are dealt. Default false. */
  readonly shuffle: boolean;
  readonly randomState: number;
}

/** Splits rows into folds; each is the test side once. */
export interface Splitter {
  /** `labels`: one a row. Errors: `bad-argument` for fewer rows than folds. */
  split(labels: ArrayLike<number>): Fold[];
}

const defaults: FoldParams = { nSplits: 5, shuffle: false, randomState: 0 };

/** Folds of consecutive (or shuffled) rows, whose sizes differ by one at most. */
export class KFold implements Splitter {
  readonly #params: FoldParams;

  constructor(params: Partial<FoldParams> = {}) {
    this.#params = { ...defaults, ...params };
    checkFolds("KFold", this.#params);
  }

  split(labels: ArrayLike<number>): Fold[] {
    const { nSplits, shuffle, randomState } = this.#params;
    const order = Array.from({ length: labels.length }, (_, i) => i);
    if (order.length < nSplits) throw fewRows("KFold", order.length, nSplits);
    if (shuffle) new SeededRandom(randomState).shuffle(order);
    const starts = Array.from({ length: nSplits + 1 }, (_, f) => {
      const small = Math.floor(order.length / nSplits);
      return f * small + Math.min(f, order.length % nSplits);
    });
    const foldOf = new Uint32Array(order.length);
    order.forEach((row, place) => {
      foldOf[row] = starts.findIndex((start) => place < start) - 1;
    });
    return foldsOf(foldOf, nSplits);
  }
}

/** Folds in which each label has its share, to within one row; unless shuffled, scikit-learn's. */
export class StratifiedKFold implements Splitter {
  readonly #params: FoldParams;

  constructor(params: Partial<FoldParams> = {}) {
    this.#params = { ...defaults, ...params };
    checkFolds("StratifiedKFold", this.#params);
  }

  split(labels: ArrayLike<number>): Fold[] {
    const { nSplits, shuffle, randomState } = this.#params;
    const random = new SeededRandom(randomState);
    // Rows by label, in the order in which labels come first.
    const groups = new Map<number, number[]>();
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row] ?? 0;
      const group = groups.get(label);
      if (group === undefined) groups.set(label, [row]);
      else group.push(row);
    }
    const most = Math.max(0, ...Array.from(groups.values(), (group) => group.length));
    if (most < nSplits) throw fewRows("StratifiedKFold", most, nSplits);
    const foldOf = new Uint32Array(labels.length);
    let dealt = 0; // goes on from label to label, so that folds stay equal in size
    for (const group of groups.values()) {
      const folds = group.map(() => dealt++ % nSplits).sort((a, b) => a - b);
      if (shuffle) random.shuffle(folds);
      group.forEach((row, i) => {
        foldOf[row] = folds[i] ?? 0;
      });
    }
    return foldsOf(foldOf, nSplits);
  }
}

function foldsOf(foldOf: Uint32Array, nSplits: number): Fold[] {
  const rows = Array.from(foldOf.keys());
  return Array.from({ length: nSplits }, (_, fold) => ({
    train: rows.filter((row) => foldOf[row] !== fold),
    test: rows.filter((row) => foldOf[row] === fold),
  }));
}

function checkFolds(name: string, { nSplits, randomState }: FoldParams): void {
  const check = new ParamChecks(name);
  check.whole("nSplits", nSplits, 2);
  check.whole("randomState", randomState, 0, 2 ** 32 - 1);
}

function fewRows(name: string, rows: number, nSplits: number): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `${name}.split`,
    problem: `${rows} rows (of the most frequent label, where stratified) do not make ${nSplits} folds`,
    limit: nSplits,
    actual: rows,
    cure: "Pass more rows, or fewer folds",
  });
}
