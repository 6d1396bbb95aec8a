import { VelumError } from "../base/error.js";
import { kindText } from "../base/tensor.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import type { AttributeValue, ScalarFunction } from "../graph/node.js";
import type { IndexItem } from "../op-spec/index-expression.js";
import { AutoRounder } from "./auto-rounder.js";
import { checkBits, traced } from "./check-arguments.js";
import type { Encryption, EncryptionOfAll } from "./encryption.js";
import { callPath } from "./origin.js";
import { type Operand, record, type Tracer } from "./tracer.js";

/** Numbers on which a function is tried to see whether its results are integers. */
const tried = Array.from({ length: 272 }, (_, i) => i - 16);

/**
 * `f` as a function of tensors, element by element: one look-up an element. If `f` gives a fraction for an integer from -16 to 255,
 * its results count as floating-point and must be made integers with `astype`. Errors: `bad-argument` where `f` is no function, or throws
 * for a value of the inputset; for other values it may throw.
 *
 *     const bucket = fhe.univariate((v) => (v < 10 ? 0 : v < 100 ? 1 : 2));
 *     bucket(x).add(1);
 */
export function univariate(
  f: (value: number) => number,
): <E extends Encryption>(x: Tracer<E>) => Tracer<E> {
  if (typeof f !== "function") throw noFunction(f, "univariate");
  const fraction = tried.some((value) => {
    const result = attempt(f, value);
    return result !== undefined && Number.isFinite(result) && !Number.isInteger(result);
  });
  return (x) => {
    const sampled = Array.from(traced(x, "univariate").node.sample.data, (value) =>
      attempt(f, value),
    );
    const float =
      fraction || sampled.some((value) => value !== undefined && !Number.isInteger(value));
    return record(float ? "float_univariate" : "univariate", [x], { function: f });
  };
}

/**
 * `f` as a function of several tensors, element by element with broadcasting: one look-up of all of them packed into one argument,
 * so their ranges together must be small. Results must be integers.
 */
export function multivariate(
  f: ScalarFunction,
): <O extends readonly Operand[]>(...operands: O) => Tracer<EncryptionOfAll<O>> {
  if (typeof f !== "function") throw noFunction(f, "multivariate");
  return (...operands) => record("multivariate", operands, { function: f });
}

/** Nothing where `f` throws: evaluation says so where the value is needed. */
function attempt(f: (value: number) => number, value: number): number | undefined {
  try {
    const result: unknown = f(value);
    // Truth values count as 0 and 1.
    return typeof result === "boolean" ? Number(result) : numberOrNothing(result);
  } catch {
    return undefined;
  }
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function noFunction(f: unknown, name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: `is given a ${f === null ? "null" : typeof f}, not a function`,
    cure: "Give a function of numbers, such as (v) => v * v",
  });
}

/** Elements of `a` where `condition` is not 0, of `b` elsewhere. */
export function where<C extends Operand, A extends Operand, B extends Operand>(
  condition: C,
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[C, A, B]>> {
  return record("where", [condition, a, b]);
}

/** Elements below `low` become `low`, above `high` they become `high`. */
export function clip<X extends Operand, L extends Operand, H extends Operand>(
  x: X,
  low: L,
  high: H,
): Tracer<EncryptionOfAll<[X, L, H]>> {
  return record("clip", [x, low, high]);
}

/** To the nearest integer, ties to even. */
export function round<E extends Encryption>(x: Tracer<E>): Tracer<E> {
  return record("round", [x]);
}

/** To the nearest multiple of 10^-decimals, ties to even. */
export function around<E extends Encryption>(x: Tracer<E>, decimals = 0): Tracer<E> {
  if (!Number.isSafeInteger(decimals)) throw noInteger(decimals, "around");
  return record("around", [x], { decimals });
}

/** The value itself. */
export function identity<E extends Encryption>(x: Tracer<E>): Tracer<E> {
  return record("identity", [x]);
}

/** The value itself through a look-up, which makes its noise small again. */
export function refresh<E extends Encryption>(x: Tracer<E>): Tracer<E> {
  return record("identity", [x], { force_noise_refresh: true });
}

/**
 * `x` itself, with a promise that its values may need `bits` bits: ranges and look-ups are made for all of them, even if the inputset
 * shows less. Errors: `bad-argument` unless `bits` is from 1 to 53.
 */
export function hint<E extends Encryption>(x: Tracer<E>, bits: number): Tracer<E> {
  checkBits(bits, "hint", "Give an integer from 1 to 53, or use hintValue");
  traced(x, "hint").builder.hint(x.node.id, bits);
  return x;
}

/** Like `hint` with the bits that `value` needs. */
export function hintValue<E extends Encryption>(x: Tracer<E>, value: number): Tracer<E> {
  if (!Number.isSafeInteger(value)) throw noInteger(value, "hintValue");
  return hint(x, minimalIntegerType(Math.min(value, 0), Math.max(value, 0)).bits);
}

function noInteger(value: unknown, name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath(name),
    problem: `its second argument is ${typeof value === "number" ? value : kindText(value)}, not a whole number`,
    cure: "Give a whole number",
  });
}

