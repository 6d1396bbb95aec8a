import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { UniformQuantizer } from "../quantize/uniform-quantizer.js";
import { type ValueRange, valueRange } from "../quantize/value-range.js";
import type { Labels, Matrix } from "./check-data.js";
import { toLabels } from "./check-data.js";
import { classIndices } from "./class-scores.js";
import type { LinearClassifier } from "./linear-classifier.js";
import { accuracyScore } from "./metrics.js";
import {
  improveWeights,
  type NarrowProblem,
  type NarrowWeights,
  roundWeights,
} from "./narrow-weights.js";
import { foldScales, QuantizedLinearModel } from "./quantized-linear.js";

/** The widest class table that is offered. */
export const maxTableBits = 8;
export const minTableBits = 2;

export interface NarrowChoice {
  readonly model: QuantizedLinearModel;
  readonly inputBits: number;
  readonly weightBits: number;
  /** Share of the values of each feature that the input quantizer clips at each end. */
  readonly tail: number;
  /** Share of the rows given whose class the narrow model finds. */
  readonly trainAccuracy: number;
}

const inputWidths = [1, 2, 3, 4];
const tails = [0, 0.02, 0.05, 0.1, 0.2, 0.3];
const maxWeightBits = 5;

/**
 * Chooses input and weight widths, and the integer weights themselves, so that the score of a two-class model indexes a
 * table of `2^tableBits` entries for every input that the quantizer can give, while the penalised logistic loss on
 * `x` (`[rows, features]`) and `y` is as low as the search finds it. The loss is that of the fit, `C` included, restricted to
 * weights on the integer grid. Takes about a second for 500 rows of 30 features.
 * Errors: `bad-argument` for a width outside 2 to 8, `unsupported-op` for more than two classes, `bad-shape`,
 * `not-a-number`.
 */
export function chooseNarrowWidths(
  x: Matrix,
  y: Labels,
  classifier: LinearClassifier,
  tableBits: number,
  l2: number,
): NarrowChoice {
  checkTable(tableBits, classifier);
  const labels = toLabels(y, x.rows, "chooseNarrowWidths y");
  const target = Uint32Array.from(labels, (label) => Number(label === classifier.classes[1]));
  const candidates = inputWidths
    .filter((bits) => 2 ** bits <= 2 ** tableBits)
    .flatMap((bits) => tails.map((tail) => start(x, target, classifier, tableBits, bits, tail, l2)))
    .sort((a, b) => a.found.loss - b.found.loss);
  let best: Candidate | undefined;
  for (const candidate of candidates.slice(0, 3)) {
    const { problem, found } = candidate;
    const better = {
      ...candidate,
      found: improveWeights(problem, found.weights, found, true, 20_000),
    };
    if (best === undefined || better.found.loss < best.found.loss) best = better;
  }
  if (best === undefined) throw new Error("no candidate");
  return finish(best, x, labels, classifier);
}

interface Candidate {
  readonly quantizer: UniformQuantizer;
  readonly tail: number;
  readonly problem: NarrowProblem;
  readonly found: NarrowWeights;
}

/** Rounded weights for one quantizer, improved one weight at a time. */
function start(
  x: Matrix,
  target: Uint32Array,
  classifier: LinearClassifier,
  tableBits: number,
  inputBits: number,
  tail: number,
  l2: number,
): Candidate {
  const quantizer = narrowQuantizer(valueRange(x, "perFeature", tail), inputBits);
  const q = quantizer.quantize(x);
  const levels = quantizer.qMax;
  const problem: NarrowProblem = {
    columns: Array.from({ length: x.columns }, (_, j) =>
      Uint8Array.from({ length: x.rows }, (_, row) => q.data[row * x.columns + j] ?? 0),
    ),
    target,
    levels,
    budget: Math.floor((2 ** tableBits - 1) / levels),
    weightLimit: 2 ** (maxWeightBits - 1) - 1,
    weightCost: quantizer.scale.map((scale) => l2 / (scale * scale)),
  };
  const folded = foldScales(classifier.coef, quantizer).data;
  const weights = roundWeights(folded, problem);
  const size = (list: ArrayLike<number>) => Array.from(list).reduce((s, w) => s + Math.abs(w), 0);
  const slope = size(folded) / Math.max(1, size(weights));
  const found = improveWeights(problem, weights, { slope, shift: 0 }, false, 5_000);
  return { quantizer, tail, problem, found };
}

/** Ends of the range on the least and greatest integer exactly: the zero point need not be an integer here. */
function narrowQuantizer(range: ValueRange, nBits: number): UniformQuantizer {
  const qMax = 2 ** nBits - 1;
  const scale = range.low.map((low, j) => {
    const span = (range.high[j] ?? low) - low;
    return span > 0 ? span / qMax : 1;
  });
  return new UniformQuantizer({
    nBits,
    signed: false,
    symmetric: false,
    scale: Array.from(scale),
    zeroPoint: Array.from(range.low, (low, j) => -low / (scale[j] ?? 1) + 0),
  });
}

function finish(
  { quantizer, tail, found }: Candidate,
  x: Matrix,
  labels: Float64Array,
  classifier: LinearClassifier,
): NarrowChoice {
  const weights: Tensor = { shape: [x.columns, 1], data: Float64Array.from(found.weights) };
  // slope * s + shift > 0 exactly where the integer s - floor(-shift / slope) is above 0.
  const bias = Float64Array.of(-Math.floor(-found.shift / found.slope) + 0);
  const model = new QuantizedLinearModel({
    inputQuantizer: quantizer,
    weights,
    bias,
    scoreScale: found.slope,
  });
  const classes = classIndices(model.scores(model.quantizeInput(x)));
  const widest = found.weights.reduce((most, w) => Math.max(most, Math.abs(w)), 1);
  return {
    model,
    inputBits: quantizer.nBits,
    weightBits: 1 + Math.ceil(Math.log2(widest + 1)),
    tail,
    trainAccuracy: accuracyScore(
      labels,
      Float64Array.from(classes, (k) => classifier.classes[k] ?? 0),
    ),
  };
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
  if (classifier.classes.length !== 2) {
    throw new VelumError({
      code: "unsupported-op",
      path: "class table",
      problem: `the model has ${classifier.classes.length} classes, a table reads one score`,
      limit: 2,
      actual: classifier.classes.length,
      cure: "Return the scores and let the client take the greatest",
    });
  }
}
