import { VelumError } from "../base/error.js";
import { shapeText, type Tensor } from "../base/tensor.js";
import type { InputQuantizer } from "./input-quantizer.js";
import type { ClientTransform } from "./transforms/client-transform.js";

/** How a client turns real features into the integers that are encrypted. */
export interface InputParts {
  readonly inputQuantizer: InputQuantizer;
  /** Features that a person gives, before `steps`. */
  readonly features: number;
  /** Preprocessing that the client runs, in order; none by default. */
  readonly steps?: readonly ClientTransform[];
}

/** The client's side of a model: features to integers, and (in the classes made from it) decrypted integers to results. Immutable. */
export abstract class ModelCoding implements InputParts {
  readonly inputQuantizer: InputQuantizer;
  readonly features: number;
  readonly steps: readonly ClientTransform[];

  constructor(parts: InputParts) {
    this.inputQuantizer = parts.inputQuantizer;
    this.features = parts.features;
    this.steps = parts.steps ?? [];
  }

  /** Integers that a result has. */
  abstract get outputs(): number;

  /** The same model behind preprocessing `steps`, which take `steps[0].inputs` features. */
  abstract withSteps(steps: readonly ClientTransform[]): ModelCoding;

  abstract toJSON(): { readonly kind: string };

  /**
   * Real inputs (`[rows, features]`, or one row `[features]`) to integers; values outside the calibrated range are clipped.
   * `path` names the data in errors: `bad-shape`, `not-a-number`, and those of the steps.
   */
  quantize(x: Tensor, path = "X"): Tensor {
    const { features, steps } = this;
    if (x.shape.at(-1) !== features) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: `its shape ${shapeText(x.shape)} does not end in the model's ${features} features`,
        limit: features,
        actual: x.shape.at(-1) ?? 0,
        cure: "Pass the features of the training data in the same order",
      });
    }
    if (steps.length === 0) return this.inputQuantizer.quantize(x, path);
    const rows = { shape: [x.data.length / features, features], data: x.data };
    const ready = steps.reduce<Tensor>((z, step) => step.apply(z, path), rows);
    const { shape, data } = this.inputQuantizer.quantize(ready, path);
    return { shape: [...x.shape.slice(0, -1), shape.at(-1) ?? 0], data };
  }
}

/** `parts` with `steps` before its own. */
export function stepsBefore(parts: InputParts, steps: readonly ClientTransform[]) {
  const all = [...steps, ...(parts.steps ?? [])];
  return { steps: all, features: all[0]?.inputs ?? parts.features };
}
