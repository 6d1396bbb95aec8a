/** Slope of a loss at the score `p` for the target `y` (classifiers: -1 or 1), and the loss itself. */
export interface PointLoss {
  value(p: number, y: number): number;
  slope(p: number, y: number): number;
}

export type ClassifierLoss =
  | "hinge"
  | "log_loss"
  | "modified_huber"
  | "squared_hinge"
  | "perceptron";

export type RegressorLoss =
  | "squared_error"
  | "huber"
  | "epsilon_insensitive"
  | "squared_epsilon_insensitive";

/** Loss `max(0, margin - y p)`: hinge for margin 1, perceptron for 0. */
function hingeOf(margin: number): PointLoss {
  return {
    value: (p, y) => Math.max(0, margin - p * y),
    slope: (p, y) => (p * y <= margin ? -y : 0),
  };
}

/** Losses of classifiers, targets -1 and 1; Zhang 2004, "Statistical behavior and consistency of classification methods", section 2. */
export const classifierLosses: Readonly<Record<ClassifierLoss, PointLoss>> = {
  hinge: hingeOf(1),
  perceptron: hingeOf(0),
  squared_hinge: {
    value: (p, y) => Math.max(0, 1 - p * y) ** 2,
    slope: (p, y) => -2 * y * Math.max(0, 1 - p * y),
  },
  log_loss: {
    value: (p, y) =>
      p * y > 0 ? Math.log1p(Math.exp(-p * y)) : Math.log1p(Math.exp(p * y)) - p * y,
    slope: (p, y) => -y / (1 + Math.exp(p * y)),
  },
  modified_huber: {
    value: (p, y) => (p * y >= -1 ? Math.max(0, 1 - p * y) ** 2 : -4 * p * y),
    slope: (p, y) => (p * y >= -1 ? -2 * y * Math.max(0, 1 - p * y) : -4 * y),
  },
};

/** Losses of regressors; `epsilon` is where `huber` turns linear, and the width around the target that costs nothing for the others. */
export function regressorLoss(loss: RegressorLoss, epsilon: number): PointLoss {
  const outside = (p: number, y: number) => Math.max(0, Math.abs(y - p) - epsilon);
  switch (loss) {
    case "squared_error":
      return { value: (p, y) => 0.5 * (p - y) ** 2, slope: (p, y) => p - y };
    case "huber":
      return {
        value: (p, y) => {
          const r = Math.abs(p - y);
          return r <= epsilon ? 0.5 * r * r : epsilon * r - 0.5 * epsilon * epsilon;
        },
        slope: (p, y) => Math.min(epsilon, Math.max(-epsilon, p - y)),
      };
    case "epsilon_insensitive":
      return { value: outside, slope: (p, y) => (outside(p, y) > 0 ? Math.sign(p - y) : 0) };
    case "squared_epsilon_insensitive":
      return {
        value: (p, y) => outside(p, y) ** 2,
        slope: (p, y) => 2 * outside(p, y) * Math.sign(p - y),
      };
  }
}
