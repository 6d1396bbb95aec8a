import type { TreeEnsemble } from "../../models/trees/tree-ensemble.js";

/**
 * Element-wise functions of one block. `round32` rounds to float32, `truncate` drops the fraction,
 * `tinyToZero` makes 0 of what LightGBM takes for it, `tinyToMissing` NaN.
 */
export const elementFunctions = {
  absolute: Math.abs,
  ceil: Math.ceil,
  exp: Math.exp,
  floor: Math.floor,
  isNaN: (x: number) => Number(Number.isNaN(x)),
  isZero: (x: number) => Number(x === 0),
  log: Math.log,
  log1pexp: (x: number) => Math.log1p(Math.exp(x)),
  logistic: (x: number) => {
    const e = Math.exp(-Math.abs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
  },
  negative: (x: number) => -x,
  notZero: (x: number) => Number(x !== 0),
  probit: (x: number) => probit(x),
  reciprocal: (x: number) => 1 / x,
  relu: (x: number) => Math.max(x, 0),
  round32: Math.fround,
  sign: Math.sign,
  signedSquare: (x: number) => Math.sign(x) * x * x,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  tinyToMissing: (x: number) => (Math.abs(x) <= 1.0000000180025095e-35 ? Number.NaN : x),
  tinyToZero: (x: number) => (Math.abs(x) <= 1.0000000180025095e-35 ? 0 : x),
  truncate: Math.trunc,
} satisfies Readonly<Record<string, (x: number) => number>>;

export type ElementFunction = keyof typeof elementFunctions;

/** Element-wise functions of two blocks; comparisons give 0 or 1. */
export const pairFunctions = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  power: (a: number, b: number) => a ** b,
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
  less: (a: number, b: number) => Number(a < b),
  lessOrEqual: (a: number, b: number) => Number(a <= b),
  greater: (a: number, b: number) => Number(a > b),
  greaterOrEqual: (a: number, b: number) => Number(a >= b),
  equal: (a: number, b: number) => Number(a === b),
  and: (a: number, b: number) => Number(a !== 0 && b !== 0),
  or: (a: number, b: number) => Number(a !== 0 || b !== 0),
} satisfies Readonly<Record<string, (a: number, b: number) => number>>;

export type PairFunction = keyof typeof pairFunctions;

/** Functions of a whole row that give one number. */
export const rowFunctions = {
  /** The place of the greatest number, the first of equals. */
  argmax: (row: Float64Array) =>
    row.reduce((best, x, k) => (x > (row[best] ?? -Infinity) ? k : best), 0),
  /** The place of the least number, the first of equals. */
  argmin: (row: Float64Array) =>
    row.reduce((best, x, k) => (x < (row[best] ?? Infinity) ? k : best), 0),
  sum: (row: Float64Array) => row.reduce((sum, x) => sum + x, 0),
  product: (row: Float64Array) => row.reduce((product, x) => product * x, 1),
  maximum: (row: Float64Array) => row.reduce((most, x) => Math.max(most, x), -Infinity),
  minimum: (row: Float64Array) => row.reduce((least, x) => Math.min(least, x), Infinity),
  mean: (row: Float64Array) => row.reduce((sum, x) => sum + x, 0) / row.length,
  sumOfSquares: (row: Float64Array) => row.reduce((sum, x) => sum + x * x, 0),
  norm1: (row: Float64Array) => row.reduce((sum, x) => sum + Math.abs(x), 0),
  norm2: (row: Float64Array) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)),
  logSumExp: (row: Float64Array) => {
    const top = row.reduce((most, x) => Math.max(most, x), -Infinity);
    return top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  },
} satisfies Readonly<Record<string, (row: Float64Array) => number>>;

export type RowFunction = keyof typeof rowFunctions;

/**
 * Functions of a whole row that give a row of the same length. `order` gives the places of the numbers from greatest to least, the first
 * of equals first, `sort` the numbers; `cumulate` the sums of the first numbers.
 */
export const rowTransforms = [
  ...(["softmax", "softmaxZero", "divideByMax", "divideByL1", "divideByL2"] as const),
  ...(["order", "sort", "cumulate"] as const),
] as const;

export type RowTransform = (typeof rowTransforms)[number];

/** Precision to which every result of a step is rounded, as the source library stores it. */
export type Precision = "float32" | "float64";

export type Label = number | string;

/** A fitted ensemble of trees on the columns of block `from`. */
export interface TreesStep {
  readonly kind: "trees";
  readonly from: number;
  readonly ensemble: TreeEnsemble;
}

/** `scores[k] = intercept[k] + sum over j of coef[k, j] x[j]` of block `from`. */
export interface LinearStep {
  readonly kind: "linear";
  readonly from: number;
  /** `[outputs, features]` row-major. */
  readonly coef: Float64Array;
  /** `[outputs]` */
  readonly intercept: Float64Array;
}

