import { VelumError } from "../../base/error.js";
import { fieldsOf, isIntegerList } from "../../quantize/json-checks.js";
import { UniformQuantizer, type UniformQuantizerForm } from "../../quantize/uniform-quantizer.js";
import type { QuantizedLinearParts } from "./quantized-linear.js";

/** The JSON form of a quantized linear model; it holds the weights, so it belongs to the server's side. */
export interface QuantizedLinearForm {
  readonly kind: "quantized-linear-model";
  readonly inputQuantizer: UniformQuantizerForm;
  /** `[features, outputs]` */
  readonly shape: readonly [number, number];
  /** Row-major. */
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  readonly scoreScale: number;
}

/** Checks the JSON form field by field. Errors: `file-corrupt`. */
export function parseQuantizedLinear(value: unknown, path: string): QuantizedLinearParts {
  const { kind, inputQuantizer, shape, weights, bias, scoreScale } = fieldsOf(value);
  if (kind !== "quantized-linear-model") throw corrupt(path, "is not a quantized linear model");
  const quantizer = UniformQuantizer.fromJSON(inputQuantizer, `${path} inputQuantizer`);
  const lengths = isIntegerList(shape) ? shape : [];
  const [features = 0, outputs = 0] = lengths;
  if (lengths.length !== 2 || features < 1 || outputs < 1) {
    throw corrupt(path, "shape is not a pair of lengths");
  }
  if (quantizer.scale.length !== 1 && quantizer.scale.length !== features) {
    throw corrupt(path, "the input quantizer has another number of features than the weights");
  }
  if (!isIntegerList(weights) || weights.length !== features * outputs) {
    throw corrupt(path, "weights is not a list of integers of that shape");
  }
  if (!isIntegerList(bias) || bias.length !== outputs) {
    throw corrupt(path, "bias is not one integer for each output");
  }
  if (typeof scoreScale !== "number" || !(scoreScale > 0 && Number.isFinite(scoreScale))) {
    throw corrupt(path, "scoreScale is not a finite number above 0");
  }
  return {
    inputQuantizer: quantizer,
    weights: { shape: [features, outputs], data: Float64Array.from(weights) },
    bias: Float64Array.from(bias),
    scoreScale,
  };
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Make the file again from the fitted model",
  });
}
