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
  const forms = new Map<string, number>();
  const formOf = (name: string, inner: number): number => {
    const key = `${name} ${inner}`;
    const known = forms.get(key) ?? forms.size + 1;
    forms.set(key, known);
    return known;
  };
  const raw = Array.from({ length: scores }, (_, score) => ({
    ...{ score, form: 0, rising: true, stepwise: false },
  }));
  const blocks: (readonly KnownColumn[])[] = [raw];
  const changed = (
    column: KnownColumn,
    name: string,
    { rising, stepwise }: Direction,
  ): KnownColumn => {
    if (column === undefined || "constant" in column) return undefined;
    const { score, form } = column;
    return {
      ...{ score, form: formOf(name, form), rising: column.rising === rising },
      stepwise: column.stepwise || stepwise,
    };
  };
  const paired = (step: Step & { readonly kind: "pair" }): readonly KnownColumn[] => {
    const [left = [], right = []] = [blocks[step.left], blocks[step.right]];
    const width = Math.max(left.length, right.length);
    return Array.from({ length: width }, (_, k) => {
      const a = left[left.length === 1 ? 0 : k];
      const b = right[right.length === 1 ? 0 : k];
      const direction = directionOf(step.name, a, b);
      if (direction === undefined) return undefined;
      const first = a !== undefined && "constant" in a;
      const number = first ? a.constant : b !== undefined && "constant" in b ? b.constant : 0;
      const name = `${step.name} ${first ? "to" : "by"} ${number} ${step.precision}`;
      return changed(first ? b : a, name, direction);
    });
  };
  for (const step of after) blocks.push(columnsOf(step));
  return blocks;

  function columnsOf(step: Step): readonly KnownColumn[] {
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
        return paired(step);
      case "element": {
        const name = `${step.name} ${step.precision}`;
        const stepwise = steppingFunctions.includes(step.name);
        const rising = stepwise || risingFunctions.includes(step.name);
        if (!rising && step.name !== "negative") return [];
        return (blocks[step.from] ?? []).map((column) =>
          changed(column, name, { rising, stepwise }),
        );
      }
      default:
        return [];
    }
  }
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
