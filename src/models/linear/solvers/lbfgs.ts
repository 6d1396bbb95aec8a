/** Writes the gradient at `point` into `gradient` and returns the value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly iterations: number;
  /** Largest entry of the gradient is at most the tolerance, or no smaller value can be told in doubles. */
  readonly converged: boolean;
}

const memory = 10;
const sufficientDecrease = 1e-4;
const curvature = 0.9;

/**
 * Minimum of a smooth convex function from `start`, until no gradient entry exceeds `tolerance` or after
 * `maxIterations`. Limited-memory BFGS with a strong-Wolfe line search: Nocedal and Wright, Numerical
 * Optimization (2006), algorithms 7.4, 7.5, 3.5 and 3.6.
 */
export function minimizeLbfgs(
  objective: Objective,
  start: Float64Array,
  tolerance: number,
  maxIterations: number,
): Minimum {
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(point.length);
  let value = objective(point, gradient);
  const steps: Correction[] = [];
  let iterations = 0;
  while (largest(gradient) > tolerance) {
    if (iterations === maxIterations) return { point, iterations, converged: false };
    let direction = descent(gradient, steps);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      // Rounding spoilt the curvature information: start it again.
      steps.length = 0;
      direction = gradient.map((g) => -g);
      slope = -dot(gradient, gradient);
    }
    const first = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const found = lineSearch(objective, { point, value, direction, slope }, first);
    iterations++;
    if (found === undefined) {
      if (steps.length === 0) return { point, iterations, converged: true };
      steps.length = 0;
      continue;
    }
    const s = found.point.map((x, i) => x - (point[i] ?? 0));
    const y = found.gradient.map((g, i) => g - (gradient[i] ?? 0));
    const sy = dot(s, y);
    if (sy > Number.EPSILON * dot(y, y)) {
      steps.push({ s, y, rho: 1 / sy, weight: 0 });
      if (steps.length > memory) steps.shift();
    }
    ({ point, gradient, value } = found);
  }
  return { point, iterations, converged: true };
}

interface Correction {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
  weight: number;
}

/** Minus the inverse Hessian's estimate times the gradient (two-loop recursion). */
function descent(gradient: Float64Array, steps: readonly Correction[]): Float64Array {
  const q = gradient.map((g) => -g);
  for (const step of steps.toReversed()) {
    step.weight = step.rho * dot(step.s, q);
    addScaled(q, -step.weight, step.y);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const gamma = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) * gamma;
  }
  for (const step of steps) addScaled(q, step.weight - step.rho * dot(step.y, q), step.s);
  return q;
}

interface Ray {
  readonly point: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
  readonly slope: number;
}

interface Trial {
  readonly step: number;
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
  readonly slope: number;
}

/** A step that meets the strong Wolfe conditions; undefined where rounding hides any decrease. */
function lineSearch(objective: Objective, ray: Ray, first: number): Trial | undefined {
  const at = (step: number): Trial => {
    const point = ray.point.map((x, i) => x + step * (ray.direction[i] ?? 0));
    const gradient = new Float64Array(point.length);
    const value = objective(point, gradient);
    return { step, point, gradient, value, slope: dot(gradient, ray.direction) };
  };
  // Near the minimum the value's rounding exceeds its decrease; the slope then decides (Hager, Zhang 2005, section 4).
  const slack = 4 * Number.EPSILON * Math.abs(ray.value);
  const tooHigh = (t: Trial) =>
    !(t.value <= ray.value + sufficientDecrease * t.step * ray.slope + slack);
  const flat = (t: Trial) => Math.abs(t.slope) <= -curvature * ray.slope;

  const origin = { step: 0, value: ray.value, slope: ray.slope };
  let low: Pick<Trial, "step" | "value" | "slope"> = origin;
  let high: Pick<Trial, "step" | "value" | "slope"> | undefined;
  let next = first;
  for (let tries = 0; tries < 60; tries++) {
    const trial = at(next);
    if (tooHigh(trial) || trial.value > low.value + slack) {
      high = trial;
    } else {
      if (flat(trial)) return trial;
      if (high === undefined ? trial.slope >= 0 : trial.slope * (high.step - low.step) >= 0) {
        high = low;
      }
      low = trial;
    }
    next = high === undefined ? 2 * next : between(low, high);
    if (high !== undefined && Math.abs(high.step - low.step) < 1e-14 * Math.max(low.step, 1e-14)) {
      return undefined;
    }
  }
  return undefined;
}

/** Minimum of the parabola through `low`'s value and slope and `high`'s value, kept inside the interval. */
function between(
  low: Pick<Trial, "step" | "value" | "slope">,
  high: Pick<Trial, "step" | "value">,
): number {
  const width = high.step - low.step;
  const bend = high.value - low.value - low.slope * width;
  const share = (-low.slope * width) / (2 * bend);
  return low.step + width * (share > 0.1 && share < 0.9 ? share : 0.5);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function addScaled(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + factor * (b[i] ?? 0);
}

function largest(a: Float64Array): number {
  return a.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
}
