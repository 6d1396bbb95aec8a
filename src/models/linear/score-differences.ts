import { VelumError } from "../../base/error.js";
import type { Granularity } from "../../quantize/value-range.js";
import type { Matrix } from "../check-data.js";
import { classPairs, differenceBits, requireRankable } from "../ranking.js";
import type { LinearWeights } from "./linear-fit.js";
import type { LinearBits } from "./linear-params.js";
import { QuantizedLinearModel } from "./quantized-linear.js";

/**
 * The differences `score j - score i` of all pairs of classes as an integer model; two classes have one already. Weights and inputs get
 * `bits`, or fewer until the differences fit. Scores are quantized, not differences, so that classes always have an order.
 * Errors: `bad-argument` for more than 20 classes, `width-too-wide` where a few bits each are too many.
 */
export function scoreDifferences(
  fitted: LinearWeights,
  x: Matrix,
  bits: LinearBits,
  granularity: Granularity,
): QuantizedLinearModel {
  const outputs = fitted.intercept.length;
  requireRankable(outputs);
  return narrowed(bits, (own) => {
    const scores = QuantizedLinearModel.fromWeights(fitted, x, own, granularity);
    return outputs === 1 ? scores : pairsOf(scores);
  });
}

/**
 * Scores whose signs are asked, each by itself, as an integer model, with `bits` or fewer until they fit. Errors: `width-too-wide` where a
 * few bits each are too many.
 */
export function signedScores(
  fitted: LinearWeights,
  x: Matrix,
  bits: LinearBits,
  granularity: Granularity,
): QuantizedLinearModel {
  return narrowed(bits, (own) => QuantizedLinearModel.fromWeights(fitted, x, own, granularity));
}

/** The first of ever narrower models that is compared by a handful of look-ups. */
function narrowed(
  bits: LinearBits,
  make: (bits: LinearBits) => QuantizedLinearModel,
): QuantizedLinearModel {
  let { inputs, weights } = bits;
  for (;;) {
    const differences = make({ inputs, weights });
    if (differences.scoreBits <= differenceBits) return differences;
    if (inputs <= 2 && weights <= 2) throw tooWide(differences.scoreBits);
    if (inputs >= weights) inputs--;
    else weights--;
  }
}

function pairsOf({
  inputQuantizer,
  weights,
  bias,
  scoreScale,
  features,
  outputs,
}: QuantizedLinearModel): QuantizedLinearModel {
  const pairs = classPairs(outputs);
  const of = (values: Float64Array, at: number): number[] =>
    pairs.map(([i, j]) => (values[at + j] ?? 0) - (values[at + i] ?? 0));
  return new QuantizedLinearModel({
    ...{ inputQuantizer, scoreScale },
    weights: {
      shape: [features, pairs.length],
      data: Float64Array.from(
        Array.from({ length: features }, (_, feature) =>
          of(weights.data, feature * outputs),
        ).flat(),
      ),
    },
    bias: Float64Array.from(of(bias, 0)),
  });
}

function tooWide(bits: number): VelumError {
  return new VelumError({
    code: "width-too-wide",
    path: "result",
    problem: `differences of scores need ${bits} bits with 2 bits for inputs and weights each`,
    limit: differenceBits,
    actual: bits,
    cure: 'Pass fewer features, or result "scores"',
  });
}
