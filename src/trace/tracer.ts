import type { NestedInput, Shape, Tensor } from "../base/tensor.js";
import type { Attributes } from "../graph/node.js";
import type { IndexItem } from "../op-spec/index-expression.js";
import type { Encryption, EncryptionOf, EncryptionOfAll, JoinedEncryption } from "./encryption.js";
import { dynamicIndex, type IndexPart, indexAttributes } from "./index-parts.js";
import { type NumberTypeName, typeAttribute } from "./number-types.js";
import { recordNode } from "./record-node.js";
import { noValue, TracedValue } from "./traced-value.js";

/** What an operand may be: a traced value, or clear integers. */
export type Operand = Tracer | NestedInput | ArrayLike<number> | Tensor;

declare const encryptionBrand: unique symbol;

/**
 * Stands for a value while a function is traced: its methods record nodes. It has a shape but no value, so it cannot steer
 * an `if`, index an array or be printed. `Tracer<"encrypted">` and `Tracer<"clear">` say what the server sees of it: what is computed
 * from clear values is clear, anything with an encrypted operand encrypted. `Tracer` alone may be either.
 */
export class Tracer<E extends Encryption = Encryption> extends TracedValue {
  /** Never set: it carries the type. */
  declare readonly [encryptionBrand]?: E;

