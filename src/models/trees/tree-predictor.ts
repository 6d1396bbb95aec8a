import type { Tensor } from "../../base/tensor.js";
import { decisionShape } from "../../quantize/class-scores.js";
import { anomalyScores, answersOf, probabilitiesOf } from "../../quantize/tree-coding.js";
import type { Rows } from "../check-data.js";
import { predictEnsemble } from "./predict-ensemble.js";
import { toTreeMatrixOf } from "./tree-data.js";
import type { FittedTrees } from "./trees-json.js";

/** Fitted trees in double precision, without quantization. Immutable. */
export class TreePredictor {
  readonly fitted: FittedTrees;

  constructor(fitted: FittedTrees) {
    this.fitted = fitted;
  }

  /** Real scores `[rows, outputs]`. Errors: `bad-shape`, `not-a-number`, `out-of-range`. */
  scores(x: Rows): Tensor {
    const { ensemble } = this.fitted;
    return predictEnsemble(ensemble, toTreeMatrixOf(ensemble.features, x, ensemble.rule, "X"));
  }

  /** Scores, `[rows]` where there is one a row, else `[rows, classes]`; of isolation forests below 0 for outliers. Errors: those of `scores`. */
  decisionFunction(x: Rows): Tensor {
    const { meaning, offset = 0 } = this.fitted;
    const scores = this.scores(x);
    if (meaning !== "path length") return decisionShape(scores);
    const data = anomalyScores(scores.data).map((score) => score - offset);
    return { shape: [data.length], data };
  }

  /** One label or target a row; 1 and -1 for an isolation forest's inliers and outliers. Errors: those of `scores`. */
  predict(x: Rows): Float64Array {
    return answersOf(this.fitted, this.scores(x));
  }

  /** Probabilities `[rows, classes]`. Errors: also `bad-argument` where there are no classes. */
  predictProba(x: Rows): Tensor {
    return probabilitiesOf(this.fitted, this.scores(x), "predictProba");
  }
}
