import { transposedTensor } from "./onnx-constants.js";
import type { BlockValue, NodeReader, OnnxValue } from "./onnx-node.js";
import { polynomialsOf } from "./onnx-polynomials.js";

export function readReshape(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  if (value.kind === "labels") return [value];
  const shape = [...(node.has(1) ? node.tensor(1).data : node.integers("shape"))];
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
  const keepsRows = first === -1 || (first === 0 && !x.flat);
  if (shape.length === 1 && first === -1 && columns === 1) return [{ ...x, flat: true }];
  const width = second === -1 && first === 0 ? columns : second === 0 && !x.flat ? columns : second;
  if (shape.length === 2 && keepsRows && width === columns) return [{ ...x, flat: false }];
  throw node.unsupported(`reshapes rows of ${columns} columns to (${shape.join(", ")})`);
}

export function readSqueeze(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  if (value.kind === "labels") return [value];
  const x = node.block(0);
  if (node.columns(x) !== 1) throw node.unsupported("squeezes more than one column");
  return [{ ...x, flat: true }];
}

/** One column as a matrix; labels and matrices as they are. */
export function rows(node: NodeReader, x: BlockValue): BlockValue {
  if (x.flat && node.columns(x) !== 1) throw node.unsupported("adds an axis");
  return { ...x, flat: false };
}

export function readTranspose(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const order = node.integers("perm");
  if (order.length > 0 && (order.length !== 2 || order[0] !== 1))
    throw node.unsupported("turns something else than a matrix");
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
  const columns = node.columns(shape.of);
  const block = node.list.constant(new Float64Array(columns).fill(value));
  return [{ ...shape.of, block, type: "float32" }];
}
