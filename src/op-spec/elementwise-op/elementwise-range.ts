import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { broadcastIndices, broadcastShapes } from "../broadcast.js";
import type { Interval } from "../interval.js";

/** Most combinations of operand values that are tried for one element. */
const mostTried = 2 ** 16;

/**
 * Sound bounds of an element-wise function: in the corners if it is monotone, there and at a common value if it only tells equal operands
 * from others, else by trying every combination of values.
 * Elements with the same operand bounds are done once. Errors: `out-of-range` if there are too many combinations.
 */
export function elementwiseRange(
  evaluate: (operands: readonly Tensor[]) => Tensor,
  operands: readonly Interval[],
  monotone: boolean | "but where equal",
  path: string,
): Interval {
  const shape = operands
    .map((operand) => operand.low.shape)
    .reduce((a, b) => broadcastShapes(a, b, path));
  const places = operands.map((operand) => broadcastIndices(operand.low.shape, shape));
  const size = places[0]?.length ?? 0;
  const low = new Float64Array(size);
  const high = new Float64Array(size);
  const known = new Map<string, readonly [number, number]>();
  for (let i = 0; i < size; i++) {
    const bounds = operands.map((operand, k): readonly [number, number] => {
      const at = places[k]?.[i] ?? 0;
      return [operand.low.data[at] ?? 0, operand.high.data[at] ?? 0];
    });
    const key = bounds.join(";");
    const found = known.get(key) ?? extremesOf(evaluate, bounds, monotone, path);
    known.set(key, found);
    low[i] = found[0];
    high[i] = found[1];
  }
  return { low: { shape, data: low }, high: { shape, data: high } };
}

function extremesOf(
  evaluate: (operands: readonly Tensor[]) => Tensor,
  bounds: readonly (readonly [number, number])[],
  monotone: boolean | "but where equal",
  path: string,
): readonly [number, number] {
  // A value that all operands may have, if there is one.
  const common = Math.max(...bounds.map(([least]) => least));
  const shared = monotone === "but where equal" && bounds.every(([, most]) => common <= most);
  const choices = bounds.map(([least, most]) =>
    monotone === false
      ? integersFrom(least, most, path)
      : [...new Set([least, most, ...(shared ? [common] : [])])],
  );
  const count = choices.reduce((product, values) => product * values.length, 1);
  if (count > mostTried) throw tooManyValues(count, path);
  let stride = 1;
  const operands = choices.map((values): Tensor => {
    const own = stride;
    stride *= values.length;
    const data = Float64Array.from(
      { length: count },
      (_, i) => values[Math.floor(i / own) % values.length] ?? 0,
    );
    return { shape: [count], data };
  });
  let least = Infinity;
  let most = -Infinity;
  for (const value of evaluate(operands).data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

function integersFrom(least: number, most: number, path: string): number[] {
  if (most - least >= mostTried) throw tooManyValues(most - least + 1, path);
  return Array.from({ length: most - least + 1 }, (_, i) => least + i);
}

export function tooManyValues(count: number, path: string): VelumError {
  return new VelumError({
    code: "out-of-range",
    path,
    problem: `its operands can take ${count} combinations of values, too many to find sound bounds`,
    limit: mostTried,
    actual: count,
    cure: "Measure bounds on an inputset, or give narrower ranges of the inputs",
  });
}
