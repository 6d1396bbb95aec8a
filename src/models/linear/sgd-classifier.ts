import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import { type ClassTargets, classFactors } from "../class-targets.js";
import { SeededRandom } from "../seeded-random.js";
import { type ClassProblem, LinearClassifierEstimator } from "./linear-classifier-estimator.js";
import { type LinearFit, stackFits } from "./linear-fit.js";
import { defaultLinearClassifierParams, type LinearClassifierParams } from "./linear-params.js";
import { oneAgainstRest } from "./one-against-rest.js";
import { checkSgd, fitSgd, type SgdSettings, sgdDefaults } from "./solvers/sgd.js";
import { type ClassifierLoss, classifierLosses } from "./solvers/sgd-losses.js";

/** Settings of an `SGDClassifier`. */
export interface SGDClassifierParams extends LinearClassifierParams, SgdSettings {
  /** `"log_loss"` and `"modified_huber"` give probabilities. Default `"hinge"`. */
  readonly loss: ClassifierLoss;
}

const defaults: SGDClassifierParams = {
  ...defaultLinearClassifierParams,
  ...sgdDefaults,
  loss: "hinge",
};

/** Linear classifiers by stochastic gradient descent, three and more classes one against the rest; scale the features first. */
export class SGDClassifier extends LinearClassifierEstimator<SGDClassifierParams> {
  constructor(params: Partial<SGDClassifierParams> = {}) {
    super("SGDClassifier", defaults, params);
  }

  protected override probabilityRule(): ProbabilityRule {
    const { loss } = this.getParams();
    if (loss === "log_loss") return "sigmoid";
    return loss === "modified_huber" ? "modifiedHuber" : "none";
  }

  protected override checkSolver(): void {
    const params = this.getParams();
    checkSgd(this.name, params);
    const check = new ParamChecks(this.name);
    check.oneOf("loss", params.loss, Object.keys(classifierLosses));
  }

  /** Balance counts rows, as in scikit-learn. */
  protected override classFactors(targets: ClassTargets): Float64Array {
    return classFactors(targets, this.getParams().classWeight);
  }

  protected override solve(problem: ClassProblem): LinearFit {
    const { x } = problem;
    const params = this.getParams();
    const loss = classifierLosses[params.loss];
    const seeds = new SeededRandom(params.randomState); // each class sees the rows in an order of its own
    const fits = oneAgainstRest(problem).map(({ y, rowWeights }) =>
      fitSgd(
        { x, y, rowWeights, loss, classes: true },
        { ...params, randomState: seeds.nextUint32() },
      ),
    );
    return stackFits(fits, x.columns);
  }
}
