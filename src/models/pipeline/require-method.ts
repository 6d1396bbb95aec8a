import { VelumError } from "../../base/error.js";

/** JavaScript may call what the model of a pipeline does not have; `owner` names the pipeline. Errors: `bad-argument`. */
export function requireMethod(owner: string, model: object, name: string, method: string): void {
  if (method in model) return;
  throw new VelumError({
    code: "bad-argument",
    path: `${owner}.${method}`,
    problem: `its model is a ${name}, which has no ${method}`,
    cure: "Call predict",
  });
}
