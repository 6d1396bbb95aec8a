import { VelumError } from "../../base/error.js";
import { shapeText, type Tensor } from "../../base/tensor.js";
import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";
import type { Granularity } from "../../quantize/value-range.js";
import type { Matrix } from "../check-data.js";
import { type IntegerInterval, productIntervals, signedBits } from "../integer-interval.js";
import type { LinearWeights } from "./linear-fit.js";
import { parseQuantizedLinear, type QuantizedLinearForm } from "./quantized-linear-json.js";
import { largestWeights, steadyColumns } from "./steady-columns.js";

/** The integers that make the model, and the real value of one score step. */
export interface QuantizedLinearParts {
  readonly inputQuantizer: UniformQuantizer;
  /** Integers `[features, outputs]`. */
  readonly weights: Tensor;
  /** Integers `[outputs]`. */
  readonly bias: Float64Array;
  /** Real score = `scoreScale` times integer score, the same for all outputs. */
  readonly scoreScale: number;
}

/**
 * A linear model on integers alone: `score = q W + b` with `q = inputQuantizer.quantize(x)`. This is what runs on
 * ciphertexts. The scales of the features are folded into the weights and the zero points into the bias, so the server
 * sees neither. Immutable.
 */
export class QuantizedLinearModel implements QuantizedLinearParts {
  readonly inputQuantizer: UniformQuantizer;
  readonly weights: Tensor;
  readonly bias: Float64Array;
  readonly scoreScale: number;
  readonly features: number;
  readonly outputs: number;
  /** For each output, where `q W` can lie over all inputs that the quantizer can give. */
  readonly productRange: readonly IntegerInterval[];
  /** The same for `q W + b`. Both ends are reached by some input. */
  readonly scoreRange: readonly IntegerInterval[];
  /** Bits of a signed integer that holds every score and every `q W`. */
  readonly scoreBits: number;

  /** Errors: `not-integer`, `bad-shape`; `width-too-wide` where a score could leave the exact integers. */
  constructor(parts: QuantizedLinearParts) {
    const { inputQuantizer, weights, bias, scoreScale } = parts;
    const [features = 0, outputs = 0] = weights.shape;
    if (weights.shape.length !== 2 || bias.length !== outputs || features * outputs === 0) {
      throw new VelumError({
        code: "bad-shape",
        path: "quantized linear model",
        problem: `weights ${shapeText(weights.shape)} and ${bias.length} biases do not fit together`,
        cure: "Pass weights (features, outputs) and one bias for each output",
      });
    }
    requireIntegers(weights, "quantized weights");
    requireIntegers({ shape: [outputs], data: bias }, "quantized bias");
    this.inputQuantizer = inputQuantizer;
    this.weights = weights;
    this.bias = bias;
    this.scoreScale = scoreScale;
    this.features = features;
    this.outputs = outputs;
    const { qMin, qMax } = inputQuantizer;
    this.productRange = productIntervals(weights, { min: qMin, max: qMax });
    this.scoreRange = this.productRange.map(({ min, max }, k) => ({
      min: min + (bias[k] ?? 0),
      max: max + (bias[k] ?? 0),
    }));
    this.scoreBits = signedBits([...this.productRange, ...this.scoreRange]);
    if (this.scoreBits > 53) {
      throw new VelumError({
        code: "width-too-wide",
        path: "quantized linear model",
        problem: `a score needs ${this.scoreBits} bits, limit 53`,
        limit: 53,
        actual: this.scoreBits,
        cure: "Lower nBits, or scale the features to a common size",
      });
    }
  }

  /**
   * Quantizes fitted weights: inputs to unsigned integers over the range that they have in `x`, then the weights,
   * times the scale of their feature, to symmetric signed integers on one scale for all outputs. Features that are the same in all of
   * `x` count through the bias; their weights are cut where they are far larger than those of all others.
   * A score has at most `nBits.inputs + nBits.weights + log2(features) + 2` bits.
   * `nBits.inputs` is 1 to 32, `nBits.weights` 2 to 32. Errors: `bad-argument`, `width-too-wide`.
   */
  static fromWeights(
    fitted: LinearWeights,
    x: Matrix,
    nBits: { readonly inputs: number; readonly weights: number },
    granularity: Granularity,
  ): QuantizedLinearModel {
    const inputQuantizer = UniformQuantizer.calibrate(x, { nBits: nBits.inputs, granularity });
    const folded = foldScales(fitted.coef, inputQuantizer);
    // The real score at the centre of the rows. Where it dwarfs all weights, a coarser step keeps the score's width in bounds.
    const centre = centreOf(inputQuantizer.quantize(x));
    const { zeroPoint } = inputQuantizer;
    const fromZero = centre.map((c, j) => c - (zeroPoint[zeroPoint.length === 1 ? 0 : j] ?? 0));
    const middle = productAt(folded, fromZero).map((sum, k) => sum + (fitted.intercept[k] ?? 0));
    const productBits = nBits.inputs + nBits.weights + Math.ceil(Math.log2(x.columns));
    const step = largest(middle) / 2 ** productBits;
    const steady = granularity === "perFeature" ? steadyColumns(x) : [];
    const size = largest(largestWeights(folded, steady));
    const top = Math.max(size, step * (2 ** (nBits.weights - 1) - 1));
    const weightQuantizer = UniformQuantizer.forRange(
      { low: Float64Array.of(-top), high: Float64Array.of(top) },
      { nBits: nBits.weights, signed: true, symmetric: true },
    );
    const scoreScale = weightQuantizer.scale[0] ?? 1;
    const weights = weightQuantizer.quantize(folded);
    // Scores agree at the centre: rounding of a weight then counts for the way from there, not from a zero that may be far off.
    const product = productAt(weights, centre);
    const bias = middle.map((real, k) => Math.round(real / scoreScale - (product[k] ?? 0)) + 0);
    return new QuantizedLinearModel({ inputQuantizer, weights, bias, scoreScale });
  }

