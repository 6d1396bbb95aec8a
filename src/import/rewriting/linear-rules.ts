import type { PairFunction } from "../steps/steps.js";
import { onOneBlock } from "./linear-lifting.js";
import type { StepList } from "./step-list.js";

/**
 * Constants added to or taken from a linear model join its intercept, factors its weights. A factor of -1 stays a step, since two
 * columns `-x, x` are one comparison.
 */
export function scaledLinear(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  const [model, other] = list.constantOf(right) === undefined ? [right, left] : [left, right];
  const step = list.stepOf(model);
  const values = list.constantOf(other);
  if (step?.kind !== "linear" || values === undefined) return undefined;
  const { from, coef, intercept } = step;
  const { length } = intercept;
  if (values.length !== length && values.length !== 1) return undefined;
  const at = (k: number): number => values[k] ?? values[0] ?? 0;
  if (name === "add")
    return list.linear(
      from,
      coef,
      intercept.map((x, k) => x + at(k)),
    );
  if (name === "subtract" && model === left)
    return list.linear(
      from,
      coef,
      intercept.map((x, k) => x - at(k)),
    );
  if (name === "subtract")
    return list.linear(
      from,
      coef.map((w) => -w),
      intercept.map((x, k) => at(k) - x),
    );
  const divides = name === "divide" && model === left;
  if ((name !== "multiply" && !divides) || values.includes(-1)) return undefined;
  const columns = coef.length / length;
  const factor = (k: number): number => (divides ? 1 / at(k) : at(k));
  return list.linear(
    from,
    coef.map((w, index) => w * factor(Math.floor(index / columns))),
    intercept.map((x, k) => x * factor(k)),
  );
}

/** Two linear models added become one, on the columns that both are affine functions of, or on the columns of both. */
export function sumOfLinear(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  const [a, b] = [list.stepOf(left), list.stepOf(right)];
  if (name !== "add" || a?.kind !== "linear" || b?.kind !== "linear") return undefined;
  const { length } = a.intercept;
  if (b.intercept.length !== length) return undefined;
  const [one, two] = onOneBlock(list, [a, b]) ?? [];
  if (one !== undefined && two !== undefined) {
    const sum = one.coef.map((w, index) => w + (two.coef[index] ?? 0));
    const both = one.intercept.map((x, k) => x + (two.intercept[k] ?? 0));
    return list.linear(one.from, sum, both);
  }
  const [wide, narrow] = [list.columns(a.from), list.columns(b.from)];
  const columns = wide + narrow;
  const coef = new Float64Array(length * columns);
  for (let k = 0; k < length; k++) {
    coef.set(a.coef.subarray(k * wide, (k + 1) * wide), k * columns);
    coef.set(b.coef.subarray(k * narrow, (k + 1) * narrow), k * columns + wide);
  }
  const intercept = a.intercept.map((x, k) => x + (b.intercept[k] ?? 0));
  return list.linear(list.joined(a.from, b.from), coef, intercept);
}
