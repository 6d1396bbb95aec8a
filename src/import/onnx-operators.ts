import { constantElement, constantPair, constantSum, transposedTensor } from "./onnx-constants.js";
import { argmaxDecision } from "./onnx-decision.js";
import { type BlockValue, type NodeReader, type OnnxValue, precisionOf } from "./onnx-node.js";
import { polynomialPair, polynomialsOf, sumOfPolynomials } from "./onnx-polynomials.js";
import { onnxType } from "./onnx-tensor.js";
import type { ElementFunction, Label, PairFunction, RowFunction } from "./steps.js";

/** Reads a node: appends its steps and says what its outputs stand for. */
export type OperatorReader = (node: NodeReader) => readonly OnnxValue[];

/** Operators of the main domain. */
export const mainOperators: Readonly<Record<string, OperatorReader>> = {
  Abs: element("absolute"),
  Add: pair("add"),
  ArgMax: readArgMax,
  Cast: readCast,
  Ceil: element("ceil"),
  Clip: readClip,
  Concat: readConcat,
  Constant: readConstant,
  ConstantOfShape: readConstantOfShape,
  Div: pair("divide"),
  Dropout: (node) => [node.input(0)],
  Equal: pair("equal"),
  Exp: element("exp"),
  Flatten: (node) => [rows(node, node.block(0))],
  Floor: element("floor"),
  Gather: readGather,
  Gemm: readGemm,
  Greater: pair("greater"),
  GreaterOrEqual: pair("greaterOrEqual"),
  Identity: (node) => [node.input(0)],
  Less: pair("less"),
  LessOrEqual: pair("lessOrEqual"),
  Log: element("log"),
  LpNormalization: readLpNormalization,
  MatMul: readMatMul,
  Max: pair("maximum"),
  Min: pair("minimum"),
  Mul: pair("multiply"),
  Neg: element("negative"),
  Not: element("isZero"),
  Pow: pair("power"),
  Reciprocal: element("reciprocal"),
  ReduceL1: reduce("norm1"),
  ReduceL2: reduce("norm2"),
  ReduceLogSumExp: reduce("logSumExp"),
  ReduceMax: reduce("maximum"),
  ReduceMean: reduce("mean"),
  ReduceMin: reduce("minimum"),
  ReduceProd: reduce("product"),
  ReduceSum: reduce("sum"),
  ReduceSumSquare: reduce("sumOfSquares"),
  Relu: element("relu"),
  Reshape: readReshape,
  Shape: (node) => [{ kind: "shape", of: node.block(0) }],
  Sigmoid: element("logistic"),
  Sign: element("sign"),
  Slice: readSlice,
  Softmax: readSoftmax,
  Split: readSplit,
  Sqrt: element("sqrt"),
  Squeeze: readSqueeze,
  Sub: pair("subtract"),
  Sum: pair("add"),
  Tanh: element("tanh"),
  Transpose: readTranspose,
  Unsqueeze: (node) => [rows(node, node.block(0))],
};

function element(name: ElementFunction): OperatorReader {
  return (node) => {
    const value = node.input(0);
    if (value.kind === "tensor")
      return [{ kind: "tensor", tensor: constantElement(node, name, value.tensor) }];
    const x = node.numbers(0);
    return [{ ...x, block: node.list.element(name, x.block, precisionOf(x.type)) }];
  };
}

function pair(name: PairFunction): OperatorReader {
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
    if (index < 0) throw node.unsupported("no rows of numbers go in");
    const lead = node.block(index);
    if (name === "divide" && lead.type === "integer")
      throw node.unsupported("divides integers, which drops remainders");
    const operands = values.map((value, k) =>
      asBlock(node, value.kind === "labels" ? node.block(k) : value, lead),
    );
    const block = operands.reduce((left, right) => {
      const [a, b] = [node.list.columns(left), node.list.columns(right)];
      if (a !== b && a !== 1 && b !== 1) throw node.corrupt(`${a} columns meet ${b}`);
      return node.list.pair(name, left, right, precisionOf(lead.type));
    });
    return [{ ...lead, block }];
  };
}

