import type { PairFunction } from "../../steps/steps.js";
import type { OnnxTensor } from "../file/tensor.js";
import type { BlockValue, NodeReader, PolynomialValue } from "../node.js";

/**
 * Rows reshaped to `[rows, 1, columns]`, to meet constants `[1, classes, columns]`: how skl2onnx writes the squared distances of
 * Gaussian naive Bayes. Undefined for another shape.
 */
export function polynomialsOf(
  node: NodeReader,
  of: BlockValue,
  shape: readonly number[],
): PolynomialValue | undefined {
  const columns = node.columns(of);
  const [rows, groups, width] = shape;
  if (shape.length !== 3 || of.flat || of.type === "text" || groups !== 1) return undefined;
  if ((rows !== -1 && rows !== 0) || (width !== columns && (width !== -1 || rows === -1)))
    return undefined;
  const zeros = new Float64Array(columns);
  return {
    kind: "polynomials",
    of,
    groups: 1,
    square: zeros,
    slope: zeros.map(() => 1),
    offset: zeros,
  };
}

/** A polynomial with a constant added, subtracted, multiplied or divided, or squared. Error `unsupported-op` for anything else. */
export function polynomialPair(node: NodeReader, name: PairFunction): PolynomialValue {
  const [left, right] = [node.input(0), node.input(1)];
  if (node.inputCount !== 2) throw node.unsupported("has more than two inputs");
  const [cube, other] = left.kind === "polynomials" ? [left, right] : [right, left];
  if (cube.kind !== "polynomials" || other.kind !== "tensor")
    throw node.unsupported("has something else than a constant beside one matrix a row");
  const { tensor } = other;
  const groups = Math.max(cube.groups, groupsOf(node, tensor, cube));
  const { square, slope, offset } = spread(cube, groups);
  const at = constantAt(tensor, groups, square.length / groups);
  const first = left.kind === "polynomials";
  const made = (
    a: (k: number) => number,
    b: (k: number) => number,
    c: (k: number) => number,
  ): PolynomialValue => ({
    ...cube,
    groups,
    square: square.map((_, k) => a(k)),
    slope: square.map((_, k) => b(k)),
    offset: square.map((_, k) => c(k)),
  });
  const a = (k: number): number => square[k] ?? 0;
  const b = (k: number): number => slope[k] ?? 0;
  const c = (k: number): number => offset[k] ?? 0;
  if (name === "add") return made(a, b, (k) => c(k) + at(k));
  if (name === "subtract" && first) return made(a, b, (k) => c(k) - at(k));
  if (name === "subtract")
    return made(
      (k) => -a(k),
      (k) => -b(k),
      (k) => at(k) - c(k),
    );
  if (name === "multiply" || (name === "divide" && first)) {
    const factor = (k: number): number => (name === "multiply" ? at(k) : 1 / at(k));
    return made(
      (k) => a(k) * factor(k),
      (k) => b(k) * factor(k),
      (k) => c(k) * factor(k),
    );
  }
  const squares = name === "power" && first && tensor.data.every((x) => x === 2);
  if (!squares || square.some((x) => x !== 0))
    throw node.unsupported("makes something else than squares of differences");
  return made(
    (k) => b(k) ** 2,
    (k) => 2 * b(k) * c(k),
    (k) => c(k) ** 2,
  );
}

type Of = (k: number) => number;

/**
 * The sum over columns, `[rows, groups]`: a linear model on the columns and their squares. Columns are first moved by a number each, the
 * mean of the places where the groups' polynomials turn, since squares of numbers far from 0 would leave few digits to what differs.
 */
export function sumOfPolynomials(
  node: NodeReader,
  value: PolynomialValue,
  axes: readonly number[],
): BlockValue {
  const { of, groups, square, slope, offset } = value;
  const [axis] = axes;
  if (axes.length !== 1 || (axis !== 2 && axis !== -1) || node.integer("keepdims", 1) !== 0)
    throw node.unsupported("sums one matrix a row along something else than its columns");
  const { list } = node;
  const columns = node.columns(of);
  const centres = Float64Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let g = 0; g < groups; g++) {
      const turn = -(slope[g * columns + j] ?? 0) / (2 * (square[g * columns + j] ?? 0));
      sum += Number.isFinite(turn) ? turn / groups : 0;
    }
    return sum;
  });
  const coef = new Float64Array(groups * 2 * columns);
  const intercept = new Float64Array(groups);
  for (let g = 0; g < groups; g++)
    for (let j = 0; j < columns; j++) {
      const [k, m] = [g * columns + j, centres[j] ?? 0];
      const [a, b, c] = [square[k] ?? 0, slope[k] ?? 0, offset[k] ?? 0];
      coef[g * 2 * columns + j] = b + 2 * a * m;
      coef[g * 2 * columns + columns + j] = a;
      intercept[g] = (intercept[g] ?? 0) + (a * m + b) * m + c;
    }
  const moved = list.pairStep("subtract", of.block, list.constant(centres), "float64");
  const squares = list.pair("multiply", moved, moved, "float64");
  return node.result(list.linear(list.joined(moved, squares), coef, intercept), of.type);
}

/** Number of groups of a constant `[1, groups, columns]` or less. */
function groupsOf(node: NodeReader, { dims, data }: OnnxTensor, cube: PolynomialValue): number {
  const columns = node.columns(cube.of);
  const [width = 1, groups = 1, rows = 1] = [...dims].reverse();
  const fits =
    dims.length <= 3 &&
    rows === 1 &&
    (width === 1 || width === columns) &&
    (groups === 1 || cube.groups === 1 || groups === cube.groups) &&
    data.length === groups * width &&
    groups * columns <= 2 ** 20;
  if (fits) return groups;
  throw node.unsupported(`a constant has the shape (${dims.join(", ")})`);
}

/** The entry of a constant for each group and column. */
function constantAt({ dims, data }: OnnxTensor, groups: number, columns: number): Of {
  const width = dims.at(-1) ?? 1;
  const own = data.length / width;
  return (k) => {
    const [group, column] = [Math.floor(k / columns), k % columns];
    return data[(own === groups ? group : 0) * width + (width === 1 ? 0 : column)] ?? 0;
  };
}

/** Coefficients with one row a group. */
function spread(value: PolynomialValue, groups: number): PolynomialValue {
  if (value.groups === groups) return value;
  const all = (list: Float64Array): Float64Array =>
    Float64Array.from({ length: groups * list.length }, (_, k) => list[k % list.length] ?? 0);
  const { square, slope, offset } = value;
  return { ...value, groups, square: all(square), slope: all(slope), offset: all(offset) };
}
