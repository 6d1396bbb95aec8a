/** A convex loss of rows' scores with a penalty on the weights, l1 and l2 for each column. */
export interface SparseProblem {
  /** `[columns][rows]` */
  readonly columns: readonly Float64Array[];
  /** `[columns]` factors of `|weight|` and of half its square. */
  readonly l1: Float64Array;
  readonly l2: Float64Array;
  readonly outputs: number;
  /** Loss at `scores` (`[outputs][rows]`). */
  value(scores: readonly Float64Array[]): number;
  /** First and second derivatives in output `k`'s scores, one a row, into `slope` and `curve`. */
  derive(
    scores: readonly Float64Array[],
    k: number,
    slope: Float64Array,
    curve: Float64Array,
  ): void;
}

/** Weights `[outputs][columns]`, many of them 0. */
export interface SparseFit {
  readonly weights: readonly Float64Array[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** Keeps steps finite where a loss has no curvature. */
const leastCurve = 1e-12;
const mostSweeps = 50;

/**
 * The minimum by proximal Newton steps: for each output in turn the loss is replaced by its quadratic approximation, which coordinate descent
 * minimises together with the penalty, and a line search makes sure of the descent. Sources: Friedman, Hastie, Tibshirani, "Regularization
 * Paths for Generalized Linear Models via Coordinate Descent", 2010, section 3; Yuan, Ho, Lin, "An Improved GLMNET", JMLR 13, 2012. Ends
 * where no weight's slope, less what the penalty allows, exceeds `tol`, or where no step changes a weight in double precision (then
 * `converged` is false).
 */
export function minimizeSparse(problem: SparseProblem, tol: number, maxIter: number): SparseFit {
  const rows = problem.columns[0]?.length ?? 0;
  const list = (length: number) =>
    Array.from({ length: problem.outputs }, () => new Float64Array(length));
  const state = { weights: list(problem.columns.length), scores: list(rows) };
  const [slope, curve] = [new Float64Array(rows), new Float64Array(rows)];
  for (let iterations = 1; iterations <= maxIter; iterations++) {
    let worst = 0;
    let moved = false;
    for (let k = 0; k < problem.outputs; k++) {
      problem.derive(state.scores, k, slope, curve);
      worst = Math.max(worst, slackOf(problem, state.weights[k], slope));
      if (worst > tol) {
        const way = direction(problem, state.weights[k], slope, curve);
        if (search(problem, state, k, way)) moved = true;
      }
    }
    const converged = worst <= tol;
    if (converged || !moved) return { weights: state.weights, iterations, converged };
  }
  return { weights: state.weights, iterations: maxIter, converged: false };
}

interface State {
  readonly weights: readonly Float64Array[];
  readonly scores: readonly Float64Array[];
}

/** Weights to go to, how scores change on the way, and the descent that the approximation promises (below 0). */
interface Direction {
  readonly goal: Float64Array;
  readonly scores: Float64Array;
  readonly promised: number;
}

/** The greatest slope beyond what the penalty makes up for. */
function slackOf(
  { columns, l1, l2 }: SparseProblem,
  weights = new Float64Array(),
  slope: Float64Array,
): number {
  return columns.reduce((worst, column, j) => {
    const weight = weights[j] ?? 0;
    const own = dot(column, slope) + (l2[j] ?? 0) * weight;
    const bound = l1[j] ?? 0;
    const slack = weight === 0 ? Math.abs(own) - bound : Math.abs(own + bound * Math.sign(weight));
    return Math.max(worst, slack);
  }, 0);
}

function direction(
  { columns, l1, l2 }: SparseProblem,
  weights = new Float64Array(),
  slope: Float64Array,
  curve: Float64Array,
): Direction {
  const goal = weights.slice();
  const scores = new Float64Array(slope.length);
  const curves = columns.map((column, j) => {
    let sum = (l2[j] ?? 0) + leastCurve;
    for (let i = 0; i < column.length; i++) sum += (curve[i] ?? 0) * (column[i] ?? 0) ** 2;
    return sum;
  });
  const slopes = columns.map((column) => dot(column, slope));
  let first = 0;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let change = 0;
    columns.forEach((column, j) => {
      const [a, bound] = [curves[j] ?? 1, l1[j] ?? 0];
      const now = goal[j] ?? 0;
      let own = (slopes[j] ?? 0) + (l2[j] ?? 0) * now;
      for (let i = 0; i < column.length; i++) {
        own += (column[i] ?? 0) * (curve[i] ?? 0) * (scores[i] ?? 0);
      }
      const free = a * now - own;
      const next = (Math.sign(free) * Math.max(0, Math.abs(free) - bound)) / a;
      const move = next - now;
      if (move === 0) return;
      goal[j] = next;
      for (let i = 0; i < column.length; i++) {
        scores[i] = (scores[i] ?? 0) + move * (column[i] ?? 0);
      }
      change = Math.max(change, a * move * move);
    });
    if (sweep === 0) first = change;
    if (change <= 1e-8 * first) break;
  }
  const promised = dot(slope, scores) + penaltyOf(l1, l2, goal) - penaltyOf(l1, l2, weights);
  return { goal, scores, promised };
}

/** Goes all the way, or half of it, a quarter and so on, until the objective falls by a share of what was promised. False where nothing moves. */
function search(problem: SparseProblem, state: State, k: number, way: Direction): boolean {
  const [own, scores] = [state.weights[k], state.scores[k]];
  if (own === undefined || scores === undefined || !(way.promised < 0)) return false;
  const [weightsBefore, scoresBefore] = [own.slice(), scores.slice()];
  const objective = () => problem.value(state.scores) + penaltyOf(problem.l1, problem.l2, own);
  const before = objective();
  const rounding = 1e-14 * Math.abs(before);
  for (let share = 1; share > 2 ** -40; share /= 2) {
    for (let i = 0; i < scores.length; i++) {
      scores[i] = (scoresBefore[i] ?? 0) + share * (way.scores[i] ?? 0);
    }
    for (let j = 0; j < own.length; j++) {
      const [from, to] = [weightsBefore[j] ?? 0, way.goal[j] ?? 0];
      own[j] = share === 1 ? to : from + share * (to - from);
    }
    if (objective() <= before + 0.01 * share * way.promised + rounding)
      return own.some((weight, j) => weight !== weightsBefore[j]);
  }
  own.set(weightsBefore);
  scores.set(scoresBefore);
  return false;
}

function penaltyOf(l1: Float64Array, l2: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    const w = weights[j] ?? 0;
    sum += (l1[j] ?? 0) * Math.abs(w) + 0.5 * (l2[j] ?? 0) * w * w;
  }
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
