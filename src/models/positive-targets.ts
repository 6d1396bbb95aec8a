import { VelumError } from "../base/error.js";

/** Refuses targets that a logarithm of the mean cannot have. Errors: `out-of-range`. */
export function requirePositive(y: Float64Array, strictly: boolean, path: string): void {
  const at = y.findIndex((value) => (strictly ? value <= 0 : value < 0));
  if (at < 0 && y.some((value) => value > 0)) return;
  throw new VelumError({
    code: "out-of-range",
    path: at < 0 ? path : `${path} entry ${at}`,
    problem: at < 0 ? "every target is 0" : `the target is ${y[at]}`,
    limit: 0,
    cure: `Pass targets ${strictly ? "above 0" : "of at least 0, one of them above 0"}, or another objective`,
  });
}
