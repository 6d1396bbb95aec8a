import type { Tensor } from "../../base/tensor.js";
import { Projection } from "../../quantize/transforms/projection.js";
import { type Matrix, notFitted, type Rows, toMatrixOf } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { columnsOf } from "../linear/solvers/least-squares.js";
import { singularValues } from "../linear/solvers/singular-values.js";
import { Transformer } from "./transformer.js";

/** Settings of a `PCA`. */
export interface PCAParams {
  /** A number of components; a share of the variance (above 0, below 1) that they must explain; or `null` (default) for all. */
  readonly nComponents: number | null;
  /** Scales results to variance 1. Default false. */
  readonly whiten: boolean;
}

/** What fitting finds. */
interface Components {
  readonly projection: Projection;
  readonly variances: Float64Array;
  readonly ratios: Float64Array;
  /** What each direction was divided by: 1, or the deviation along it. */
  readonly sizes: readonly number[];
  /** Of the training data. */
  readonly rows: number;
  /** Mean variance along the directions that were left out. */
  readonly rest: number;
}

/** Principal components: an affine map to the directions of greatest variance. Signs: the largest entry of each direction is positive. */
export class PCA extends Transformer<PCAParams> {
  #learned: Components | undefined;

  constructor(params: Partial<PCAParams> = {}) {
    super("PCA", { nComponents: null, whiten: false }, params);
  }

  /** `[components]` variance along each direction (divisor `rows - 1`). Errors: `not-fitted`, as all getters here. */
  get explainedVariance(): Float64Array {
    return this.#need().variances;
  }

  /** `[components]` share of the whole variance. */
  get explainedVarianceRatio(): Float64Array {
    return this.#need().ratios;
  }

  /** `[components]` singular values of the centred training data. */
  get singularValues(): Float64Array {
    const { variances, rows } = this.#need();
    return variances.map((variance) => Math.sqrt(variance * Math.max(1, rows - 1)));
  }

  /** Components that were kept. */
  get nComponents(): number {
    return this.#need().variances.length;
  }

  /** Rows of the training data. */
  get nSamples(): number {
    return this.#need().rows;
  }

  /** Mean variance along the directions that were left out, 0 where there are none (Tipping and Bishop 1999). */
  get noiseVariance(): number {
    return this.#need().rest;
  }

  /** `[components, features]` directions of length 1. */
  get components(): Tensor {
    const { projection, sizes } = this.#need();
    const { shape, data } = projection.components;
    return { shape, data: data.map((v, i) => v * (sizes[Math.floor(i / projection.inputs)] ?? 1)) };
  }

  /** `[features]` mean of the training data. */
  get mean(): Float64Array {
    return this.#need().projection.mean;
  }

  /** Rows of components `[rows, components]` back to features; what the left-out components told is lost. Errors: also `bad-shape`, `not-a-number`. */
  inverseTransform(z: Rows): Tensor {
    const { projection, sizes } = this.#need();
    const { inputs, outputs, mean, components } = projection;
    const { rows, data } = toMatrixOf(outputs, z, `${this.name}.inverseTransform X`);
    const back = Float64Array.from({ length: rows * inputs }, (_, i) => {
      const [row, j] = [Math.floor(i / inputs), i % inputs];
      return sizes.reduce(
        (sum, size, k) =>
          sum +
          (data[row * outputs + k] ?? 0) * (components.data[k * inputs + j] ?? 0) * size * size,
        mean[j] ?? 0,
      );
    });
    return { shape: [rows, inputs], data: back };
  }

  #need(): Components {
    if (this.#learned === undefined) throw notFitted(this.name);
    return this.#learned;
  }

  protected override learn(x: Matrix): Projection {
    const { nComponents, whiten } = this.getParams();
    const most = Math.min(x.rows, x.columns);
    if (nComponents !== null && !(nComponents > 0 && nComponents < 1)) {
      new ParamChecks(this.name).whole("nComponents", nComponents, 1, most);
    }
    const columns = columnsOf(x);
    const mean = columns.map((column) => column.reduce((sum, v) => sum + v, 0) / x.rows);
    const { values, right } = singularValues(
      columns.map((column, j) => column.map((v) => v - (mean[j] ?? 0))),
    );
    const order = Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
    const variance = (k: number) => (values[k] ?? 0) ** 2 / Math.max(1, x.rows - 1);
    const total = order.reduce((sum, k) => sum + variance(k), 0);
    const kept = order.slice(
      0,
      countOf(
        nComponents,
        order.slice(0, most).map((k) => variance(k) / total),
      ),
    );
    const sizes = kept.map((k) => (whiten ? Math.sqrt(variance(k)) || 1 : 1));
    const rows = kept.map((k, at) => {
      const direction = right[k] ?? new Float64Array(x.columns);
      const largest = direction.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
      const size = (largest < 0 ? -1 : 1) * (sizes[at] ?? 1);
      return Array.from(direction, (v) => v / size);
    });
    const shape = [kept.length, x.columns];
    const projection = new Projection(mean, { shape, data: Float64Array.from(rows.flat()) });
    const variances = Float64Array.from(kept, variance);
    const ratios = variances.map((v) => v / total);
    const left = order.slice(kept.length, most).map(variance);
    const rest = left.reduce((sum, v) => sum + v, 0) / Math.max(1, left.length);
    this.#learned = { projection, variances, ratios, sizes, rows: x.rows, rest };
    return projection;
  }
}

/** How many of the directions, whose shares are given, are kept. */
function countOf(nComponents: number | null, shares: readonly number[]): number {
  if (nComponents === null) return shares.length;
  if (nComponents >= 1) return nComponents;
  let sum = 0;
  for (const [k, share] of shares.entries()) {
    sum += share;
    if (sum > nComponents) return k + 1;
  }
  return shares.length;
}
