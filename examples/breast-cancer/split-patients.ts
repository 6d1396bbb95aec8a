import type { Tensor } from "../../src/base/tensor.js";
import { StandardScaler, trainTestSplit } from "../../src/index.js";
import type { BreastCancer } from "./load-data.js";

export interface Patients {
  readonly XTrain: Tensor;
  readonly XTest: Tensor;
  readonly yTrain: Float64Array;
  readonly yTest: Float64Array;
}

/** A quarter of the patients for testing, in random order; features scaled by the training patients' means and deviations. */
export function splitPatients(cancer: BreastCancer, seed: number): Patients {
  const split = trainTestSplit(cancer.data, cancer.target, { randomState: seed, stratify: true });
  const scaler = new StandardScaler().fit(split.XTrain);
  return {
    ...split,
    XTrain: scaler.transform(split.XTrain),
    XTest: scaler.transform(split.XTest),
  };
}

/** Row `i` of `X`. */
export function rowOf(X: Tensor, i: number): Float64Array {
  const features = X.shape[1] ?? 0;
  return X.data.subarray(i * features, (i + 1) * features);
}

/** The first `count` rows of `X`. */
export function firstRows(X: Tensor, count: number): Tensor {
  const features = X.shape[1] ?? 0;
  return { shape: [count, features], data: X.data.subarray(0, count * features) };
}
