import { argmaxDecision } from "../decision.js";
import type { NodeReader, OnnxValue, OperatorReader } from "../node.js";

/** Linear models of the domain `ai.onnx.ml`. Their outputs are float32 in the runtimes; here they are not rounded. */
export const linearOperators: Readonly<Record<string, OperatorReader>> = {
  LinearClassifier: readLinearClassifier,
  LinearRegressor: readLinearRegressor,
  SVMClassifier: readSvmClassifier,
  SVMRegressor: readSvmRegressor,
};

/** Scores after `post_transform`. Errors: `file-corrupt` for an unknown one. */
export function postTransformed(node: NodeReader, block: number, name: string): number {
  const { list } = node;
  const columns = list.columns(block);
  switch (name) {
    case "NONE":
      return block;
    case "SOFTMAX":
      return list.add({ kind: "rowTransform", name: "softmax", from: block }, columns);
    case "SOFTMAX_ZERO":
      return list.add({ kind: "rowTransform", name: "softmaxZero", from: block }, columns);
    case "LOGISTIC":
      return list.element("logistic", block, "float64");
    case "PROBIT":
      return list.element("probit", block, "float64");
    default:
      throw node.corrupt(`post_transform ${name}`);
  }
}

/** `[1 - p, p]` of one column `p`; the first is found after the model, which would otherwise give both. */
export function withComplement(node: NodeReader, p: number): number {
  const { list } = node;
  const rest = list.pairStep("subtract", list.constant([1]), p, "float64");
  return list.add({ kind: "concatenate", from: [rest, p] }, 2);
}

/** `[-s, s]` of one column `s`; as above. */
export function withNegative(node: NodeReader, s: number): number {
  const { list } = node;
  const step = { kind: "element", name: "negative", from: s, precision: "float64" } as const;
  const negative = list.add(step, 1);
  return list.add({ kind: "concatenate", from: [negative, s] }, 2);
}

/** Runtimes leave softmax and logistic function of a single target out, the definition applies them: refused. */
export function refuseSingleTransform(node: NodeReader, targets: number, name: string): void {
  if (targets > 1 || name === "NONE" || name === "PROBIT") return;
  throw node.unsupported(
    `applies ${name} to one target, which runtimes and the definition of the format understand differently`,
    "Export it with post_transform NONE and put a Sigmoid or Softmax node behind it",
  );
}

/** What a converter did that wrote a model on fewer columns than it was fitted on. */
export const leftOut =
  ", or was written without a part of the columns before it (indicators of missing values, infrequent categories)";

function readLinearClassifier(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  const weights = Float64Array.from(node.floats("coefficients"));
  const outputs = weights.length / columns;
  const given = node.floats("intercepts");
  if (!Number.isInteger(outputs) || outputs === 0 || (given.length !== outputs && given.length > 0))
    throw node.corrupt(
      `has ${weights.length} coefficients and ${given.length} intercepts for ${columns} columns${leftOut}`,
    );
  const intercept = Float64Array.from({ length: outputs }, (_, k) => given[k] ?? 0);
  const classes = node.classLabels();
  const transform = node.text("post_transform", "NONE");
  const { list } = node;
  if (outputs === 1) {
    if (classes.length !== 2 || transform === "PROBIT")
      throw node.unsupported(
        `has one row of coefficients for ${classes.length} classes, or PROBIT`,
      );
    const score = list.linear(x.block, weights, intercept);
    const p = transform === "LOGISTIC" ? list.element("logistic", score, "float64") : score;
    const decision = { kind: "threshold", block: score, above: 0, atLeast: false } as const;
    return [{ kind: "labels", decision, classes }, node.result(withComplement(node, p), "float32")];
  }
  if (classes.length !== outputs)
    throw node.corrupt(`has ${outputs} rows of coefficients for ${classes.length} classes`);
  if (
    outputs === 2 &&
    (transform === "LOGISTIC" || transform === "NONE") &&
    opposite(weights, intercept)
  ) {
    // Two classes with opposite scores: one score does.
    const score = list.linear(x.block, weights.slice(columns), intercept.slice(1));
    const block =
      transform === "NONE"
        ? withNegative(node, score)
        : withComplement(node, list.element("logistic", score, "float64"));
    const decision = { kind: "threshold", block: score, above: 0, atLeast: false } as const;
    return [{ kind: "labels", decision, classes }, node.result(block, "float32")];
  }
  const scores = list.linear(x.block, weights, intercept);
  return [
    { kind: "labels", decision: argmaxDecision(list, scores), classes },
    node.result(postTransformed(node, scores, transform), "float32"),
  ];
}

