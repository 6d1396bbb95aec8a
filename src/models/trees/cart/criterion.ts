/**
 * How impure the rows of a node are, and what a cut would leave. A criterion walks over `samples[start..end)` in the order that
 * the splitter gave them: `open` takes the node, `update` moves the cut to the right, `reset` back to the start.
 * Weights and sums are in the order and precision of scikit-learn, so equal data give equal decisions.
 */
export interface Criterion {
  /** Numbers that a leaf holds. */
  readonly outputs: number;
  /** Total weight of the node's rows and of the two sides of the cut. */
  readonly nodeWeight: number;
  readonly leftWeight: number;
  readonly rightWeight: number;
  open(start: number, end: number): void;
  reset(): void;
  /** Cuts before `samples[position]`. */
  update(position: number): void;
  /** Grows with the gain of the cut; comparable within one node. */
  proxy(): number;
  /** Values of the two sides of the cut: of the first class or target. */
  leftValue(): number;
  rightValue(): number;
  nodeImpurity(): number;
  leftImpurity(): number;
  rightImpurity(): number;
  /** Writes the node's leaf values to `out[at..at + outputs)`. */
  writeValue(out: Float64Array, at: number): void;
}

/** What a criterion reads; `samples` is the splitter's own array, permuted as the tree grows. */
export interface CriterionData {
  /** Row numbers. */
  readonly samples: Int32Array;
  /** `[rows]` class index or target; `[rows, targets]` of several targets. */
  readonly y: Float64Array;
  /** `[rows]`, or undefined where each row weighs 1. */
  readonly weights: Float64Array | undefined;
}