/** An operand as a block; constants become one that every row shares. */
function asBlock(node: NodeReader, value: OnnxValue, lead: BlockValue): number {
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

function reduce(name: RowFunction): OperatorReader {
  return (node) => {
    const value = node.input(0);
    const axes = node.has(1) ? [...node.tensor(1).data] : node.integers("axes");
    if (value.kind === "tensor" && name === "sum")
      return [{ kind: "tensor", tensor: constantSum(node, value.tensor, axes) }];
    if (value.kind === "polynomials" && name === "sum")
      return [sumOfPolynomials(node, value, axes)];
    const x = node.numbers(0);
    if (x.flat || axes.length !== 1 || (axes[0] !== 1 && axes[0] !== -1))
      throw node.unsupported(`reduces along axes ${axes.join(", ")}, only columns are read`);
    const precision = precisionOf(x.type);
    const block = node.list.add({ kind: "row", name, from: x.block, precision }, 1);
    return [{ ...x, block, flat: node.integer("keepdims", 1) === 0 }];
  };
}

function readArgMax(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", 0);
  if (x.flat || (axis !== 1 && axis !== -1) || node.integer("select_last_index", 0) !== 0)
    throw node.unsupported("is not along the columns, or takes the last of equals");
  const classes = Array.from({ length: node.columns(x) }, (_, k) => k);
  return [{ kind: "labels", decision: argmaxDecision(node.list, x.block), classes }];
}

function readCast(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const to = onnxType(node.integer("to"), node.path);
  if (value.kind === "labels") {
    const classes = value.classes.map((label) => (to === "string" ? String(label) : Number(label)));
    if (classes.some((label) => Number.isNaN(label))) throw node.corrupt("a class is no number");
    return [{ ...value, classes }];
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

function readClip(node: NodeReader): readonly OnnxValue[] {
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

function readConcat(node: NodeReader): readonly OnnxValue[] {
  const axis = node.integer("axis", 1);
  const values = Array.from({ length: node.inputCount }, (_, k) =>
    node.input(k).kind === "labels" ? node.block(k) : node.input(k),
  );
  const lead = values.find((value) => value.kind === "block");
  if (lead === undefined || (axis !== 1 && axis !== -1))
    throw node.unsupported("joins something else than columns");
  const parts = values.map((value) => {
    if (value.kind === "block" && !value.flat && (value.type === "text") === (lead.type === "text"))
      return value.block;
    return asBlock(node, value, { ...lead, flat: false });
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return [{ ...lead, block: only }];
  const columns = parts.reduce((sum, part) => sum + node.list.columns(part), 0);
  const mixed = values.some((value) => value.kind === "block" && value.type === "float64");
  const block = node.list.add({ kind: "concatenate", from: parts }, columns);
  return [{ ...lead, block, type: mixed ? "float64" : lead.type }];
}

function readConstant(node: NodeReader): readonly OnnxValue[] {
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

function readConstantOfShape(node: NodeReader): readonly OnnxValue[] {
  const shape = node.input(0);
  if (shape.kind !== "shape") throw node.unsupported("its shape is not that of rows");
  const value = node.node.attributes.get("value")?.tensor?.data[0] ?? 0;
  const columns = node.columns(shape.of);
  const block = node.list.constant(new Float64Array(columns).fill(value));
  return [{ ...shape.of, block, type: "float32" }];
}

/** Columns picked by constant numbers, or the class at the place that a decision gives. */
export function readGather(node: NodeReader): readonly OnnxValue[] {
  const table = node.input(0);
  const places = node.input(1);
  if (places.kind === "labels") {
    if (table.kind !== "tensor") throw node.unsupported("looks a class up in what is computed");
    const { tensor } = table;
    const names: ArrayLike<Label> = tensor.type === "string" ? tensor.texts : tensor.data;
    const classes = places.classes.map((index) => {
      const name = names[Number(index)];
      if (name === undefined) throw node.corrupt(`has no class ${index}`);
      return name;
    });
    return [{ ...places, classes }];
  }
  if (table.kind === "tensor" && places.kind === "block") return [tableColumns(node)];
  const x = node.block(0);
  const axis = node.integer("axis", node.node.operator === "Gather" ? 0 : 1);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("does not pick columns");
  return [{ ...x, block: node.list.select(x.block, columnsAt(node, node.tensor(1).data, x)) }];
}

/** The column of a constant matrix `[outputs, entries]` that a row's integer names, side by side: `[outputs, rows]`. */
function tableColumns(node: NodeReader): OnnxValue {
  const { dims, data } = node.tensor(0);
  const x = node.numbers(1);
  const [outputs = 0, entries = 0] = dims;
  if (node.node.operator === "Gather" || dims.length !== 2 || node.columns(x) !== 1)
    throw node.unsupported("looks numbers up in what is no matrix");
  const categories = Array.from({ length: entries }, (_, k) => k);
  const cells = { kind: "oneHot", from: x.block, categories, unknown: "error" } as const;
  const from = node.list.add(cells, entries);
  const block = node.list.linear(from, data, new Float64Array(outputs));
  return { kind: "turned", of: node.result(block, "float32") };
}

function readTranspose(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  const order = node.integers("perm");
  if (order.length > 0 && (order.length !== 2 || order[0] !== 1))
    throw node.unsupported("turns something else than a matrix");
  if (value.kind === "tensor")
    return [{ kind: "tensor", tensor: transposedTensor(node, value.tensor) }];
  if (value.kind !== "turned") throw node.unsupported("turns rows into columns");
  return [value.of];
}

function columnsAt(node: NodeReader, places: ArrayLike<number>, x: BlockValue): number[] {
  const width = node.columns(x);
  return Array.from(places, (place) => {
    const column = place < 0 ? place + width : place;
    if (Number.isInteger(column) && column >= 0 && column < width) return column;
    throw node.corrupt(`asks for column ${place} of ${width}`);
  });
}

function readLpNormalization(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", -1);
  const p = node.integer("p", 2);
  if (x.flat || (axis !== 1 && axis !== -1) || (p !== 1 && p !== 2))
    throw node.unsupported("is not along the columns, or of another order than 1 and 2");
  const name = p === 1 ? "divideByL1" : "divideByL2";
  const step = { kind: "rowTransform", name, from: x.block } as const;
  return [{ ...x, block: node.list.add(step, node.columns(x)) }];
}

function readMatMul(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const { dims, data } = node.tensor(1);
  const [features = 0, outputs = 1] = dims;
  if (x.flat || dims.length > 2 || dims.length === 0 || features !== node.columns(x))
    throw node.unsupported(`multiplies ${node.columns(x)} columns by (${dims.join(", ")})`);
  const coef = transposed(data, features, outputs);
  const block = node.list.linear(x.block, coef, new Float64Array(outputs));
  return [{ ...x, block, flat: dims.length === 1 }];
}

function readGemm(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const { dims, data } = node.tensor(1);
  const turned = node.integer("transB", 0) !== 0;
  const [a = 0, b = 0] = dims;
  const [features, outputs] = turned ? [b, a] : [a, b];
  if (
    node.integer("transA", 0) !== 0 ||
    x.flat ||
    dims.length !== 2 ||
    features !== node.columns(x)
  )
    throw node.unsupported(`multiplies ${node.columns(x)} columns by (${dims.join(", ")})`);
  const alpha = node.float("alpha", 1);
  const beta = node.float("beta", 1);
  const coef = (turned ? data : transposed(data, features, outputs)).map((w) => alpha * w);
  const bias = node.has(2) ? node.tensor(2).data : Float64Array.of(0);
  if (bias.length !== outputs && bias.length !== 1)
    throw node.corrupt(`adds ${bias.length} numbers to ${outputs} outputs`);
  const intercept = Float64Array.from(
    { length: outputs },
    (_, k) => beta * (bias[k] ?? bias[0] ?? 0),
  );
  return [{ ...x, block: node.list.linear(x.block, coef, intercept) }];
}

function transposed(data: Float64Array, rowCount: number, columnCount: number): Float64Array {
  const result = new Float64Array(data.length);
  for (let j = 0; j < rowCount; j++)
    for (let k = 0; k < columnCount; k++) result[k * rowCount + j] = data[j * columnCount + k] ?? 0;
  return result;
}

function readReshape(node: NodeReader): readonly OnnxValue[] {
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

function readSlice(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  const part = (index: number, name: string): readonly number[] =>
    node.version >= 10
      ? node.has(index)
        ? [...node.tensor(index).data]
        : []
      : node.integers(name);
  const starts = part(1, "starts");
  const ends = part(2, "ends");
  const axes = part(3, "axes");
  const [step = 1] = part(4, "steps");
  const [axis = 0] = axes;
  if (x.flat || starts.length !== 1 || (axis !== 1 && axis !== -1) || step !== 1)
    throw node.unsupported("does not cut columns out");
  const columns = Array.from({ length: node.columns(x) }, (_, k) => k);
  const kept = columns.slice(starts[0], ends[0]);
  if (kept.length === 0) throw node.corrupt("keeps no columns");
  return [{ ...x, block: node.list.select(x.block, kept) }];
}

function readSoftmax(node: NodeReader): readonly OnnxValue[] {
  const x = node.numbers(0);
  const axis = node.integer("axis", node.version >= 13 ? -1 : 1);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("is not along the columns");
  const columns = node.columns(x);
  const block = node.list.add({ kind: "rowTransform", name: "softmax", from: x.block }, columns);
  return [{ ...x, block }];
}

function readSplit(node: NodeReader): readonly OnnxValue[] {
  const x = node.block(0);
  const axis = node.integer("axis", 0);
  const count = node.node.outputs.length;
  const width = node.columns(x);
  if (x.flat || (axis !== 1 && axis !== -1)) throw node.unsupported("does not split columns");
  let sizes = node.has(1) ? [...node.tensor(1).data] : [...node.integers("split")];
  if (sizes.length === 0) sizes = new Array<number>(count).fill(Math.ceil(width / count));
  if (sizes.length !== count || sizes.some((size) => !(size >= 0 && size <= width)))
    throw node.corrupt(`splits ${width} columns into ${sizes.join(", ")}`);
  let start = 0;
  return sizes.map((size) => {
    const columns = Array.from({ length: Math.min(size, width - start) }, (_, k) => start + k);
    start += columns.length;
    return { ...x, block: node.list.select(x.block, columns) };
  });
}

function readSqueeze(node: NodeReader): readonly OnnxValue[] {
  const value = node.input(0);
  if (value.kind === "labels") return [value];
  const x = node.block(0);
  if (node.columns(x) !== 1) throw node.unsupported("squeezes more than one column");
  return [{ ...x, flat: true }];
}

/** One column as a matrix; labels and matrices as they are. */
function rows(node: NodeReader, x: BlockValue): BlockValue {
  if (x.flat && node.columns(x) !== 1) throw node.unsupported("adds an axis");
  return { ...x, flat: false };
}
