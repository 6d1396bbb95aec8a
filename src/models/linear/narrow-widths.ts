import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { sigmoid } from "../../quantize/class-scores.js";
import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";
import { type ValueRange, valueRange } from "../../quantize/value-range.js";
import type { Matrix } from "../check-data.js";
import type { LinearClassifier } from "./linear-classifier.js";
import {
  improveWeights,
  type NarrowProblem,
  type NarrowWeights,
  roundWeights,
} from "./narrow-weights.js";
import { foldScales, QuantizedLinearModel } from "./quantized-linear.js";

/** Widths of a class table. */
const minTableBits = 2;
export const maxTableBits = 8;

export interface NarrowChoice {
  readonly model: QuantizedLinearModel;
  readonly inputBits: number;
  readonly weightBits: number;
  /** Share of the values of each feature that the input quantizer clips at each end. */
  readonly tail: number;
  /** Share (0 to 1) of the real score's weighted variance on the rows given that the integer score explains. */
  readonly explained: number;
}

const inputWidths = [1, 2, 3, 4];
const tails = [0, 0.02, 0.05, 0.1, 0.2, 0.3];
const maxWeightBits = 5;

/**
 * Chooses input and weight widths, and the integer weights themselves, so that the score of a two-class model indexes a
 * table of `2^tableBits` entries for every input that the quantizer can give: the sum of absolute weights times the
 * greatest input integer stays below `2^tableBits`.
 *
 * Among these the integer score is sought that follows the fitted classifier's real score on `x` (`[rows, features]`)
 * best, by least squares weighted with the standard deviation of the predicted class, so that rows near the decision
 * count most. Labels are not used: following the classifier keeps its regularisation, while fitting
 * the few bits to the labels again was measured to overfit. Takes about 0.1 s for 500 rows of 30 features.
 * Errors: `bad-argument` for a width outside 2 to 8 or a classifier whose score does not vary on `x`,
 * `unsupported-op` for more than two classes, `bad-shape`.
 */
export function chooseNarrowWidths(
  x: Matrix,
  classifier: LinearClassifier,
  tableBits: number,
): NarrowChoice {
  checkTable(tableBits, classifier);
  const scores = classifier.scores(x).data;
  const rowWeights = scores.map((s) => Math.sqrt(sigmoid(s) * sigmoid(-s)) + 1e-12);
  let best: Candidate | undefined;
  for (const inputBits of inputWidths) {
    if (inputBits > tableBits) continue;
    for (const tail of tails) {
      const quantizer = narrowQuantizer(valueRange(x, "perFeature", tail), inputBits);
      const moments = momentsOf(x, quantizer, scores, rowWeights);
      const problem: NarrowProblem = {
        ...moments,
        budget: Math.floor((2 ** tableBits - 1) / quantizer.qMax),
        weightLimit: 2 ** (maxWeightBits - 1) - 1,
      };
      const start = roundWeights(foldScales(classifier.coef, quantizer).data, problem);
      const found = improveWeights(problem, start);
      if (found === undefined || found.explained <= (best?.found.explained ?? 0)) continue;
      best = { quantizer, tail, moments, found };
    }
  }
  if (best === undefined) {
    throw new VelumError({
      code: "bad-argument",
      path: "class table X",
      problem: "the fitted score does not vary on these rows",
      cure: "Pass the training data, with rows of both classes",
    });
  }
  return finish(best);
}

interface Moments {
  readonly features: number;
  readonly inputs: Float64Array;
  readonly score: Float64Array;
  readonly scoreVariance: number;
  readonly inputMeans: Float64Array;
  readonly scoreMean: number;
}

interface Candidate {
  readonly quantizer: UniformQuantizer;
  readonly tail: number;
  readonly moments: Moments;
  readonly found: NarrowWeights;
}

