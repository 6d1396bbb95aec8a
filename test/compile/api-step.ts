import { fhe } from "../../src/index.js";
import type { IndexPart } from "../../src/trace/index-parts.js";
import { type Operand, Tracer } from "../../src/trace/tracer.js";
import { type Step, tableOf } from "./step.js";

type Call = (operands: readonly Operand[], step: Step) => Tracer;

/** NumPy's names whose names here are not the same in camel case. */
const renamed: Readonly<Record<string, string>> = { absolute: "abs", amax: "max", amin: "min" };

/** Calls whose attributes or operands take another form than in a step. */
const calls: Readonly<Record<string, Call>> = {
  tlu: ([x], step) => fhe.lookup(tableOf(step), traced(x)),
  astype: ([x]) => traced(x).astype("int64"),
  sum: ([x], { with: own }) => traced(x).sum(numbers(own?.["axis"]), own?.["keepdims"] === true),
  amax: ([x], { with: own }) =>
    fhe.max(traced(x), numbers(own?.["axis"]), own?.["keepdims"] === true),
  amin: ([x], { with: own }) =>
    fhe.min(traced(x), numbers(own?.["axis"]), own?.["keepdims"] === true),
  maxpool: ([x], { with: own }) => fhe.maxPool(traced(x), list(own?.["kernel_shape"])),
  reshape: ([x], { with: own }) => fhe.reshape(traced(x), list(own?.["newshape"])),
  transpose: ([x], { with: own }) =>
    own === undefined ? traced(x).T : traced(x).transpose(list(own["axes"])),
  squeeze: ([x], { with: own }) => fhe.squeeze(traced(x), numbers(own?.["axis"])),
  expand_dims: ([x], { with: own }) => fhe.expandDims(traced(x), Number(own?.["axis"])),
  broadcast_to: ([x], { with: own }) => fhe.broadcastTo(traced(x), list(own?.["shape"])),
  concatenate: (operands, { with: own }) => fhe.concatenate(operands, Number(own?.["axis"])),
  zeros: (_, { with: own }) => fhe.zeros(list(own?.["shape"])),
  ones: (_, { with: own }) => fhe.ones(list(own?.["shape"])),
  constant: ([value]) => {
    if (value === undefined || value instanceof Tracer) throw new Error("a constant is clear");
    return fhe.constant(value);
  },
  array: (operands, { with: own }) => {
    const [rows = 0, columns] = list(own?.["shape"]);
    if (columns === undefined) return fhe.array(operands.map(scalar));
    const row = (i: number) => operands.slice(i * columns, (i + 1) * columns).map(scalar);
    return fhe.array(Array.from({ length: rows }, (_, i) => row(i)));
  },
  index_static: ([x], { with: own }) => traced(x).at(...parts(own?.["index"])),
  assign_static: ([x, value = 0], { with: own }) => traced(x).set(parts(own?.["index"]), value),
  conv2d: ([x = 0, weight = 0, bias = null], { with: own }) => {
    const { pads, strides, dilations, group } = own ?? {};
    return fhe.conv(x, weight, bias, {
      pads: list(pads),
      strides: list(strides),
      dilations: list(dilations),
      group: Number(group),
    });
  },
  identity: ([x], { with: own }) => (own ? fhe.refresh : fhe.identity)(traced(x)),
  extract_bit_pattern: ([x], { with: own }) => {
    const bits = own?.["bits"];
    if (typeof bits === "number") return fhe.bits(traced(x)).at(bits);
    const [start = null, stop = null, step = null] = sliceParts(bits);
    return fhe.bits(traced(x)).slice(start, stop, step);
  },
  round_bit_pattern: ([x], { with: own }) =>
    fhe.roundBitPattern(traced(x), Number(own?.["lsbs_to_remove"])),
  truncate_bit_pattern: ([x], { with: own }) =>
    fhe.truncateBitPattern(traced(x), Number(own?.["lsbs_to_remove"])),
  hint: ([x], { with: own }) => fhe.hint(traced(x), Number(own?.["bits"])),
  clip: ([x = 0, low = 0, high = 0]) => fhe.clip(x, low, high),
  where: ([condition = 0, a = 0, b = 0]) => fhe.where(condition, a, b),
  univariate: ([x], step) => fhe.univariate(polynomial(step))(traced(x)),
  multivariate: (operands, step) => fhe.multivariate(polynomial(step))(...operands),
};

/** The step by what `import { fhe } from "velum"` offers. */
export function apiStep(step: Step, operands: readonly Operand[]): Tracer {
  const call = calls[step.op];
  if (call !== undefined) return call(operands, step);
  const name = renamed[step.op] ?? step.op.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const found = Object.entries(fhe).find(([own]) => own === name)?.[1];
  if (typeof found !== "function") throw new Error(`no function ${name}`);
  const result: unknown = Reflect.apply(found, fhe, operands);
  if (!(result instanceof Tracer)) throw new Error(`${name} gave no traced value`);
  return result;
}

/** `modulo`: the square of a weighted sum modulo a number, minus another one. */
function polynomial({ modulo }: Step): (...values: number[]) => number {
  const [weights = [], modulus = 1, shift = 0] = modulo ?? [];
  const polynomial_of = (...values: number[]): number => {
    const total = weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0);
    return ((((total * total) % modulus) + modulus) % modulus) - shift;
  };
  return polynomial_of;
}

function traced(operand: Operand | undefined): Tracer {
  if (operand instanceof Tracer) return operand;
  throw new Error("a traced operand is needed");
}

function scalar(operand: Operand): Tracer | number {
  if (operand instanceof Tracer || typeof operand === "number") return operand;
  throw new Error("a scalar is needed");
}

function list(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function numbers(value: unknown): number | number[] | undefined {
  return typeof value === "number" ? value : Array.isArray(value) ? list(value) : undefined;
}

function sliceParts(value: unknown): (number | null)[] {
  if (!Array.isArray(value)) throw new Error("no slice");
  return value.map((part) => (typeof part === "number" ? part : null));
}

function parts(index: unknown): IndexPart[] {
  if (!Array.isArray(index)) throw new Error("no index");
  return index.map((part) => {
    if (typeof part === "number") return part;
    const [start = null, stop = null, step = null] = sliceParts(part);
    return fhe.slice(start, stop, step);
  });
}
