import { type Tensor, toTensor } from "../../base/tensor.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import type { Rows } from "../check-data.js";

/** Raw features `[rows, features]` as the model behind `steps` takes them. Errors: those of the steps; `path` names the rows. */
export function applySteps(x: Rows, steps: readonly ClientTransform[], path: string): Tensor {
  return steps.reduce<Tensor>((z, step) => step.apply(z, path), toTensor(x, path));
}
