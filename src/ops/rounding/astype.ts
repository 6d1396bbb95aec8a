import { VelumError } from "../../base/error.js";
import type { Attributes } from "../../graph/node.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import type { OpSpec } from "../../op-spec/spec.js";

/** A type of numbers: what becomes of one, and whether it is floating-point. */
interface NumberType {
  readonly float: boolean;
  readonly convert: (value: number) => number;
  /** Larger numbers stay larger. */
  readonly monotone: boolean;
}

/** By the names that NumPy prints. */
const types: ReadonlyMap<string, NumberType> = new Map<string, NumberType>([
  ["int_", { float: false, convert: (value) => Math.trunc(value) + 0, monotone: true }],
  ["intc", wrapped(32, true)],
  ["short", wrapped(16, true)],
  ["byte", wrapped(8, true)],
  ["uintc", wrapped(32, false)],
  ["ushort", wrapped(16, false)],
  ["ubyte", wrapped(8, false)],
  [
    "<class 'numpy.bool_'>",
    { float: false, convert: (value) => (value === 0 ? 0 : 1), monotone: false },
  ],
  ["float32", { float: true, convert: Math.fround, monotone: true }],
  ["float64", { float: true, convert: (value) => value, monotone: true }],
]);

/** Towards zero, and what does not fit comes round as in two's complement. */
function wrapped(bits: number, signed: boolean): NumberType {
  const size = 2 ** bits;
  const least = signed ? -size / 2 : 0;
  const convert = (value: number): number => {
    const whole = Math.trunc(value) - least;
    return whole - Math.floor(whole / size) * size + least;
  };
  return { float: false, convert, monotone: false };
}

function readType(attributes: Attributes, path: string): NumberType {
  const { dtype } = attributes;
  const found = typeof dtype === "string" ? types.get(dtype) : undefined;
  if (found !== undefined) return found;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `there is no type ${String(dtype)} here`,
    cure: 'Use "int64", "float64" or another type that astype names',
  });
}

/** NumPy's `astype`. Numbers in float32 are rounded to it where they become float32; what follows is computed in float64. */
export function astypeOp(): OpSpec {
  const common = { name: "astype", doc: "Elements as numbers of another type.", operands: 1 };
  const read = readType;
  const convert = ({ convert: own }: NumberType) => {
    return (a = 0): number => own(a);
  };
  const toFloat = defineElementwise({ ...common, read, integers: convert, result: "float" });
  const toInteger = defineElementwise({ ...common, read, integers: convert, result: "integer" });
  const rising = defineElementwise({
    ...common,
    ...{ read, integers: convert, result: "integer", monotone: true },
  });
  const specOf = (attributes: Attributes): OpSpec => {
    const { float, monotone } = readType(attributes, common.name);
    if (float) return toFloat;
    return monotone ? rising : toInteger;
  };
  return {
    ...toInteger,
    float: (attributes) => readType(attributes, common.name).float,
    range: (attributes, operands, path) => specOf(attributes).range(attributes, operands, path),
    kernel: (attributes, shapes, float, path) =>
      specOf(attributes).kernel(attributes, shapes, float, path),
    evaluate: (attributes, operands, path) =>
      specOf(attributes).evaluate(attributes, operands, path),
    evaluateFloat: (attributes, operands, path) =>
      specOf(attributes).evaluateFloat(attributes, operands, path),
  };
}
