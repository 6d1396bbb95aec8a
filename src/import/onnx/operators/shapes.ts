import type { BlockValue, NodeReader, OnnxValue } from "../node.js";
import { transposedTensor } from "./constants.js";
import { polynomialsOf } from "./polynomials.js";
import { targetShape } from "./shape-values.js";
import { memberOf, turnedStack } from "./stacks.js";

export function readReshape(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const shape = targetShape(node);
  if (value.kind === "labels" && shape.length < 3) return [value];
  if (value.kind === "stack") return [turnedStack(node, value, shape)];
  if (value.kind === "line") return [fromLine(node, value.of, shape)];
  if (value.kind === "tensor") {
    const { tensor } = value;
    const known = shape.reduce((product, length) => (length < 0 ? product : product * length), 1);
    const size = Math.max(tensor.data.length, tensor.texts.length);
    const dims = shape.map((length) => (length < 0 ? size / known : length));
    if (!dims.every(Number.isInteger) || dims.reduce((a, b) => a * b, 1) !== size)
      throw node.corrupt(`reshapes ${size} numbers to (${shape.join(", ")})`);
    return [{ kind: "tensor", tensor: { ...tensor, dims } }];
  }
  const x = node.block(0);
  const columns = node.columns(x);
  const [first, second] = shape;
  const cube = polynomialsOf(node, x, shape);
  if (cube !== undefined) return [cube];
  const member = memberOf(node, x, shape);
  if (member !== undefined) return [member];
  const keepsRows = first === -1 || first === 0;
  if (shape.length === 1 && first === -1 && columns === 1) return [{ ...x, flat: true }];
  const width = second === -1 && first === 0 ? columns : second === 0 && !x.flat ? columns : second;
  if (shape.length === 2 && keepsRows && width === columns) return [{ ...x, flat: false }];
  throw node.unsupported(`reshapes rows of ${columns} columns to (${shape.join(", ")})`);
}

/** All numbers in one line, as rows again. */
function fromLine(node: NodeReader, of: BlockValue, shape: readonly number[]): BlockValue {
  const [first, second] = shape;
  const columns = node.columns(of);
  if (shape.length === 1 && first === -1 && columns === 1) return { ...of, flat: true };
  const rows = first === -1 || first === 0;
  if (shape.length === 2 && rows && second === columns) return { ...of, flat: false };
  throw node.unsupported(`reshapes a line of rows of ${columns} numbers to (${shape.join(", ")})`);
}

/** Rows stay as they are; along axis 0 all of them become one line. */
export function readFlatten(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  if (node.integer("axis", 1) === 0) return [{ kind: "line", of: x }];
  return [rows(node, x)];
}

export function readSqueeze(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  if (value.kind === "labels" || value.kind === "shape") return [value];
  const x = node.block(0);
  if (node.columns(x) !== 1) throw node.unsupported("squeezes more than one column");
  return [{ ...x, flat: true }];
}

/** An axis more: one column as a matrix; labels, lengths and matrices as they are. */
export function readUnsqueeze(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  return value.kind === "shape" ? [value] : [rows(node, node.block(0))];
}

function rows(node: NodeReader, x: BlockValue): BlockValue {
  if (x.flat && node.columns(x) !== 1) throw node.unsupported("adds an axis");
  return { ...x, flat: false };
}

export function readTranspose(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const order = node.integers("perm");
  if (order.length > 0 && (order.length !== 2 || order[0] !== 1))
    throw node.unsupported(
      "turns something else than a matrix, as trees with several labels a row do",
      "Export one model a label",
    );
  if (value.kind === "tensor")
    return [{ kind: "tensor", tensor: transposedTensor(node, value.tensor) }];
  if (value.kind !== "turned") throw node.unsupported("turns rows into columns");
  return [value.of];
}

export function readConstant(node: NodeReader): readonly OnnxValue[] {
  const { attributes } = node.node;
  const tensor = attributes.get("value")?.tensor;
  if (tensor !== undefined) return [{ kind: "tensor", tensor }];
  const one = attributes.get("value_float")?.float ?? attributes.get("value_int")?.integer;
  const list = attributes.get("value_floats")?.floats ?? attributes.get("value_ints")?.integers;
  const data = one === undefined ? list : [one];
  if (data === undefined) throw node.unsupported("holds no tensor and no numbers");
  const dims = one === undefined ? [data.length] : [];
  const type =
    attributes.has("value_float") || attributes.has("value_floats") ? "float32" : "int64";
  return [
    { kind: "tensor", tensor: { name: "", type, dims, data: Float64Array.from(data), texts: [] } },
  ];
}

export function readConstantOfShape(node: NodeReader): readonly OnnxValue[] {
  const shape = node.input(0);
  if (shape.kind !== "shape") throw node.unsupported("its shape is not that of rows");
  const value = node.node.attributes.get("value")?.tensor?.data[0] ?? 0;
  const [rows, columns = 1] = shape.dims;
  if (rows !== "rows" || columns === "rows" || shape.dims.length > 2 || columns > 2 ** 20)
    throw node.unsupported("makes numbers that are no rows");
  const block = node.list.constant(new Float64Array(columns).fill(value));
  return [node.result(block, "float32", shape.dims.length === 1)];
}
