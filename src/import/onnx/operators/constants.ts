import {
  type ElementFunction,
  elementFunctions,
  type PairFunction,
  pairFunctions,
} from "../../steps/steps.js";
import type { OnnxTensor } from "../file/tensor.js";
import type { NodeReader } from "../node.js";

/** The most numbers that one operation on constants may make: bounds what a small hostile file can allocate. */
const mostNumbers = 2 ** 22;

/** A function of every number of a constant, in the constant's precision. */
export function constantElement(
  node: NodeReader,
  name: ElementFunction,
  tensor: OnnxTensor,
): OnnxTensor {
  const round = roundingOf(node, tensor);
  const apply = elementFunctions[name];
  return { ...tensor, data: tensor.data.map((x) => round(apply(x))) };
}

/** A function of two constants, broadcast against each other as in NumPy. Errors: `file-corrupt` (shapes), `unsupported-op` (size). */
export function constantPair(
  node: NodeReader,
  name: PairFunction,
  left: OnnxTensor,
  right: OnnxTensor,
): OnnxTensor {
  const rank = Math.max(left.dims.length, right.dims.length);
  const padded = ({ dims }: OnnxTensor): number[] => [
    ...new Array<number>(rank - dims.length).fill(1),
    ...dims,
  ];
  const [a, b] = [padded(left), padded(right)];
  const dims = a.map((length, axis) => (length === 1 ? (b[axis] ?? 1) : length));
  if (dims.some((length, axis) => (b[axis] ?? 1) !== 1 && b[axis] !== length))
    throw node.corrupt(`constants of the shapes (${a.join(", ")}) and (${b.join(", ")}) meet`);
  const size = dims.reduce((product, length) => product * length, 1);
  if (size > mostNumbers) throw node.unsupported(`makes a constant of ${size} numbers`);
  const [stepsA, stepsB] = [stridesOf(a), stridesOf(b)];
  const round = roundingOf(node, left);
  roundingOf(node, right);
  const apply = pairFunctions[name];
  const data = new Float64Array(size);
  for (let index = 0; index < size; index++) {
    let [rest, atA, atB] = [index, 0, 0];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const length = dims[axis] ?? 1;
      const place = rest % length;
      rest = (rest - place) / length;
      atA += place * (stepsA[axis] ?? 0);
      atB += place * (stepsB[axis] ?? 0);
    }
    data[index] = round(apply(left.data[atA] ?? 0, right.data[atB] ?? 0));
  }
  return { ...left, name: "", dims, data };
}

/** The sum of a constant along one axis, or of all of it. Error `unsupported-op` for more axes. */
export function constantSum(
  node: NodeReader,
  tensor: OnnxTensor,
  axes: readonly number[],
): OnnxTensor {
  const { dims, data } = tensor;
  if (axes.length === 0) {
    const whole = roundingOf(node, tensor)(data.reduce((sum, x) => sum + x, 0));
    const kept = node.integer("keepdims", 1) === 0 ? [] : dims.map(() => 1);
    return { ...tensor, name: "", dims: kept, data: Float64Array.of(whole) };
  }
  const [given = 0] = axes;
  const axis = given < 0 ? given + dims.length : given;
  const length = dims[axis];
  if (axes.length !== 1 || length === undefined)
    throw node.unsupported(`sums a constant along the axes ${axes.join(", ")}`);
  const round = roundingOf(node, tensor);
  const inner = dims.slice(axis + 1).reduce((product, n) => product * n, 1);
  const sums = new Float64Array(length === 0 ? 0 : data.length / length);
  data.forEach((x, index) => {
    const at = Math.floor(index / (inner * length)) * inner + (index % inner);
    sums[at] = (sums[at] ?? 0) + x;
  });
  const kept = node.integer("keepdims", 1) === 0 ? [] : [1];
  const left = [...dims.slice(0, axis), ...kept, ...dims.slice(axis + 1)];
  return { ...tensor, name: "", dims: left, data: sums.map(round) };
}

/** Constants joined along their first axis. Errors: `unsupported-op` (another axis of more than one). */
export function constantRows(node: NodeReader, axis: number): OnnxTensor {
  const tensors = node.inputs.map((_, k) => node.tensor(k));
  const [first] = tensors;
  if (first === undefined) throw node.corrupt("joins nothing");
  const rank = first.dims.length;
  const along = axis < 0 ? axis + rank : axis;
  const tail = first.dims.slice(1).join();
  const alike = tensors.every(({ dims }) => dims.length === rank && dims.slice(1).join() === tail);
  if (along !== 0 || rank === 0 || !alike) throw node.unsupported("joins constants side by side");
  const length = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
  const data = Float64Array.from(tensors.flatMap((tensor) => [...tensor.data]));
  const texts = tensors.flatMap((tensor) => [...tensor.texts]);
  return { ...first, name: "", dims: [length, ...first.dims.slice(1)], data, texts };
}

/** Entries of a list of constants at constant places. Error `unsupported-op` for a matrix. */
export function constantEntries(node: NodeReader): OnnxTensor {
  const [table, places] = [node.tensor(0), node.tensor(1)];
  const { dims, data, texts } = table;
  if (dims.length !== 1 || texts.length > 0) throw node.unsupported("picks from a constant matrix");
  const picked = places.data.map((place) => {
    const entry = data[place < 0 ? place + data.length : place];
    if (entry === undefined) throw node.corrupt(`asks for entry ${place} of ${data.length}`);
    return entry;
  });
  return { ...table, name: "", dims: places.dims, data: picked };
}

/** A constant matrix with rows and columns exchanged. */
export function transposedTensor(node: NodeReader, tensor: OnnxTensor): OnnxTensor {
  const { dims, data } = tensor;
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2 || data.length === 0) throw node.unsupported("turns what is no matrix");
  const turned = data.map(
    (_, index) => data[(index % rows) * columns + Math.floor(index / rows)] ?? 0,
  );
  return { ...tensor, name: "", dims: [columns, rows], data: turned };
}

/** Distances of neighbours along each axis; 0 where one entry stands for all. */
function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(0);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const length = dims[axis] ?? 1;
    strides[axis] = length === 1 ? 0 : step;
    step *= length;
  }
  return strides;
}

function roundingOf(node: NodeReader, { type, texts }: OnnxTensor): (x: number) => number {
  if (texts.length > 0) throw node.unsupported("computes with texts");
  if (type === "float32") return Math.fround;
  if (type === "float64") return (x) => x;
  throw node.unsupported(`computes with constants of the type ${type}`);
}
