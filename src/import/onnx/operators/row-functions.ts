import type { RowFunction } from "../../steps/steps.js";
import { argmaxDecision } from "../decision.js";
import {
  type BlockValue,
  type NodeReader,
  type OnnxValue,
  type OperatorReader,
  precisionOf,
} from "../node.js";
import { constantSum } from "./constants.js";
import { sumOfPolynomials } from "./polynomials.js";
import { overMembers } from "./stacks.js";

export function reduce(name: RowFunction): OperatorReader {
  return (node) => {
    const value = node.input(0);
    const axes = node.has(1) ? [...node.tensor(1).data] : node.integers("axes");
    if (value.kind === "tensor" && name === "sum")
      return [{ kind: "tensor", tensor: constantSum(node, value.tensor, axes) }];
    if (value.kind === "polynomials" && name === "sum")
      return [sumOfPolynomials(node, value, axes)];
    if (value.kind === "stack" && (name === "sum" || name === "mean"))
      return [overMembers(node, value, name, axes)];
    const x = node.numbers(0);
    if (x.flat || axes.length !== 1 || (axes[0] !== 1 && axes[0] !== -1))
      throw node.unsupported(`reduces along axes ${axes.join(", ")}, only columns are read`);
    const block = node.list.row(name, x.block, precisionOf(x.type));
    return [{ ...x, block, flat: node.integer("keepdims", 1) === 0 }];
  };
}

export function readArgMax(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", 0);
  if (x.flat || (axis !== 1 && axis !== -1) || node.integer("select_last_index", 0) !== 0)
    throw node.unsupported("is not along the columns, or takes the last of equals");
  const classes = Array.from({ length: node.columns(x) }, (_, k) => k);
  return [{ kind: "labels", decision: argmaxDecision(node.list, x.block), classes }];
}

export function readLpNormalization(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", -1);
  const p = node.integer("p", 2);
  if (x.flat || (axis !== 1 && axis !== -1) || (p !== 1 && p !== 2))
    throw node.unsupported("is not along the columns, or of another order than 1 and 2");
  const name = p === 1 ? "divideByL1" : "divideByL2";
  const step = { kind: "rowTransform", name, from: x.block } as const;
  return [{ ...x, block: node.list.add(step, node.columns(x)) }];
}

export function readSoftmax(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", node.version >= 13 ? -1 : 1);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("is not along the columns");
  const columns = node.columns(x);
  const block = node.list.add({ kind: "rowTransform", name: "softmax", from: x.block }, columns);
  return [{ ...x, block }];
}

/** The place of the least number of a row. */
export function readArgMin(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  requireColumns(node, x, node.integer("axis", 0));
  if (node.integer("select_last_index", 0) !== 0)
    throw node.unsupported("takes the last of equals");
  const block = node.list.row("argmin", x.block, "float64");
  return [node.result(block, "integer", node.integer("keepdims", 1) === 0)];
}

/** All numbers of a row from greatest to least, and their places. */
export function readTopK(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const columns = node.columns(x);
  requireColumns(node, x, node.integer("axis", -1));
  const count = node.version >= 10 ? node.tensor(1).data[0] : node.integer("k");
  if (count !== columns || node.integer("largest", 1) !== 1)
    throw node.unsupported(`keeps ${count} of ${columns} numbers, or begins with the least`);
  const [values, places] = (["sort", "order"] as const).map((name) =>
    node.list.add({ kind: "rowTransform", name, from: x.block }, columns),
  );
  return [{ ...x, block: values ?? x.block }, node.result(places ?? x.block, "integer")];
}

/** Sums of the first numbers of a row. */
export function readCumSum(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  requireColumns(node, x, node.tensor(1).data[0] ?? 0);
  if (node.integer("exclusive", 0) !== 0 || node.integer("reverse", 0) !== 0)
    throw node.unsupported("leaves the number itself out, or begins at the end");
  const step = { kind: "rowTransform", name: "cumulate", from: x.block } as const;
  return [{ ...x, block: node.list.add(step, node.columns(x)) }];
}

function requireColumns(node: NodeReader, x: BlockValue, axis: number): void {
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("is not along the columns");
}