function opposite(weights: Float64Array, intercept: Float64Array): boolean {
  const half = weights.length / 2;
  if ((intercept[0] ?? 0) !== -(intercept[1] ?? 0)) return false;
  return weights.subarray(0, half).every((w, j) => w === -(weights[half + j] ?? 0));
}

function readLinearRegressor(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  const weights = Float64Array.from(node.floats("coefficients"));
  const targets = node.integer("targets", 1);
  const given = node.floats("intercepts");
  const transform = node.text("post_transform", "NONE");
  if (weights.length !== targets * columns || (given.length !== targets && given.length > 0))
    throw node.corrupt(
      `has ${weights.length} coefficients and ${given.length} intercepts for ${columns} columns${leftOut}`,
    );
  refuseSingleTransform(node, targets, transform);
  const intercept = Float64Array.from({ length: targets }, (_, k) => given[k] ?? 0);
  const scores = node.list.linear(x.block, weights, intercept);
  return [node.result(postTransformed(node, scores, transform), "float32")];
}

function requireLinearKernel(node: NodeReader): void {
  const kernel = node.text("kernel_type", "LINEAR");
  if (kernel === "LINEAR") return;
  throw node.unsupported(
    `has the kernel ${kernel}, which compares with every support vector`,
    "Train with kernel='linear', or LinearSVC and LinearSVR",
  );
}

function readSvmRegressor(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  requireLinearKernel(node);
  const supports = node.integer("n_supports", 0);
  const transform = node.text("post_transform", "NONE");
  if (node.integer("one_class", 0) !== 0)
    throw node.unsupported("is a one-class machine", "Train an IsolationForest");
  refuseSingleTransform(node, 1, transform);
  const coefficients = node.floats("coefficients");
  const vectors = node.floats("support_vectors");
  if (
    supports < 0 ||
    coefficients.length !== (supports > 0 ? supports : columns) ||
    vectors.length !== supports * columns
  )
    throw node.corrupt(`has ${vectors.length} numbers in ${supports} support vectors`);
  const coef =
    supports > 0
      ? combined(vectors, columns, coefficients, 0, supports, 0)
      : Float64Array.from(coefficients);
  const rho = Float64Array.of(node.floats("rho")[0] ?? 0);
  return [
    node.result(postTransformed(node, node.list.linear(x.block, coef, rho), transform), "float32"),
  ];
}

/** The sum of support vectors `start` to `end`, each times its coefficient. */
function combined(
  vectors: ArrayLike<number>,
  columns: number,
  coefficients: ArrayLike<number>,
  start: number,
  end: number,
  offset: number,
): Float64Array {
  const sum = new Float64Array(columns);
  for (let m = start; m < end; m++)
    for (let j = 0; j < columns; j++)
      sum[j] = (sum[j] ?? 0) + (coefficients[offset + m] ?? 0) * (vectors[m * columns + j] ?? 0);
  return sum;
}

