import { scalar, type Tensor } from "../../base/tensor.js";
import { modulo } from "../../ops/arithmetic/integer-arithmetic.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/** Any function: all operands counted from their smallest values, in one number of mixed radix. One look-up. */
export function packed(
  b: LookupBuilder,
  operands: readonly Value[],
  fn: (values: readonly number[]) => number,
): Value {
  const { joined, unpack } = pack(b, operands);
  return b.lookUp(joined, (value) => fn(unpack(value)));
}

/** Like `packed`, for a function that also has constants of its own, element by element. */
export function packedTensor(
  b: LookupBuilder,
  operands: readonly Value[],
  meaning: (operands: readonly Tensor[]) => Tensor,
  shape: readonly number[],
): Value {
  const { joined, unpack } = pack(b, operands);
  return b.lookUpTensor(
    joined,
    (value) =>
      meaning(
        operands.map((_, k) => ({
          shape: value.shape,
          data: value.data.map((item) => unpack(item)[k] ?? 0),
        })),
      ),
    shape,
    false,
  );
}

/** Operands in one number of mixed radix, and how to take it apart. */
function pack(
  b: LookupBuilder,
  operands: readonly Value[],
): {
  joined: Value;
  unpack: (value: number) => number[];
} {
  const domains = operands.map((operand) => b.domainOf(operand));
  // Narrow operands take the low digits: the factors of the others, which multiply their noise, are least then.
  const order = [...operands.keys()].sort(
    (i, j) =>
      (domains[i]?.count ?? 0) - (domains[j]?.count ?? 0) ||
      (b.reduces ? (operands[i]?.id ?? 0) - (operands[j]?.id ?? 0) : 0),
  );
  // Operands with zeros below are not divided: all others are multiplied instead, by `unit`.
  const radices: number[] = [];
  let radix = 1;
  let unitLog2 = 0;
  for (const k of order) {
    const { low, count } = domains[k] ?? { low: 0, count: 1 };
    radices[k] = radix;
    if (count === 1) continue;
    unitLog2 = Math.max(unitLog2, low - twos(radix));
    radix *= count;
  }
  const unit = 2 ** unitLog2;
  let joined: Value | undefined;
  let least = 0;
  for (const k of order) {
    const operand = operands[k];
    const { first, low, count } = domains[k] ?? { first: 0, low: 0, count: 1 };
    if (operand === undefined) continue;
    // A number that is always the same adds nothing but its shape.
    const factor = count === 1 ? 0 : (unit * (radices[k] ?? 1)) / 2 ** low;
    const term = b.scale(operand, scalar(factor));
    joined = joined === undefined ? term : b.add(joined, term);
    least += factor * first;
  }
  if (joined === undefined) throw new Error("nothing to pack");
  const unpack = (value: number): number[] => {
    const values: number[] = [];
    let rest = Math.round((value - least) / unit);
    for (const k of order) {
      const { first, low, count } = domains[k] ?? { first: 0, low: 0, count: 1 };
      const digit = modulo(rest, count);
      rest = (rest - digit) / count;
      values[k] = first + digit * 2 ** low;
    }
    return values;
  };
  return { joined, unpack };
}

/** How often 2 divides a number. */
function twos(value: number): number {
  let count = 0;
  while (value % 2 ** (count + 1) === 0) count++;
  return count;
}
