import { VelumError } from "../base/error.js";

/**
 * Refuses a number that left the exactly representable integers. Products and partial sums are each checked, so that
 * no rounded intermediate can hide behind a small result. Errors: `not-a-number`, `out-of-range`.
 */
export function exact(value: number, path: string): number {
  if (value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER) return value + 0;
  if (Number.isNaN(value)) {
    throw new VelumError({
      code: "not-a-number",
      path,
      problem: "a result is not a number",
      cure: "Remove NaN from inputs and constants",
    });
  }
  if (!Number.isFinite(value)) {
    throw new VelumError({
      code: "out-of-range",
      path,
      problem: `a result is ${value}, which is no integer`,
      actual: value,
      cure: "Keep inputs away from where the function has no finite value, e.g. fhe.log(x.add(1)), or clip its result before astype",
    });
  }
  throw new VelumError({
    code: "out-of-range",
    path,
    problem: `a result reaches ${value}, beyond the integers that are exact here`,
    limit: Number.MAX_SAFE_INTEGER,
    actual: value,
    cure: "Use smaller inputs or weights: integers are exact below 2^53",
  });
}
