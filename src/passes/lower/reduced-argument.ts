import { type Shape, sameShape, scalar } from "../../base/tensor.js";
import { broadcastShapes } from "../../op-spec/broadcast.js";
import { combinationOf, commonFactor, differenceOf } from "./combination.js";
import { domainOf } from "./domain.js";
import type { LinearBuilder } from "./linear-builder.js";
import type { Value } from "./value.js";

/** A value as `factor * value + offset`. */
export interface ReducedValue {
  readonly value: Value;
  readonly factor: number;
  readonly offset: number;
}

const itself = { factor: 1, offset: 0 } as const;

/**
 * What look-ups of `a` can read in its place, which is never wider: `a = factor * value + offset`. Multiples are divided, constants
 * left away, sums of terms that cancel become what is left.
 */
export function reduced(b: LinearBuilder, a: Value): ReducedValue {
  const hinted = b.nodes[a.id]?.hintBits !== undefined;
  if (!b.reduces || hinted) return { value: a, ...itself };
  const combination = combinationOf(b.nodes, a.id);
  const { terms, constant } = combination;
  const [first] = [...terms].sort(([one], [other]) => one - other);
  if (first === undefined) return { value: a, ...itself };
  const common = commonFactor(combination);
  const known = b.nodes.length;
  // A difference and its opposite are one argument: the one that is there already.
  const factor = first[1] < 0 ? -common : common;
  if (terms.size > 1 && factor === 1) return { value: a, ...itself };
  if (terms.size > 1 && !sameShape(sumShape(b, terms), a.shape)) return { value: a, ...itself };
  const value = sumOf(b, new Map([...terms].map(([id, weight]) => [id, weight / factor])));
  const isOpposite = terms.size > 1 && factor === -1;
  if (!sameShape(value.shape, a.shape) || (isOpposite && b.nodes.length > known)) {
    b.forget(known);
    return { value: a, ...itself };
  }
  if (terms.size === 1) return { value, factor, offset: constant };
  const ends = [a.bounds.min, a.bounds.max].map((end) => (end - constant) / factor);
  const bounds = { min: Math.ceil(Math.min(...ends)), max: Math.floor(Math.max(...ends)) };
  return { value: b.within(value, bounds), factor, offset: constant };
}

/** `x - y` without the terms that both have. */
export function difference(b: LinearBuilder, x: Value, y: Value): Value {
  const whole = b.subtract(x, y);
  const own = combinationOf(b.nodes, x.id);
  const other = combinationOf(b.nodes, y.id);
  const shared = [...own.terms.keys()].some((id) => other.terms.has(id));
  if (!b.reduces || !shared) return whole;
  const { terms, constant } = differenceOf(own, other);
  if (terms.size === 0) return b.within(whole, { min: constant, max: constant });
  if (!sameShape(sumShape(b, terms), whole.shape)) return whole;
  const rest = b.plus(sumOf(b, terms), scalar(constant));
  return b.within(rest, whole.bounds);
}

function valueAt(b: LinearBuilder, id: number): Value {
  const node = b.nodes[id];
  if (node === undefined) throw new RangeError(`node ${id}`);
  return { id, bounds: domainOf(node), shape: node.output.shape };
}

function sumShape(b: LinearBuilder, terms: ReadonlyMap<number, number>): Shape {
  return [...terms.keys()]
    .map((id) => valueAt(b, id).shape)
    .reduce((one, other) => broadcastShapes(one, other, b.path));
}

/** Weights times values; additions before subtractions. */
function sumOf(b: LinearBuilder, terms: ReadonlyMap<number, number>): Value {
  const ordered = [...terms].sort(
    ([one, v], [other, w]) => Math.sign(w) - Math.sign(v) || one - other,
  );
  let sum: Value | undefined;
  for (const [id, weight] of ordered) {
    const term = valueAt(b, id);
    sum = sum === undefined ? b.scale(term, scalar(weight)) : b.addScaled(sum, term, weight);
  }
  if (sum === undefined) throw new RangeError("a sum of nothing");
  return sum;
}
