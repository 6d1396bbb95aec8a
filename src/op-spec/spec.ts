import type { Shape, Tensor } from "../base/tensor.js";
import type { Attributes } from "../graph/node.js";
import type { AffineMap } from "../program/affine.js";
import type { Choice } from "./choice.js";
import type { Contraction } from "./contraction.js";
import type { ExtremumForm } from "./extremum-form.js";
import type { IntegerTrees } from "./integer-trees.js";
import type { Interval } from "./interval.js";
import type { Kernel } from "./kernel.js";
import type { MlirCall, MlirEmitter, MlirValue } from "./mlir-emitter.js";
import type { SumsOfProducts } from "./products.js";

/** What an operation's linear form is told of an operand: its clear value, or only the shape if it is encrypted. */
export type LinearOperand =
  | { readonly kind: "clear"; readonly value: Tensor }
  | { readonly kind: "encrypted"; readonly shape: Shape };

/** Which values must have equal widths in the compiled program. */
export interface WidthRule {
  readonly equal: "operands and result" | "first operand and result" | "operands" | "nothing";
  /** Bits that every operand needs beyond its measured width. */
  readonly spareBits: number;
}

/**
 * How an element-wise operation on two encrypted operands becomes sums and look-ups; where it names none, the operands are
 * packed into the argument of one look-up.
 */
export type PairForm =
  /** `f(x, y) = of(x - y)`. */
  | { readonly kind: "difference"; readonly of: (difference: number) => number }
  /** `f(x, y) = y + of(x - y)`. */
  | { readonly kind: "second plus difference"; readonly of: (difference: number) => number }
  /** Every bit of the result depends on the same bit of both (two's complement). */
  | { readonly kind: "bit by bit" }
  /** `x * y`, or sums of such products. */
  | { readonly kind: "product" }
  /** Truth values: every operand is first made 0 or 1. */
  | { readonly kind: "truth values" }
  /** `c != 0 ? x : y`. */
  | { readonly kind: "select" }
  /** Any function: the operands are packed as they are, also where they come from one value. */
  | { readonly kind: "packed" };

/** Rounding to multiples of 2^lsbs, ties upwards. */
export interface RoundingForm {
  readonly lsbs: number;
  /** Absent where the program leaves it open. */
  readonly exactness?: "exact" | "approximate";
}

/** A result computed element by element from one operand of the same shape. */
export interface LookupForm {
  /** Entries with Python's indexing: a negative index counts from the end. With `first`: entries from that index on. */
  readonly tables: readonly Tensor[];
  readonly first?: number;
  /** `[elements]` which table each element uses. */
  readonly tableOf: Int32Array;
  /** Entries belong to values 2^low apart, and nothing lies between them. Absent for 0. */
  readonly low?: number;
  /**
   * The table reads only `window` bits from bit `low` on, and one more, the highest: where that is one, the entry counts negative.
   * `addends` complete the results. Higher bits may be anything. Lower ones are zero, or else the entries of one value and the next may
   * both be read.
   */
  readonly window?: number;
  /** For each table what is added to its results; absent for 0. */
  readonly addends?: readonly number[];
  /**
   * Entries belong to blocks of 2^low values, the first block beginning at `first`, and the argument may be any value. Those of the
   * `inBand` values next to the border of two blocks, on either side of it, may get the entry of either block.
   */
  readonly inBand?: number;
}

/** The smallest type that holds those of all operands, or the type of the first one, also without its sign. */
export type GuessedType = "joined" | "first operand" | "first operand, unsigned";

/**
 * Everything Velum knows about one operation. Shared code asks these questions and never names an operation.
 * `A` holds the operation's attributes after reading them from a node.
 */
