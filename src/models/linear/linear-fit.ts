import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import { type NestedArray, shapeText, type Tensor, toTensor } from "../../base/tensor.js";
import { requireFinite } from "../../quantize/finite.js";
import { fieldsOf, isFiniteList, isIntegerList } from "../../quantize/json-checks.js";
import type { AffineMap } from "../../quantize/transforms/client-transform.js";
import { corruptModel } from "../model-file.js";

/** Weights of a linear model: `scores = X coef^T + intercept`. */
export interface LinearWeights {
  /** `[outputs, features]` */
  readonly coef: Tensor;
  /** `[outputs]` */
  readonly intercept: Float64Array;
}

/** What a solver found. */
export interface LinearFit extends LinearWeights {
  /** Steps that the solver took; 0 where it is direct. */
  readonly iterations: number;
  /** False where `maxIter` steps did not reach `tol`. */
  readonly converged: boolean;
}

/** What a solver of one output found. */
export interface OutputFit {
  /** `[features]` */
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A linear model that was fitted elsewhere, e.g. read from a file. */
export interface GivenLinear {
  /** `[outputs, features]`, or `[features]` for one output. */
  readonly coef: NestedArray | readonly ArrayLike<number>[] | Tensor;
  /** One an output. Default zeros. */
  readonly intercept?: number | ArrayLike<number>;
}

/** A linear classifier that was fitted elsewhere; two classes have one output, more have one each. */
export interface GivenLinearClassifier extends GivenLinear {
  /** The labels, ascending. */
  readonly classes: ArrayLike<number>;
}

/** Fits of single outputs as one. */
export function stackFits(fits: readonly OutputFit[], features: number): LinearFit {
  const coef = new Float64Array(fits.length * features);
  fits.forEach(({ weights }, k) => {
    coef.set(weights, k * features);
  });
  return {
    coef: { shape: [fits.length, features], data: coef },
    intercept: Float64Array.from(fits, ({ intercept }) => intercept),
    iterations: Math.max(...fits.map(({ iterations }) => iterations)),
    converged: fits.every(({ converged }) => converged),
  };
}

/** Refuses weights that overflowed on the way. Errors: `out-of-range`; `path` names the caller. */
export function requireFiniteFit<F extends LinearWeights>(fit: F, path: string): F {
  if (fit.coef.data.every(Number.isFinite) && fit.intercept.every(Number.isFinite)) return fit;
  throw new VelumError({
    code: "out-of-range",
    path,
    problem: "the weights that were found are not finite",
    cure: "Scale the features, e.g. by StandardScaler; for stochastic gradient descent, take smaller steps",
  });
}

/** Reads given weights. Errors: `bad-shape`, `not-a-number`, `bad-argument`; `path` names the caller. */
export function readGivenLinear(given: GivenLinear, path: string): LinearFit {
  // A fitted model has more fields than the weights that are read; one without weights may have mistyped their name.
  if (given?.coef === undefined) checkOptions(given, ["coef", "intercept", "classes"], path);
  const read = toTensor(given.coef, `${path} coef`);
  const coef = read.shape.length === 1 ? { shape: [1, read.data.length], data: read.data } : read;
  requireFinite(coef, `${path} coef`);
  const [outputs = 0] = coef.shape;
  const { intercept: own = new Float64Array(outputs) } = given;
  const intercept = toTensor(typeof own === "number" ? [own] : own, `${path} intercept`);
  requireFinite(intercept, `${path} intercept`);
  if (coef.shape.length !== 2 || coef.data.length === 0 || intercept.data.length !== outputs) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `coef ${shapeText(coef.shape)} and ${intercept.data.length} intercepts do not fit together`,
      cure: "Pass coef (outputs, features) and one intercept for each output",
    });
  }
  return { coef, intercept: intercept.data, iterations: 0, converged: true };
}

/** The JSON form of a fit. */
export function linearFitJson({ coef, intercept, iterations, converged }: LinearFit) {
  const shape = [...coef.shape];
  return {
    shape,
    coef: Array.from(coef.data),
    intercept: Array.from(intercept),
    iterations,
    converged,
  };
}

/** Checks what `linearFitJson` gave. Errors: `file-corrupt`. */
export function parseLinearFit(value: unknown, path: string): LinearFit {
  const { shape, coef, intercept, iterations, converged } = fieldsOf(value);
  const fits =
    isIntegerList(shape) &&
    shape.length === 2 &&
    isFiniteList(coef) &&
    coef.length > 0 &&
    coef.length === (shape[0] ?? 0) * (shape[1] ?? 0) &&
    isFiniteList(intercept) &&
    intercept.length === shape[0];
  if (!fits) throw corruptModel(path, "its weights have no shape that fits");
  return {
    coef: { shape, data: Float64Array.from(coef) },
    intercept: Float64Array.from(intercept),
    iterations: typeof iterations === "number" ? iterations : 0,
    converged: converged === true,
  };
}

/** The same scores on the features before the affine step `map`: `coef (A x + b) + intercept`. */
export function foldIntoWeights<Fit extends LinearWeights>(fit: Fit, map: AffineMap): Fit {
  const [outputs = 0, inner = 0] = fit.coef.shape;
  const features = map.weights.shape[1] ?? 0;
  const data = new Float64Array(outputs * features);
  const intercept = fit.intercept.slice();
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < inner; j++) {
      const weight = fit.coef.data[k * inner + j] ?? 0;
      intercept[k] = (intercept[k] ?? 0) + weight * (map.offset[j] ?? 0);
      for (let i = 0; i < features; i++) {
        const at = k * features + i;
        data[at] = (data[at] ?? 0) + weight * (map.weights.data[j * features + i] ?? 0);
      }
    }
  }
  return { ...fit, coef: { shape: [outputs, features], data }, intercept };
}
