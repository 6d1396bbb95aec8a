import type { ElementFunction, Step } from "../steps/steps.js";

/** A column of a block that is a strictly monotone function of one raw score. */
export interface ScoreColumn {
  /** The score's place. */
  readonly score: number;
  /** The same number for the same function. */
  readonly form: number;
  readonly rising: boolean;
}

/** What is known of a column: a function of one score, a number, or nothing. */
export type KnownColumn = ScoreColumn | { readonly constant: number } | undefined;

/** Functions that rise everywhere. */
const risingFunctions: readonly ElementFunction[] = [
  ...(["exp", "logistic", "log1pexp", "probit", "round32", "signedSquare", "tanh"] as const),
];

/**
 * For each block of `after`, steps on `scores` raw scores a row, what its columns are; an empty list where nothing is known of the block. Rounding and overflow may make equal what differs
 * by little; functions still count as strictly monotone.
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
  const raw = Array.from({ length: scores }, (_, score) => ({ score, form: 0, rising: true }));
  const blocks: (readonly KnownColumn[])[] = [raw];
  const changed = (column: KnownColumn, name: string, rising: boolean): KnownColumn => {
    if (column === undefined || "constant" in column) return undefined;
    const { score, form } = column;
    return { score, form: formOf(name, form), rising: column.rising === rising };
  };
  const paired = (step: Step & { readonly kind: "pair" }): readonly KnownColumn[] => {
    const [left = [], right = []] = [blocks[step.left], blocks[step.right]];
    const width = Math.max(left.length, right.length);
    return Array.from({ length: width }, (_, k) => {
      const a = left[left.length === 1 ? 0 : k];
      const b = right[right.length === 1 ? 0 : k];
      const rising = directionOf(step.name, a, b);
      if (rising === undefined) return undefined;
      const first = a !== undefined && "constant" in a;
      const number = first ? a.constant : b !== undefined && "constant" in b ? b.constant : 0;
      const name = `${step.name} ${first ? "to" : "by"} ${number} ${step.precision}`;
      return changed(first ? b : a, name, rising);
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
        const rising = risingFunctions.includes(step.name);
        if (!rising && step.name !== "negative") return [];
        return (blocks[step.from] ?? []).map((column) => changed(column, name, rising));
      }
      default:
        return [];
    }
  }
}

/** Whether `a name b` rises with the one of both that is no constant; undefined where neither or both are, or it does not say. */
function directionOf(name: string, a: KnownColumn, b: KnownColumn): boolean | undefined {
  if (a === undefined || b === undefined || "constant" in a === "constant" in b) return undefined;
  const first = "constant" in a;
  const number = first ? a.constant : "constant" in b ? b.constant : 0;
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
    default:
      return undefined;
  }
}