function readSvmClassifier(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  requireLinearKernel(node);
  const classes = node.classLabels();
  const counts = node.integers("vectors_per_class");
  const count = counts.reduce((sum, own) => sum + own, 0);
  const coefficients = node.floats("coefficients");
  const vectors = node.floats("support_vectors");
  const rho = node.floats("rho");
  const pairs = (classes.length * (classes.length - 1)) / 2;
  if (counts.length === 0 || node.text("post_transform", "NONE") !== "NONE")
    throw node.unsupported("has no support vectors, or a post_transform");
  if (
    classes.length < 2 ||
    counts.length !== classes.length ||
    counts.some((own) => own < 0) ||
    vectors.length !== count * columns ||
    coefficients.length !== count * (classes.length - 1) ||
    rho.length < pairs
  )
    throw node.corrupt("its lists of classes, support vectors and coefficients disagree");
  const starts = counts.map((_, k) => counts.slice(0, k).reduce((sum, own) => sum + own, 0));
  const coef = new Float64Array(pairs * columns);
  let row = 0;
  for (let i = 0; i < classes.length; i++)
    for (let j = i + 1; j < classes.length; j++) {
      const [a = 0, b = 0] = [starts[i], starts[j]];
      const own = combined(
        vectors,
        columns,
        coefficients,
        a,
        a + (counts[i] ?? 0),
        (j - 1) * count,
      );
      const other = combined(vectors, columns, coefficients, b, b + (counts[j] ?? 0), i * count);
      coef.set(
        own.map((w, k) => w + (other[k] ?? 0)),
        row++ * columns,
      );
    }
  const intercept = Float64Array.from({ length: pairs }, (_, k) => rho[k] ?? 0);
  return classes.length === 2
    ? twoClasses(node, x.block, coef, intercept)
    : manyClasses(node, x.block, coef, intercept);
}

/** A pair's score above 0 speaks for the first class, so the score is turned around. */
function twoClasses(
  node: NodeReader,
  from: number,
  coef: Float64Array,
  intercept: Float64Array,
): readonly OnnxValue[] {
  const classes = node.classLabels();
  const { list } = node;
  const score = list.linear(
    from,
    coef.map((w) => -w),
    intercept.map((w) => -w),
  );
  const decision = { kind: "threshold", block: score, above: 0, atLeast: true } as const;
  const labels: OnnxValue = { kind: "labels", decision, classes };
  const coupled = coupledShares(node, score, -1);
  if (coupled !== undefined) return [labels, node.result(coupled, "float32")];
  const negative = list.element("negative", score, "float64");
  const both = list.add({ kind: "concatenate", from: [score, negative] }, 2);
  return [labels, node.result(both, "float32")];
}

function manyClasses(
  node: NodeReader,
  from: number,
  coef: Float64Array,
  intercept: Float64Array,
): readonly OnnxValue[] {
  const classes = node.classLabels();
  const { list } = node;
  const scores = list.linear(from, coef, intercept);
  const step = { kind: "pairVotes", from: scores, classes: classes.length } as const;
  const votes = list.add(step, classes.length);
  const decision = { kind: "argmax", block: votes } as const;
  const block = coupledShares(node, scores, 1) ?? scores;
  return [{ kind: "labels", decision, classes }, node.result(block, "float32")];
}

/**
 * Platt's probabilities of the first of each pair, `1 / (1 + exp(a s + b))`, coupled; undefined for a machine without. `sign` turns a
 * score to the first class of its pair. The class stays that of the votes, as in LIBSVM, so both need not agree.
 */
function coupledShares(node: NodeReader, scores: number, sign: 1 | -1): number | undefined {
  const { list } = node;
  const count = list.columns(scores);
  const classes = node.classLabels().length;
  const [slopes, offsets] = [node.floats("prob_a"), node.floats("prob_b")];
  if (slopes.length === 0) return undefined;
  if (slopes.length !== count || offsets.length !== count)
    throw node.corrupt(`has ${slopes.length} and ${offsets.length} numbers in prob_a and prob_b`);
  // Steps as they are: taken into the weights they would make a second model of them.
  const factor = list.constant(Array.from(slopes, (a) => -sign * a));
  const offset = list.constant(Array.from(offsets, (b) => -b));
  const scaled = list.pairStep("multiply", scores, factor, "float64");
  const margin = list.pairStep("add", scaled, offset, "float64");
  const shares = list.element("logistic", margin, "float64");
  return list.add({ kind: "pairCoupling", from: shares, classes }, classes);
}
