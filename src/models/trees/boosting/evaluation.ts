import type { Labels, Matrix, Rows } from "../../check-data.js";
import { predictEnsemble } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import type { JudgedRows, XgbMetric } from "./xgb-metrics.js";

/** Rows that boosting is judged on after each round: features, answers and perhaps weights. */
export type EvalSet = readonly [x: Rows, y: Labels, sampleWeight?: Labels];

/** An `EvalSet`, read. */
export interface EvalRows extends JudgedRows {
  readonly x: Matrix;
}

/** What the rounds were worth. */
export interface EvalRecord {
  readonly metric: string;
  /** `[sets][rounds]` */
  readonly history: readonly (readonly number[])[];
  /** The round, from 0, that was best on the last set; where early stopping was asked for. */
  readonly bestIteration?: number;
}

/** How rounds are judged, and when they end. */
export interface Judging {
  readonly sets: readonly EvalRows[];
  readonly metric: XgbMetric;
  /** Ends after this many rounds in a row that are not better on the last set; `null`: never. */
  readonly earlyStoppingRounds: number | null;
}

/** Follows a fit from round to round. */
export class Evaluation {
  readonly #judging: Judging;
  readonly #scores: readonly Float32Array[];
  readonly #history: readonly number[][];
  #best = 0;

  /** Rows begin with the scores `base`. */
  constructor(judging: Judging, base: Float64Array) {
    this.#judging = judging;
    this.#scores = judging.sets.map(({ x }) =>
      Float32Array.from({ length: x.rows * base.length }, (_, i) => base[i % base.length] ?? 0),
    );
    this.#history = judging.sets.map(() => []);
  }

  /** Takes in a round's trees; true where no more are wanted. */
  after(trees: readonly Tree[], shape: Omit<TreeEnsemble, "trees" | "base" | "divisor">): boolean {
    const { sets, metric, earlyStoppingRounds } = this.#judging;
    const round = { ...shape, trees, base: new Float64Array(shape.outputs), divisor: 1 };
    sets.forEach((rows, at) => {
      const scores = this.#scores[at] ?? new Float32Array();
      predictEnsemble(round, rows.x).data.forEach((value, i) => {
        scores[i] = (scores[i] ?? 0) + value;
      });
      this.#history[at]?.push(metric.of(scores, rows));
    });
    const last = this.#history.at(-1);
    if (earlyStoppingRounds === null || last === undefined) return false;
    const now = last.length - 1;
    const [value, best] = [last[now] ?? 0, last[this.#best] ?? 0];
    if (metric.greaterIsBetter ? value > best : value < best) this.#best = now;
    return now - this.#best >= earlyStoppingRounds;
  }

  get record(): EvalRecord {
    const { metric, earlyStoppingRounds } = this.#judging;
    return {
      metric: metric.name,
      history: this.#history,
      ...(earlyStoppingRounds === null ? {} : { bestIteration: this.#best }),
    };
  }
}