export interface OpDefinition<A> {
  readonly name: string;
  /** One line for the page of supported operations. */
  readonly doc: string;
  /** How many, or "any" for one and more (none where the result is encrypted by itself). */
  readonly operands: number | "any";
  /** The result is encrypted even if no operand is. */
  readonly encrypts?: boolean;
  /** Printed form with `{0}` for the first operand, see `OperationNode.text`; absent for `name(operands, attributes)`. */
  readonly text?: (attributes: A, operands: number) => string;
  /** Attributes of a node, checked. Errors: `bad-argument`. */
  readonly read: (attributes: Attributes, path: string) => A;
  /** Shape of the result. Errors: `bad-shape`. */
  readonly shape: (attributes: A, shapes: readonly Shape[], path: string) => Shape;
  /** The exact meaning. Errors: `out-of-range` where a result leaves the integers below 2^53. */
  readonly evaluate: (attributes: A, operands: readonly Tensor[], path: string) => Tensor;
  /** The meaning where an operand or the result is floating-point; absent if it is the same. */
  readonly evaluateFloat?: (attributes: A, operands: readonly Tensor[], path: string) => Tensor;
  /** The meaning made ready for operands of fixed shapes, `floats` as for `evaluateFloat`; absent if there is none faster. */
  readonly kernel?: (
    attributes: A,
    shapes: readonly Shape[],
    floats: boolean,
    path: string,
  ) => Kernel | undefined;
  /** Whether the result is floating-point, given which operands are; absent: if one is. */
  readonly float?: (attributes: A, operands: readonly boolean[]) => boolean;
  /** Which type the result counts as before ranges are measured; absent: what operands of ones give. Seen in printed fused parts alone. */
  readonly guessedType?: GuessedType;
  /** Floating-point operands are refused, as in NumPy. */
  readonly integerOperands?: boolean;
  /** Result elements depend on one element of every operand: may be part of a fused node. */
  readonly elementwise?: boolean;
  /** With one encrypted operand and constants it is a table look-up. */
  readonly tabulated?: boolean;
  /** What becomes of it where several operands are encrypted. */
  readonly pair?: PairForm;
  /** For products: which elements are multiplied and summed. */
  readonly contraction?: (a: Shape, b: Shape, path: string) => Contraction;
  /** The same for operations with attributes, and a third operand that is added along the second axis. */
  readonly products?: (attributes: A, shapes: readonly Shape[], path: string) => SumsOfProducts;
  /** For operations that pick elements by positions known only at run time: which ones. */
  readonly choice?: (attributes: A, shapes: readonly Shape[], path: string) => Choice;
  /** Sound bounds: the result lies in them whatever the operands are within theirs. */
  readonly range: (attributes: A, operands: readonly Interval[], path: string) => Interval;
  readonly widths: (encrypted: readonly boolean[]) => WidthRule;
  /** Text in the FHE and FHELinalg dialects. */
  readonly mlir: (attributes: A, call: MlirCall, emitter: MlirEmitter) => MlirValue;
  /**
   * The affine map from the encrypted operands, flattened and joined in order, to the flattened result;
   * undefined if the operation is not linear in them.
   */
  readonly affine?: (attributes: A, operands: readonly LinearOperand[]) => AffineMap | undefined;
  /** The operand without its high bits, in an encoding of fewer bits: linear on ciphertexts alone. Absent for everything else. */
  readonly dropsHighBits?: true;
  /** The result is the affine form divided by this; absent for 1. What the operands are made of must cancel it. */
  readonly divisor?: (attributes: A) => number;
  /** The tables that the operation amounts to; absent if it is not a look-up. */
  readonly lookup?: (attributes: A, shape: Shape) => LookupForm;
  /** Which elements the result is the largest or smallest of; absent for everything else. */
  readonly extremum?: (attributes: A, shape: Shape, path: string) => ExtremumForm;
  /** The decision trees whose sum it is; absent for everything else. */
  readonly trees?: (attributes: A) => IntegerTrees;
  /** Which rounding it is; absent for everything else. */
  readonly rounding?: (attributes: A) => RoundingForm;
}

