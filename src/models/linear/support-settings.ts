import { ParamChecks } from "../check-params.js";

/** What `LinearSVC` and `LinearSVR` share; names and defaults of scikit-learn's. */
export interface SupportSettings {
  /** Cost of an error against the size of the weights, above 0. Default 1. */
  readonly C: number;
  readonly fitIntercept: boolean;
  /** The intercept is the weight of a feature of this value, and is penalised with the others: larger penalises it less. Default 1. */
  readonly interceptScaling: number;
  /** The solver stops when no row's slope exceeds this. */
  readonly tol: number;
  /** Passes over the rows, at most. */
  readonly maxIter: number;
  readonly randomState: number;
}

export const supportDefaults: SupportSettings = {
  C: 1,
  fitIntercept: true,
  interceptScaling: 1,
  tol: 1e-4,
  maxIter: 1000,
  randomState: 0,
};

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkSupport(name: string, settings: SupportSettings): void {
  const check = new ParamChecks(name);
  check.positive("C", settings.C);
  check.positive("interceptScaling", settings.interceptScaling);
  check.positive("tol", settings.tol);
  check.whole("maxIter", settings.maxIter, 1);
  check.whole("randomState", settings.randomState, 0, 2 ** 32 - 1);
}
