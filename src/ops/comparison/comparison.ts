import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { noAttributes, type OpSpec } from "../../op-spec/spec.js";

function comparison(name: string, doc: string, holds: (difference: number) => boolean): OpSpec {
  const of = (difference: number): number => (holds(difference) ? 1 : 0);
  return defineElementwise({
    ...{ name, doc, operands: 2, read: noAttributes, result: "integer" },
    integers:
      () =>
      (a = 0, b = 0) =>
        of(a - b),
    // Infinities have no difference.
    floats:
      () =>
      (a = 0, b = 0) =>
        of(a === b ? 0 : a < b ? -1 : a > b ? 1 : Number.NaN),
    monotone: name === "equal" || name === "not_equal" ? "but where equal" : true,
    pair: { kind: "difference", of },
  });
}

/** 1 where the relation holds, else 0. Two encrypted operands are subtracted before one look-up. */
export const comparisonOps: readonly OpSpec[] = [
  comparison("equal", "1 where the elements are equal.", (d) => d === 0),
  comparison("not_equal", "1 where the elements differ.", (d) => d !== 0),
  comparison("less", "1 where the first is smaller.", (d) => d < 0),
  comparison("less_equal", "1 where the first is not larger.", (d) => d <= 0),
  comparison("greater", "1 where the first is larger.", (d) => d > 0),
  comparison("greater_equal", "1 where the first is not smaller.", (d) => d >= 0),
];