  /** Real inputs `[rows, features]` to the integers that are encrypted. Errors: `not-a-number`, `bad-shape`. */
  quantizeInput(x: Tensor): Tensor {
    return this.inputQuantizer.quantize(x);
  }

  /**
   * Exact integer scores `[rows, outputs]` of quantized inputs `[rows, features]`.
   * Errors: `bad-shape`; `out-of-range` for anything that the input quantizer cannot give.
   */
  scores(q: Tensor): Tensor {
    const { features, outputs, weights } = this;
    const rows = this.#checkInputs(q);
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < outputs; k++) {
        let score = this.bias[k] ?? 0;
        for (let j = 0; j < features; j++) {
          score += (q.data[row * features + j] ?? 0) * (weights.data[j * outputs + k] ?? 0);
        }
        data[row * outputs + k] = score;
      }
    }
    return { shape: [rows, outputs], data };
  }

  /** Real scores of integer scores, same shape. */
  dequantizeScores(scores: Tensor): Tensor {
    return { shape: scores.shape, data: scores.data.map((score) => score * this.scoreScale) };
  }

  toJSON(): QuantizedLinearForm {
    return {
      kind: "quantized-linear-model",
      inputQuantizer: this.inputQuantizer.toJSON(),
      shape: [this.features, this.outputs],
      weights: Array.from(this.weights.data),
      bias: Array.from(this.bias),
      scoreScale: this.scoreScale,
    };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`, `width-too-wide`. */
  static fromJSON(value: unknown, path = "model"): QuantizedLinearModel {
    return new QuantizedLinearModel(parseQuantizedLinear(value, path));
  }

  #checkInputs(q: Tensor): number {
    const [rows = 0, columns = 0] = q.shape;
    if (q.shape.length !== 2 || columns !== this.features) {
      throw new VelumError({
        code: "bad-shape",
        path: "quantized inputs",
        problem: `their shape is ${shapeText(q.shape)}, not (rows, ${this.features})`,
        limit: this.features,
        actual: columns,
        cure: "Pass what quantizeInput gave",
      });
    }
    const { qMin, qMax } = this.inputQuantizer;
    if (!q.data.every((v) => Number.isInteger(v) && v >= qMin && v <= qMax)) {
      throw new VelumError({
        code: "out-of-range",
        path: "quantized inputs",
        problem: `an entry is not an integer from ${qMin} to ${qMax}`,
        limit: qMax,
        cure: "Pass what quantizeInput gave",
      });
    }
    return rows;
  }
}

/** `[features, outputs]`: coefficients times the scale of their feature. */
export function foldScales(coef: Tensor, quantizer: UniformQuantizer): Tensor {
  const [outputs = 0, features = 0] = coef.shape;
  const data = new Float64Array(features * outputs);
  for (let j = 0; j < features; j++) {
    const scale = quantizer.scale[quantizer.scale.length === 1 ? 0 : j] ?? 1;
    for (let k = 0; k < outputs; k++) {
      data[j * outputs + k] = (coef.data[k * features + j] ?? 0) * scale;
    }
  }
  return { shape: [features, outputs], data };
}

/** For each output the sum of `at[j] * W[j, k]`. */
function productAt(weights: Tensor, at: Float64Array): Float64Array {
  const [features = 0, outputs = 0] = weights.shape;
  const sums = new Float64Array(outputs);
  for (let j = 0; j < features; j++) {
    for (let k = 0; k < outputs; k++) {
      sums[k] = (sums[k] ?? 0) + (at[j] ?? 0) * (weights.data[j * outputs + k] ?? 0);
    }
  }
  return sums;
}

/** Mean of each column of `q` (`[rows, features]`). */
function centreOf(q: Tensor): Float64Array {
  const [rows = 1, features = 1] = q.shape;
  const sums = new Float64Array(features);
  q.data.forEach((value, i) => {
    sums[i % features] = (sums[i % features] ?? 0) + value;
  });
  return sums.map((sum) => sum / rows);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function requireIntegers(x: Tensor, path: string): void {
  if (x.data.every((value) => Number.isSafeInteger(value))) return;
  throw new VelumError({
    code: "not-integer",
    path,
    problem: "an entry is not an integer below 2^53",
    cure: "Quantize with fewer bits, or scale the features to a common size",
  });
}