  /** `this + other`, element by element. */
  add<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("add", [this, other]);
  }

  /** `this - other`, element by element. */
  sub<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("subtract", [this, other]);
  }

  /** `this * other`, element by element. */
  mul<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("multiply", [this, other]);
  }

  /** `-this`. */
  neg(): Tracer<E> {
    return record("negative", [this]);
  }

  /** Matrix product `this @ other` with NumPy's rules. */
  matmul<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("matmul", [this, other]);
  }

  /** NumPy's dot product. */
  dot<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("dot", [this, other]);
  }

  /** The value itself. */
  pos(): Tracer<E> {
    return record("positive", [this]);
  }

  /** Sum over `axis` (one, several, or all). `keepdims` leaves summed axes with length 1. */
  sum(axis?: number | readonly number[], keepdims = false): Tracer<E> {
    return record("sum", [this], overAxes(axis, keepdims));
  }

  /** Largest element over `axis` (one, several, or all): look-ups in pairs. */
  max(axis?: number | readonly number[], keepdims = false): Tracer<E> {
    return record("max", [this], overAxes(axis, keepdims));
  }

  /** Smallest element over `axis`. */
  min(axis?: number | readonly number[], keepdims = false): Tracer<E> {
    return record("min", [this], overAxes(axis, keepdims));
  }

  /** The elements, row-major, in another shape: `reshape(2, -1)` or `reshape([2, -1])`; one length may be -1. */
  reshape(...shape: readonly number[] | readonly [Shape]): Tracer<E> {
    return record("reshape", [this], { newshape: shape.flat() });
  }

  /** All elements along one axis. */
  flatten(): Tracer<E> {
    return this.reshape(this.size);
  }

  /** Axis `i` of the result is axis `axes[i]`; all axes reversed by default. */
  transpose(axes?: readonly number[]): Tracer<E> {
    return record("transpose", [this], axes === undefined ? {} : { axes });
  }

  /** All axes reversed. */
  get T(): Tracer<E> {
    return this.transpose();
  }

  /** Without the axes of length 1: those named, or all. */
  squeeze(axis?: number | readonly number[]): Tracer<E> {
    return record("squeeze", [this], axis === undefined ? {} : { axis });
  }

  /**
   * `this[index]` by NumPy's rules, one entry an axis: integers (negative ones count from the end), `fhe.slice(0, 3)`,
   * arrays of integers, `fhe.ellipsis`, `fhe.newAxis`. Also traced integers, clear or encrypted: positions that are known only
   * at run time; each position that one may take costs a look-up or more. Errors: `out-of-range`, `bad-argument`.
   */
  at<I extends readonly (IndexPart | Tracer)[]>(
    ...index: I
  ): Tracer<JoinedEncryption<E, EncryptionOfAll<I>>> {
    const { positions, attributes } = dynamicIndex(index, "at");
    const name = positions.length === 0 ? "index_static" : "index_dynamic";
    return record(name, [this, ...positions], attributes);
  }

  /**
   * A value with the elements at `index` (one entry, or an array of entries as in `at`) replaced by `value`, which may
   * stretch over them; `this` does not change. Entries may be traced scalars, as in `at`.
   */
  set<
    const I extends number | IndexItem | Tracer | readonly (IndexPart | Tracer)[],
    V extends Operand,
  >(
    index: I,
    value: V,
  ): Tracer<
    JoinedEncryption<
      JoinedEncryption<E, EncryptionOf<V>>,
      I extends readonly unknown[] ? EncryptionOfAll<I> : EncryptionOf<I>
    >
  > {
    const { positions, attributes } = dynamicIndex(isOneIndex(index) ? [index] : index, "set");
    const name = positions.length === 0 ? "assign_static" : "assign_dynamic";
    return record(name, [this, ...positions, value], attributes);
  }

  /** `floor(this / other)`. */
  floorDivide<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("floor_divide", [this, other]);
  }

  /** `this / other`, floating-point. */
  div<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("divide", [this, other]);
  }

  /** Remainder of the division by `other`, with the sign of `other`. */
  mod<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("remainder", [this, other]);
  }

  /** `this` to the power of `other`. */
  pow<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("power", [this, other]);
  }

  /** `this` times 2 to the power of `bits`. */
  leftShift<O extends Operand>(bits: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("left_shift", [this, bits]);
  }

  /** `floor(this / 2^bits)`. */
  rightShift<O extends Operand>(bits: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("right_shift", [this, bits]);
  }

  /** Bits that both have, in two's complement. */
  and<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("bitwise_and", [this, other]);
  }

  /** Bits that one of them has. */
  or<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("bitwise_or", [this, other]);
  }

  /** Bits that just one of them has. */
  xor<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("bitwise_xor", [this, other]);
  }

  /** All bits changed: `-this - 1`. */
  invert(): Tracer<E> {
    return record("invert", [this]);
  }

  /** 1 where `this` equals `other`, else 0. */
  equal<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("equal", [this, other]);
  }

  /** 1 where `this` differs from `other`, else 0. */
  notEqual<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("not_equal", [this, other]);
  }

  /** 1 where `this < other`, else 0. */
  less<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("less", [this, other]);
  }

  /** 1 where `this <= other`, else 0. */
  lessEqual<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("less_equal", [this, other]);
  }

  /** 1 where `this > other`, else 0. */
  greater<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("greater", [this, other]);
  }

  /** 1 where `this >= other`, else 0. */
  greaterEqual<O extends Operand>(other: O): Tracer<JoinedEncryption<E, EncryptionOf<O>>> {
    return record("greater_equal", [this, other]);
  }

  /** Absolute value. */
  abs(): Tracer<E> {
    return record("absolute", [this]);
  }

  /** Elements limited to the range from `low` to `high`. */
  clip<L extends Operand, H extends Operand>(
    low: L,
    high: H,
  ): Tracer<JoinedEncryption<E, EncryptionOfAll<[L, H]>>> {
    return record("clip", [this, low, high]);
  }

  /** To the nearest multiple of 10^-decimals, ties to even. */
  round(decimals = 0): Tracer<E> {
    return record("around", [this], { decimals });
  }

  /**
   * As numbers of another type, by NumPy's names. Integers: rounded towards zero; 8, 16 and 32 bits wrap around, `"bool"` is 1 where it is not 0.
   * `"float32"` rounds to that type here; what follows is computed in double precision. Error `bad-argument` for other types.
   */
  astype(type: NumberTypeName): Tracer<E> {
    return record("astype", [this], { dtype: typeAttribute(type) });
  }

  /** The elements along the first axis, as in NumPy: `for (const row of x)`, `const [a, b] = x`. A scalar has none. */
  *[Symbol.iterator](): Generator<Tracer<E>, void, undefined> {
    const [length] = this.shape;
    if (length === undefined) throw noValue();
    for (let i = 0; i < length; i++)
      yield record("index_static", [this], indexAttributes([i], "at"));
  }
}

/**
 * Records operation `name` on operands of which at least one is traced; the others become constants. The caller's type says whether
 * the result is encrypted.
 * Errors: those of `recordNode`.
 */
export function record<E extends Encryption = Encryption>(
  name: string,
  operands: readonly Operand[],
  attributes: Attributes = {},
): Tracer<E> {
  const { builder, node } = recordNode(name, operands, attributes);
  return new Tracer(builder, node);
}

function isOneIndex(
  index: number | IndexItem | Tracer | readonly (IndexPart | Tracer)[],
): index is number | IndexItem | Tracer {
  return !Array.isArray(index);
}

function overAxes(axis: number | readonly number[] | undefined, keepdims: boolean): Attributes {
  const over = axis === undefined ? {} : { axis };
  return keepdims ? { ...over, keepdims } : over;
}