/**
 * One step of a calculation on rows, as data. Blocks are matrices `[rows, columns]`; they are numbered in order: first the
 * inputs, then what each step makes. A step reads blocks with lower numbers (`from`, `left`, `right`).
 */
export type Step =
  | { readonly kind: "select"; readonly from: number; readonly columns: Int32Array }
  | { readonly kind: "concatenate"; readonly from: readonly number[] }
  | { readonly kind: "constant"; readonly values: Float64Array }
  | {
      readonly kind: "element";
      readonly name: ElementFunction;
      readonly from: number;
      readonly precision: Precision;
    }
  /** A block with one column stands for as many as the other one has. */
  | {
      readonly kind: "pair";
      readonly name: PairFunction;
      readonly left: number;
      readonly right: number;
      readonly precision: Precision;
    }
  | {
      readonly kind: "row";
      readonly name: RowFunction;
      readonly from: number;
      readonly precision: Precision;
    }
  | { readonly kind: "rowTransform"; readonly name: RowTransform; readonly from: number }
  /** Replaces entries equal to `missing` (NaN counts as equal to NaN) by the column's value. */
  | {
      readonly kind: "impute";
      readonly from: number;
      readonly missing: number;
      readonly values: Float64Array;
    }
  /** Every column becomes one column a category, 1 where it is equal; `unknown` says what another value does. */
  | {
      readonly kind: "oneHot";
      readonly from: number;
      readonly categories: readonly Label[];
      readonly unknown: "zeros" | "error";
    }
  /** Each entry is replaced by the value beside the equal key; NaN finds NaN. */
  | {
      readonly kind: "map";
      readonly from: number;
      readonly keys: readonly Label[];
      readonly values: Float64Array;
      readonly fallback: number;
    }
  /** Scores of the pairs (0,1), (0,2), ..., (1,2), ... become votes; a score above 0 is a vote for the first of a pair. */
  | { readonly kind: "pairVotes"; readonly from: number; readonly classes: number }
  /** Probabilities of the first of each pair become one probability a class. */
  | { readonly kind: "pairCoupling"; readonly from: number; readonly classes: number }
  /** `yes` where the number of `from` is not 0, else `no`; one column stands for as many as the others have. */
  | { readonly kind: "choose"; readonly from: number; readonly yes: number; readonly no: number }
  /** The numbers of a row of `from` at the places that the row of `places` holds; NaN beyond. */
  | { readonly kind: "pick"; readonly from: number; readonly places: number }
  | TreesStep
  | LinearStep;

/** Steps of kind `K`. */
export type StepOf<K extends Step["kind"]> = Extract<Step, { readonly kind: K }>;

/** Blocks that `step` reads. */
export function blocksReadBy(step: Step): readonly number[] {
  if (step.kind === "constant") return [];
  if (step.kind === "concatenate") return step.from;
  if (step.kind === "pair") return [step.left, step.right];
  if (step.kind === "choose") return [step.from, step.yes, step.no];
  return step.kind === "pick" ? [step.from, step.places] : [step.from];
}

/** Number of columns that `step` makes, from those of the blocks that it reads. */
export function stepColumns(step: Step, columnsOf: (block: number) => number): number {
  switch (step.kind) {
    case "select":
      return step.columns.length;
    case "concatenate":
      return step.from.reduce((sum, block) => sum + columnsOf(block), 0);
    case "constant":
      return step.values.length;
    case "pair":
      return Math.max(columnsOf(step.left), columnsOf(step.right));
    case "choose":
      return Math.max(columnsOf(step.from), columnsOf(step.yes), columnsOf(step.no));
    case "pick":
      return columnsOf(step.places);
    case "row":
      return 1;
    case "oneHot":
      return columnsOf(step.from) * step.categories.length;
    case "pairVotes":
    case "pairCoupling":
      return step.classes;
    case "trees":
      return step.ensemble.outputs;
    case "linear":
      return step.intercept.length;
    default:
      return columnsOf(step.from);
  }
}

/** `step` with its block numbers replaced by `rename`. */
export function renameBlocks(step: Step, rename: (block: number) => number): Step {
  if (step.kind === "constant") return step;
  if (step.kind === "concatenate") return { ...step, from: step.from.map(rename) };
  if (step.kind === "pair") return { ...step, left: rename(step.left), right: rename(step.right) };
  const from = rename(step.from);
  if (step.kind === "choose") return { ...step, from, yes: rename(step.yes), no: rename(step.no) };
  return step.kind === "pick" ? { ...step, from, places: rename(step.places) } : { ...step, from };
}

/** The inverse of the normal distribution function as ONNX runtimes compute it: Winitzki's approximation of erf^-1. */
function probit(x: number): number {
  const y = 2 * x - 1;
  const log = Math.log((1 - y) * (1 + y));
  const a = 0.147;
  const b = 2 / (Math.PI * a) + log / 2;
  const root = Math.sqrt(Math.sqrt(b * b - log / a) - b);
  return Math.SQRT2 * (y < 0 ? -root : root);
}
