import type { ElementFunction, PairFunction, Step } from "../steps/steps.js";

/** A column of a block that is a monotone function of one raw score. */
export interface ScoreColumn {
  /** The score's place. */
  readonly score: number;
  /** The same number for the same function. */
  readonly form: number;
  readonly rising: boolean;
  /** Whether different scores may give the same number, as comparisons do. */
  readonly stepwise: boolean;
}

/** What is known of a column: a function of one score, a number, or nothing. */
export type KnownColumn = ScoreColumn | { readonly constant: number } | undefined;

/** Functions that nowhere fall. */
const steppingFunctions: readonly ElementFunction[] = ["ceil", "floor", "relu", "sign", "truncate"];

/** Functions that rise everywhere. */
const risingFunctions: readonly ElementFunction[] = [
  ...(["exp", "logistic", "log1pexp", "probit", "round32", "signedSquare", "tanh"] as const),
];

/**
 * For each block of `after`, steps on `scores` raw scores a row, what its columns are; an empty list where nothing is known of the block.
 * Rounding and overflow may make equal what differs by little; functions that rise everywhere still do not count as stepwise.
 */
export function scoreColumns(
  after: readonly Step[],
  scores: number,
): readonly (readonly KnownColumn[])[] {
  const raw = Array.from({ length: scores }, (_, score) => ({
    ...{ score, form: 0, rising: true, stepwise: false },
  }));
  const blocks: (readonly KnownColumn[])[] = [raw];
  const forms = new FunctionNames();
  for (const step of after) blocks.push(columnsOf(step, blocks, forms));
  return blocks;
}

/** Numbers of functions of functions: the same number for the same name after the same function. */
class FunctionNames {
  readonly #numbers = new Map<string, number>();

  /** `column` after one more function; undefined where it is no function of a score. */
  after(column: KnownColumn, name: string, { rising, stepwise }: Direction): KnownColumn {
    if (column === undefined || "constant" in column) return undefined;
    const key = `${name} ${column.form}`;
    const form = this.#numbers.get(key) ?? this.#numbers.size + 1;
    this.#numbers.set(key, form);
    return {
      ...{ score: column.score, form, rising: column.rising === rising },
      stepwise: column.stepwise || stepwise,
    };
  }
}

/** The columns of the block that `step` makes of earlier `blocks`. */
function columnsOf(
  step: Step,
  blocks: readonly (readonly KnownColumn[])[],
  forms: FunctionNames,
): readonly KnownColumn[] {
  switch (step.kind) {
    case "constant":
      return Array.from(step.values, (constant) => ({ constant }));
    case "select":
      return Array.from(step.columns, (column) => blocks[step.from]?.[column]);
    case "concatenate": {
      const parts = step.from.map((from) => blocks[from] ?? []);
      return parts.some((part) => part.length === 0) ? [] : parts.flat();
    }
    case "pair":
      return pairedColumns(step, blocks[step.left], blocks[step.right], forms);
    case "element": {
      const name = `${step.name} ${step.precision}`;
      const stepwise = steppingFunctions.includes(step.name);
      const rising = stepwise || risingFunctions.includes(step.name);
      if (!rising && step.name !== "negative") return [];
      const direction = { rising, stepwise };
      return (blocks[step.from] ?? []).map((column) => forms.after(column, name, direction));
    }
    default:
      return [];
  }
}

function pairedColumns(
  { name, precision }: Step & { readonly kind: "pair" },
  left: readonly KnownColumn[] = [],
  right: readonly KnownColumn[] = [],
  forms: FunctionNames,
): readonly KnownColumn[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, k) => {
    const a = left[left.length === 1 ? 0 : k];
    const b = right[right.length === 1 ? 0 : k];
    const direction = directionOf(name, a, b);
    if (direction === undefined) return undefined;
    const first = a !== undefined && "constant" in a;
    const number = first ? a.constant : b !== undefined && "constant" in b ? b.constant : 0;
    return forms.after(
      first ? b : a,
      `${name} ${first ? "to" : "by"} ${number} ${precision}`,
      direction,
    );
  });
}

type Direction = Pick<ScoreColumn, "rising" | "stepwise">;

/** How `a name b` goes with the one of both that is no constant; undefined where neither or both are, or it does not say. */
function directionOf(name: PairFunction, a: KnownColumn, b: KnownColumn): Direction | undefined {
  if (a === undefined || b === undefined || "constant" in a === "constant" in b) return undefined;
  const first = "constant" in a;
  const number = first ? a.constant : "constant" in b ? b.constant : 0;
  const rising = risesWith(name, number, first);
  const stepwise = steppingPairs.includes(name);
  return rising === undefined ? undefined : { rising, stepwise };
}

/** Functions of two numbers that are the same for many values of one of them. */
const steppingPairs: readonly PairFunction[] = [
  ...(["maximum", "minimum", "less", "lessOrEqual", "greater", "greaterOrEqual"] as const),
];

/** Whether a function of a constant, which may stand `first`, and x rises with x; undefined where that is not known. */
function risesWith(name: PairFunction, number: number, first: boolean): boolean | undefined {
  switch (name) {
    case "add":
      return Number.isFinite(number) ? true : undefined;
    case "subtract":
      return Number.isFinite(number) ? !first : undefined;
    case "multiply":
      return number > 0 ? true : number < 0 ? false : undefined;
    case "divide":
      return first || number === 0 ? undefined : number > 0;
    case "power":
      return first && number > 0 && number !== 1 ? number > 1 : undefined;
    case "maximum":
    case "minimum":
      return true;
    case "greater":
    case "greaterOrEqual":
      return !first;
    case "less":
    case "lessOrEqual":
      return first;
    default:
      return undefined;
  }
}
