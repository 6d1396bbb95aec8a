import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";

/**
 * Refuses NaN and infinities in `x`.
 * Errors: `not-a-number` at the first such entry, named by row and column for `[rows, columns]` (the value
 * itself is told: NaN and infinities carry no secret).
 */
export function requireFinite(x: Tensor, path: string): void {
  const at = x.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new VelumError({
    code: "not-a-number",
    path: `${path} ${placeOf(x, at)}`,
    problem: `the value is ${x.data[at]}`,
    actual: String(x.data[at]),
    cure: "Fill or drop missing and infinite values before quantizing",
  });
}

/** `row 3, column 0`, `entry 7` for vectors, `[1, 0, 2]` for more axes; counted from 0. */
function placeOf(x: Tensor, at: number): string {
  const index: number[] = [];
  let rest = at;
  for (const length of x.shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  if (index.length === 2) return `row ${index[0]}, column ${index[1]}`;
  return index.length < 2 ? `entry ${at}` : `[${index.join(", ")}]`;
}
