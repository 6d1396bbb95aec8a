import type { ElementFunction, PairFunction } from "../../steps/steps.js";
import { onnxType } from "../file/tensor.js";
import {
  type BlockValue,
  type NodeReader,
  type OnnxValue,
  type OperatorReader,
  precisionOf,
} from "../node.js";
import { constantElement, constantPair } from "./constants.js";
import { polynomialPair } from "./polynomials.js";

export function element(name: ElementFunction): OperatorReader {
  return (node) => {
    const value = node.input(0);
    if (value.kind === "tensor")
      return [{ kind: "tensor", tensor: constantElement(node, name, value.tensor) }];
    const x = node.numbers(0);
    return [{ ...x, block: node.list.element(name, x.block, precisionOf(x.type)) }];
  };
}

export function pair(name: PairFunction): OperatorReader {
  return (node) => {
    const values = Array.from({ length: node.inputCount }, (_, k) => node.input(k));
    const tensors = values.filter((value) => value.kind === "tensor");
    if (values.length > 0 && tensors.length === values.length) {
      const tensor = tensors
        .map((value) => value.tensor)
        .reduce((left, right) => constantPair(node, name, left, right));
      return [{ kind: "tensor", tensor }];
    }
    if (values.some((value) => value.kind === "polynomials")) return [polynomialPair(node, name)];
    const index = values.findIndex((value) => value.kind === "block" || value.kind === "labels");
    if (values.some((value) => value.kind === "stack"))
      throw node.unsupported(
        "compares the answers of several models",
        "Bag or let vote models with probabilities, whose mean is read",
      );
    if (index < 0) throw node.unsupported("no rows of numbers go in");
    const lead = node.block(index);
    const operands = values.map((value, k) =>
      asBlock(node, value.kind === "labels" ? node.block(k) : value, lead),
    );
    const block = operands.reduce((left, right) => {
      const [a, b] = [node.list.columns(left), node.list.columns(right)];
      if (a !== b && a !== 1 && b !== 1) throw node.corrupt(`${a} columns meet ${b}`);
      return node.list.pair(name, left, right, precisionOf(lead.type));
    });
    // Integers are divided without remainder.
    const whole = name === "divide" && lead.type === "integer";
    return [{ ...lead, block: whole ? node.list.element("truncate", block, "float64") : block }];
  };
}

/** Where: one of two numbers, as a condition has it. */
export function readWhere(node: NodeReader): readonly OnnxValue[] {
  const condition = node.numbers(0);
  const lead = node.inputs.slice(1).find((value) => value.kind === "block");
  const shape = { ...(lead?.kind === "block" ? lead : condition), flat: condition.flat };
  const [yes, no] = [node.input(1), node.input(2)].map((value) => asBlock(node, value, shape));
  const { list } = node;
  if (yes === undefined || no === undefined) throw node.corrupt("lacks an input");
  const widths = [condition.block, yes, no].map((block) => list.columns(block));
  const most = Math.max(...widths);
  if (widths.some((width) => width !== most && width !== 1))
    throw node.corrupt(`columns ${widths.join(", ")} meet`);
  const type = lead?.kind === "block" ? lead.type : "float32";
  return [node.result(list.choose(condition.block, yes, no), type, condition.flat)];
}

/** An operand as a block; constants become one that every row shares. */
export function asBlock(node: NodeReader, value: OnnxValue, lead: BlockValue): number {
  if (value.kind === "block") {
    if (value.type === "text") throw node.unsupported("an input holds texts");
    // A list of rows against a matrix would mean columns.
    if (value.flat !== lead.flat && node.columns(lead) !== 1)
      throw node.unsupported("a vector of rows meets a matrix");
    return value.block;
  }
  if (value.kind !== "tensor") throw node.unsupported("an input is a class or a shape");
  const { dims, data } = value.tensor;
  if (dims.slice(0, -1).some((length) => length !== 1) || data.length === 0)
    throw node.unsupported(`a constant has the shape (${dims.join(", ")})`);
  if (lead.flat && data.length > 1) throw node.unsupported("a constant differs from row to row");
  return node.list.constant(data);
}

export function readCast(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const to = onnxType(node.integer("to"), node.path);
  if (value.kind === "labels") {
    const classes = value.classes.map((label) => (to === "string" ? String(label) : Number(label)));
    if (classes.some((label) => Number.isNaN(label))) throw node.corrupt("a class is no number");
    const { kind, decision } = value;
    const float = to === "float32" || to === "float64";
    return [float ? { kind, decision, classes, type: to } : { kind, decision, classes }];
  }
  if (value.kind !== "block") return [value];
  if (value.type === "text" || to === "string") {
    if (value.type === "text" && to === "string") return [value];
    throw node.unsupported("turns texts into numbers or numbers into texts");
  }
  const { list } = node;
  if (to === "float64") return [{ ...value, type: "float64" }];
  if (to === "float32") {
    const exact = value.type === "float32";
    const block = exact ? value.block : list.element("round32", value.block, "float64");
    return [{ ...value, block, type: "float32" }];
  }
  if (to === "float16" || to === "bfloat16") throw node.unsupported(`rounds to ${to}`);
  if (value.type === "integer" && to !== "bool") return [value];
  const name = to === "bool" ? "notZero" : "truncate";
  return [{ ...value, block: list.element(name, value.block, "float64"), type: "integer" }];
}

export function readClip(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const limit = (index: number, name: string): number | undefined =>
    node.version >= 11
      ? node.has(index)
        ? node.tensor(index).data[0]
        : undefined
      : node.node.attributes.get(name)?.float;
  let block = x.block;
  const least = limit(1, "min");
  const most = limit(2, "max");
  const { list } = node;
  if (least !== undefined)
    block = list.pair("maximum", block, list.constant([least]), precisionOf(x.type));
  if (most !== undefined)
    block = list.pair("minimum", block, list.constant([most]), precisionOf(x.type));
  return [{ ...x, block }];
}