/** An operation as shared code sees it: like `OpDefinition`, with attributes as they stand in the node. */
export interface OpSpec {
  readonly name: string;
  readonly doc: string;
  readonly operands: number | "any";
  readonly encrypts: boolean;
  text(attributes: Attributes, operands: number): string | undefined;
  shape(attributes: Attributes, shapes: readonly Shape[], path: string): Shape;
  evaluate(attributes: Attributes, operands: readonly Tensor[], path: string): Tensor;
  evaluateFloat(attributes: Attributes, operands: readonly Tensor[], path: string): Tensor;
  kernel(
    attributes: Attributes,
    shapes: readonly Shape[],
    floats: boolean,
    path: string,
  ): Kernel | undefined;
  float(attributes: Attributes, operands: readonly boolean[]): boolean;
  readonly guessedType: GuessedType | undefined;
  readonly integerOperands: boolean;
  readonly elementwise: boolean;
  readonly tabulated: boolean;
  readonly pair: PairForm | undefined;
  readonly contraction: ((a: Shape, b: Shape, path: string) => Contraction) | undefined;
  products(
    attributes: Attributes,
    shapes: readonly Shape[],
    path: string,
  ): SumsOfProducts | undefined;
  choice(attributes: Attributes, shapes: readonly Shape[], path: string): Choice | undefined;
  range(attributes: Attributes, operands: readonly Interval[], path: string): Interval;
  widths(encrypted: readonly boolean[]): WidthRule;
  mlir(attributes: Attributes, call: MlirCall, emitter: MlirEmitter): MlirValue;
  affine(attributes: Attributes, operands: readonly LinearOperand[]): AffineMap | undefined;
  readonly dropsHighBits: boolean;
  divisor(attributes: Attributes): number;
  lookup(attributes: Attributes, shape: Shape): LookupForm | undefined;
  extremum(attributes: Attributes, shape: Shape, path: string): ExtremumForm | undefined;
  trees(attributes: Attributes): IntegerTrees | undefined;
  rounding(attributes: Attributes): RoundingForm | undefined;
}

/** Joins a definition with its reader of attributes, which makes it fit beside all others without casts. */
export function defineOp<A>(definition: OpDefinition<A>): OpSpec {
  const { name, read } = definition;
  return {
    name,
    doc: definition.doc,
    operands: definition.operands,
    encrypts: definition.encrypts ?? false,
    text: (attributes, operands) => definition.text?.(read(attributes, name), operands),
    shape: (attributes, shapes, path) => definition.shape(read(attributes, path), shapes, path),
    evaluate: (attributes, operands, path) =>
      definition.evaluate(read(attributes, path), operands, path),
    evaluateFloat: (attributes, operands, path) =>
      (definition.evaluateFloat ?? definition.evaluate)(read(attributes, path), operands, path),
    kernel: (attributes, shapes, floats, path) =>
      definition.kernel?.(read(attributes, path), shapes, floats, path),
    float: (attributes, operands) =>
      definition.float?.(read(attributes, name), operands) ?? operands.some((float) => float),
    guessedType: definition.guessedType,
    integerOperands: definition.integerOperands ?? false,
    elementwise: definition.elementwise ?? false,
    tabulated: definition.tabulated ?? false,
    pair: definition.pair,
    contraction: definition.contraction,
    products: (attributes, shapes, path) =>
      definition.products?.(read(attributes, path), shapes, path),
    choice: (attributes, shapes, path) => definition.choice?.(read(attributes, path), shapes, path),
    range: (attributes, operands, path) => definition.range(read(attributes, path), operands, path),
    widths: definition.widths,
    mlir: (attributes, call, emitter) => definition.mlir(read(attributes, name), call, emitter),
    affine: (attributes, operands) => definition.affine?.(read(attributes, name), operands),
    dropsHighBits: definition.dropsHighBits ?? false,
    divisor: (attributes) => definition.divisor?.(read(attributes, name)) ?? 1,
    lookup: (attributes, shape) => definition.lookup?.(read(attributes, name), shape),
    extremum: (attributes, shape, path) =>
      definition.extremum?.(read(attributes, path), shape, path),
    trees: (attributes) => definition.trees?.(read(attributes, name)),
    rounding: (attributes) => definition.rounding?.(read(attributes, name)),
  };
}

/** Reader of operations without attributes. */
export function noAttributes(): null {
  return null;
}
