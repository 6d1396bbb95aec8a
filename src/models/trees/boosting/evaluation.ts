import type { Labels, Matrix, Rows } from "../../check-data.js";
import { predictEnsemble } from "../predict-ensemble.js";
import type { Tree, TreeEnsemble } from "../tree-ensemble.js";
import { scoresOf } from "./boosted-scores.js";
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
  /** The round, from 0, that was best on the last set; where early stopping was asked for. Earlier models' rounds count. */
  readonly bestIteration?: number;
  /** Rounds of an earlier model, which were not judged; 0 unless given. */
  readonly earlierRounds?: number;
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
  readonly #earlierRounds: number;
  #best = 0;

  /** Rows begin with their scores under `start`, the trees of `earlierRounds`. */
  constructor(judging: Judging, start: TreeEnsemble, earlierRounds: number) {
    this.#judging = judging;
    this.#earlierRounds = earlierRounds;
    this.#scores = judging.sets.map(({ x }) => scoresOf(start, x));
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
    const before = this.#earlierRounds;
    return {
      metric: metric.name,
      history: this.#history,
      ...(earlyStoppingRounds === null ? {} : { bestIteration: before + this.#best }),
      ...(before === 0 ? {} : { earlierRounds: before }),
    };
  }
}
