import { VelumError } from "../../base/error.js";
import { shapeText, type Tensor } from "../../base/tensor.js";

/** `z = weights x + offset`. */
export interface AffineMap {
  /** `[outputs, inputs]` */
  readonly weights: Tensor;
  /** `[outputs]` */
  readonly offset: Float64Array;
}

/**
 * A fitted step of preprocessing that the client runs on real features before it quantizes them. Its numbers travel in the client file.
 * Immutable.
 */
export interface ClientTransform {
  /** Features that go in and come out. */
  readonly inputs: number;
  readonly outputs: number;
  /** The step as one matrix, where it is one: a linear model can take it into its weights. */
  readonly affine: AffineMap | undefined;
  /** `[rows, inputs]` to `[rows, outputs]`. `path` names the data in errors. */
  apply(x: Tensor, path: string): Tensor;
  /** The JSON form; every double survives exactly. */
  toJSON(): { readonly kind: string };
}

/** Number of rows of `x`, which must be `[rows, inputs]`. Error `bad-shape`. */
export function rowsFor(inputs: number, x: Tensor, path: string): number {
  const [rows = 0, columns = 0] = x.shape;
  if (x.shape.length === 2 && columns === inputs) return rows;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `its shape is ${shapeText(x.shape)}, not (rows, ${inputs})`,
    limit: inputs,
    actual: columns,
    cure: "Pass the features of the training data in the same order",
  });
}
