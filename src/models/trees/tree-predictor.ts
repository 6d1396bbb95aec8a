import type { Tensor } from "../../base/tensor.js";
import { answersOf, probabilitiesOf } from "../../quantize/tree-coding.js";
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

  /** One label or target a row; 1 and -1 for an isolation forest's inliers and outliers. Errors: those of `scores`. */
  predict(x: Rows): Float64Array {
    return answersOf(this.fitted, this.scores(x));
  }

  /** Probabilities `[rows, classes]`. Errors: also `bad-argument` where there are no classes. */
  predictProba(x: Rows): Tensor {
    return probabilitiesOf(this.fitted, this.scores(x), "predictProba");
  }
}