/** Weighted means and covariances of the quantized inputs and the real score. */
function momentsOf(
  x: Matrix,
  quantizer: UniformQuantizer,
  scores: Float64Array,
  rowWeights: Float64Array,
): Moments {
  const { columns } = x;
  const q = quantizer.quantize(x).data;
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const inputMeans = new Float64Array(columns);
  let scoreMean = 0;
  for (let row = 0; row < x.rows; row++) {
    const share = (rowWeights[row] ?? 0) / total;
    scoreMean += share * (scores[row] ?? 0);
    for (let j = 0; j < columns; j++) {
      inputMeans[j] = (inputMeans[j] ?? 0) + share * (q[row * columns + j] ?? 0);
    }
  }
  const inputs = new Float64Array(columns * columns);
  const score = new Float64Array(columns);
  let scoreVariance = 0;
  const offsets = new Float64Array(columns);
  for (let row = 0; row < x.rows; row++) {
    const share = (rowWeights[row] ?? 0) / total;
    const difference = (scores[row] ?? 0) - scoreMean;
    scoreVariance += share * difference * difference;
    for (let j = 0; j < columns; j++) {
      offsets[j] = (q[row * columns + j] ?? 0) - (inputMeans[j] ?? 0);
    }
    for (let j = 0; j < columns; j++) {
      const own = share * (offsets[j] ?? 0);
      score[j] = (score[j] ?? 0) + own * difference;
      for (let k = 0; k < columns; k++) {
        const at = j * columns + k;
        inputs[at] = (inputs[at] ?? 0) + own * (offsets[k] ?? 0);
      }
    }
  }
  return { features: columns, inputs, score, scoreVariance, inputMeans, scoreMean };
}

/** Ends of the range on the least and greatest integer exactly: the zero point need not be an integer here. */
function narrowQuantizer(range: ValueRange, nBits: number): UniformQuantizer {
  const qMax = 2 ** nBits - 1;
  const scale = range.low.map((low, j) => {
    const step = (range.high[j] ?? low) / qMax - low / qMax;
    return step > 0 ? step : 1;
  });
  return new UniformQuantizer({
    nBits,
    signed: false,
    symmetric: false,
    scale: Array.from(scale),
    zeroPoint: Array.from(range.low, (low, j) => -low / (scale[j] ?? 1) + 0),
  });
}

function finish({ quantizer, tail, moments, found }: Candidate): NarrowChoice {
  const { slope, explained } = found;
  const weights: Tensor = {
    shape: [moments.features, 1],
    data: Float64Array.from(found.weights),
  };
  const productMean = found.weights.reduce((s, w, j) => s + w * (moments.inputMeans[j] ?? 0), 0);
  const shift = moments.scoreMean - slope * productMean;
  // slope * product + shift > 0 exactly where the integer product - floor(-shift / slope) is above 0.
  const bias = Float64Array.of(-Math.floor(-shift / slope) + 0);
  const model = new QuantizedLinearModel({
    inputQuantizer: quantizer,
    weights,
    bias,
    scoreScale: slope,
  });
  const widest = found.weights.reduce((most, w) => Math.max(most, Math.abs(w)), 1);
  const weightBits = 1 + Math.ceil(Math.log2(widest + 1));
  return { model, inputBits: quantizer.nBits, weightBits, tail, explained };
}

function checkTable(tableBits: number, classifier: LinearClassifier): void {
  if (!Number.isInteger(tableBits) || tableBits < minTableBits || tableBits > maxTableBits) {
    throw new VelumError({
      code: "bad-argument",
      path: "class table bits",
      problem: `is ${tableBits}`,
      actual: tableBits,
      cure: `Pass an integer from ${minTableBits} to ${maxTableBits}`,
    });
  }
  const classes = classifier.classes.length;
  if (classes !== 2) {
    throw new VelumError({
      code: "unsupported-op",
      path: "class table",
      problem: `the model has ${classes} classes, a table reads the one score of two classes`,
      limit: 2,
      actual: classes,
      cure: "Return the scores and let the client take the greatest",
    });
  }
}
