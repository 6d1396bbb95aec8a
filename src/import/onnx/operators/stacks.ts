import type { BlockValue, NodeReader, OnnxValue, StackValue } from "../node.js";
import { precisionOf } from "../node.js";

/** Rows reshaped to `[1, rows, columns]`: one member of an ensemble. Undefined for another shape. */
export function memberOf(
  node: NodeReader,
  x: BlockValue,
  shape: readonly number[],
): StackValue | undefined {
  const [first, second, third] = shape;
  const member = shape.length === 3 && first === 1 && second === -1 && third === node.columns(x);
  return member ? { kind: "stack", parts: [{ ...x, flat: false }], rank: 3 } : undefined;
}

/** Stacks, or matrices of equal width, joined along the first axis. */
export function stacked(node: NodeReader): StackValue {
  const values = node.inputs;
  const rank = values[0]?.kind === "stack" ? values[0].rank : 2;
  const parts = values.flatMap((value, index): readonly BlockValue[] => {
    if (value.kind === "stack" && value.rank === rank) return value.parts;
    const one = rank === 2 && value.kind !== "stack" ? node.numbers(index) : undefined;
    if (one === undefined || one.flat)
      throw node.unsupported("joins something else than columns or members of an ensemble");
    return [one];
  });
  const widths = new Set(parts.map((part) => node.columns(part)));
  if (widths.size !== 1) throw node.corrupt("joins rows of different lengths");
  return { kind: "stack", parts, rank };
}

/** The sum or the mean over the members of an ensemble, `[rows, columns]`. */
export function overMembers(
  node: NodeReader,
  { parts, rank }: StackValue,
  name: "sum" | "mean",
  axes: readonly number[],
): BlockValue {
  const [first] = parts;
  if (rank !== 3 || axes.length !== 1 || axes[0] !== 0 || node.integer("keepdims", 1) !== 0)
    throw node.unsupported(
      `reduces several matrices along the axes ${axes.join(", ")}, only their sum and mean are read`,
    );
  if (first === undefined) throw node.corrupt("has no members");
  const { list } = node;
  const precision = precisionOf(first.type);
  const sum = parts
    .map((part) => part.block)
    .reduce((left, right) => list.pair("add", left, right, precision));
  const count = list.constant([parts.length]);
  const block = name === "sum" ? sum : list.pair("divide", sum, count, precision);
  return { ...first, block };
}

/** `[parts * rows, 1]` reshaped to `[parts, rows]`. */
export function turnedStack(
  node: NodeReader,
  { parts, rank }: StackValue,
  shape: readonly number[],
): OnnxValue {
  const [first] = parts;
  const single = parts.every((part) => node.columns(part) === 1);
  const turned = shape.length === 2 && shape[0] === parts.length && shape[1] === -1;
  if (first === undefined || rank !== 2 || !single || !turned)
    throw node.unsupported(`reshapes several matrices to (${shape.join(", ")})`);
  const from = parts.map((part) => part.block);
  const block = node.list.add({ kind: "concatenate", from }, parts.length);
  return { kind: "turned", of: { ...first, block } };
}
