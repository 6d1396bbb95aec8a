import type { Shape, Tensor } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { broadcastShapes } from "../broadcast.js";
import { applyElements, type ElementFunction } from "../elementwise.js";
import { exact } from "../exact.js";
import { elementwiseKernel } from "../kernel.js";
import { wrongCount } from "../operands.js";
import {
  defineOp,
  type GuessedType,
  type OpSpec,
  type PairForm,
  type RoundingForm,
} from "../spec.js";
import { type NoValue, withReason } from "./elementwise-failure.js";
import { emitTabulated } from "./elementwise-mlir.js";
import { elementwiseRange } from "./elementwise-range.js";

/** An operation whose result elements each depend on one element of every operand, with broadcasting. */
export interface ElementwiseDefinition<A> {
  readonly name: string;
  readonly doc: string;
  readonly operands: number | "any";
  readonly read: (attributes: Attributes, path: string) => A;
  readonly text?: (attributes: A, operands: number) => string;
  /** The function on integers. NaN where it has no value, e.g. an integer to a negative power. */
  readonly integers: (attributes: A) => ElementFunction;
  /** The function on floating-point numbers; absent if it is the same. */
  readonly floats?: (attributes: A) => ElementFunction;
  /** Whether results are floating-point numbers; absent: if an operand is. */
  readonly result?: "integer" | "float";
  /** For fixed other operands the function rises or falls in each operand, so that extremes lie in corners; or it only tells equal operands from others. */
  readonly monotone?: boolean | "but where equal";
  readonly pair?: PairForm;
  /** Which rounding it is; absent for everything else. */
  readonly rounding?: (attributes: A) => RoundingForm;
  readonly guessedType?: GuessedType;
  readonly integerOperands?: boolean;
  /** Why there may be no result; absent: operands that are no numbers. */
  readonly noValue?: NoValue;
}

export function defineElementwise<A>(definition: ElementwiseDefinition<A>): OpSpec {
  const { name, integers, floats = integers } = definition;
  const compute = (
    attributes: A,
    operands: readonly Tensor[],
    path: string,
    float: boolean,
  ): Tensor => {
    const shape = elementwiseShape(
      operands.map((operand) => operand.shape),
      path,
    );
    const fn = (float ? floats : integers)(attributes);
    const keeps = definition.result === "float" || (float && definition.result === undefined);
    return withReason(definition.noValue, path, () => {
      const result = applyElements(fn, operands, shape);
      return keeps ? result : { shape, data: result.data.map((value) => exact(value, path)) };
    });
  };
  return defineOp<A>({
    name,
    doc: definition.doc,
    operands: definition.operands,
    read: definition.read,
    ...(definition.text === undefined ? {} : { text: definition.text }),
    shape: (_, shapes, path) => elementwiseShape(shapes, path),
    evaluate: (attributes, operands, path) => compute(attributes, operands, path, false),
    evaluateFloat: (attributes, operands, path) => compute(attributes, operands, path, true),
    kernel: (attributes, shapes, float, path) => {
      const keeps = definition.result === "float" || (float && definition.result === undefined);
      const fn = (float ? floats : integers)(attributes);
      const kernel = elementwiseKernel(fn, shapes, !keeps, path);
      const { noValue } = definition;
      if (noValue === undefined) return kernel;
      return (operands, out) => withReason(noValue, path, () => kernel(operands, out));
    },
    range: (attributes, operands, path) =>
      elementwiseRange(
        (values) => compute(attributes, values, path, false),
        operands,
        definition.monotone ?? false,
        path,
      ),
    widths: () => ({ equal: "nothing", spareBits: 0 }),
    mlir: (attributes, call, emitter) =>
      emitTabulated((operands) => compute(attributes, operands, call.path, false), call, emitter),
    elementwise: true,
    tabulated: true,
    float: (_, operands) =>
      definition.result === undefined
        ? operands.some((float) => float)
        : definition.result === "float",
    ...(definition.integerOperands === undefined
      ? {}
      : { integerOperands: definition.integerOperands }),
    ...(definition.guessedType === undefined ? {} : { guessedType: definition.guessedType }),
    ...(definition.pair === undefined ? {} : { pair: definition.pair }),
    ...(definition.rounding === undefined ? {} : { rounding: definition.rounding }),
  });
}

function elementwiseShape(shapes: readonly Shape[], path: string): Shape {
  const [first, ...rest] = shapes;
  if (first === undefined) throw wrongCount(0, 1, path);
  return rest.reduce((a, b) => broadcastShapes(a, b, path), first);
}