/** Bits of integers in two's complement, counted from the lowest. */
export interface Bits<E extends Encryption = Encryption> {
  /** One bit, 0 or 1; or those of `fhe.slice(start, stop, step)`, as `slice` gives them. */
  at(bit: number | IndexItem): Tracer<E>;
  /** Bits `start`, `start + step`, ... before `stop` as a new integer, the first one lowest; Python's slice. */
  slice(start: number | null, stop?: number | null, step?: number | null): Tracer<E>;
}

/** Access to the bits of `x`: `bits(x).at(0)` is 1 where `x` is odd. Errors of `at` and `slice`: `bad-argument`. */
export function bits<E extends Encryption>(x: Tracer<E>): Bits<E> {
  return {
    at: (bit) => record("extract_bit_pattern", [x], { bits: bitsAttribute(bit) }),
    slice: (start, stop = null, step = null) =>
      record("extract_bit_pattern", [x], { bits: [start, stop, step] }),
  };
}

function bitsAttribute(bit: number | IndexItem): AttributeValue {
  if (typeof bit === "number") return bit;
  if (typeof bit === "object" && bit !== null && "kind" in bit && bit.kind === "slice")
    return [bit.start, bit.stop, bit.step];
  throw new VelumError({
    code: "bad-argument",
    path: callPath("extract_bit_pattern"),
    problem: "is given no bit",
    cure: "Give the number of a bit, counted from 0, or fhe.slice(0, 3)",
  });
}

/**
 * Whether a rounding must be exact. An `approximate` one takes a single look-up of the bits that it keeps, together with the function
 * that follows; values near a tie may come out one step off (`roundingBand`, docs/wide-values.md). Simulation rounds exactly.
 */
export type Exactness = "exact" | "approximate";

/**
 * `x` rounded to the nearest multiple of 2^lsbsToRemove, ties upwards; an `AutoRounder` finds the number of bits on the inputset.
 * `exactness` is that of the compile option `roundingExactness` where it is null. `overflowProtection` is kept for programs written for
 * Concrete and changes nothing in the result.
 */
export function roundBitPattern<E extends Encryption>(
  x: Tracer<E>,
  lsbsToRemove: number | AutoRounder,
  overflowProtection = true,
  exactness: Exactness | null = null,
): Tracer<E> {
  const rest = { overflow_protection: overflowProtection, exactness };
  return record("round_bit_pattern", [x], { ...removed(lsbsToRemove), ...rest });
}

/** `x` with its lowest bits made 0. */
export function truncateBitPattern<E extends Encryption>(
  x: Tracer<E>,
  lsbsToRemove: number | AutoRounder,
): Tracer<E> {
  return record("truncate_bit_pattern", [x], removed(lsbsToRemove));
}

function removed(lsbs: number | AutoRounder): Readonly<Record<string, number>> {
  if (typeof lsbs === "number") return { lsbs_to_remove: lsbs };
  if (!(lsbs instanceof AutoRounder)) throw noInteger(lsbs, "roundBitPattern");
  return { lsbs_to_remove: 0, target_msbs: lsbs.targetMsbs, rounder: lsbs.id };
}
