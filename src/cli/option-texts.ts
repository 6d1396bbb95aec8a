import { usageError } from "./arguments.js";

/** An option of the command line that sets `T`. */
export interface OptionWord<T> {
  /** Its name after the two dashes. */
  readonly word: string;
  /** What stands behind it in the help, such as `N`; empty for a word that stands alone. */
  readonly shown: string;
  readonly help: string;
  /** What the text behind it says; of a word that stands alone the text is empty. Error `bad-argument`. */
  readonly read: (text: string) => T;
}

/** A word that stands alone. */
export function flagWord(word: string, help: string): OptionWord<boolean> {
  return { word, shown: "", help, read: () => true };
}

export function textWord(word: string, shown: string, help: string): OptionWord<string> {
  return { word, shown, help, read: (text) => text };
}

export function numberWord(word: string, shown: string, help: string): OptionWord<number> {
  return { word, shown, help, read: (text) => numberOf(text, `--${word}`) };
}

/** One of a few names. */
export function choiceWord<const T extends string>(
  word: string,
  names: readonly T[],
  help: string,
): OptionWord<T> {
  return { word, shown: names.join("|"), help, read: (text) => choiceOf(names, text, `--${word}`) };
}

export function choiceOf<const T extends string>(
  names: readonly T[],
  text: string,
  path: string,
): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw usageError(path, `is "${text}", and may be ${names.join(", ")}`);
}

/** A number as people write it: 12, 1e-6, 2^-40. */
export function numberOf(text: string, path: string): number {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) return Number(text);
  const [, exponent] = /^2\^(-?\d+)$/.exec(text) ?? [];
  if (exponent !== undefined) return 2 ** Number(exponent);
  throw usageError(path, `is "${text}", not a number such as 12, 1e-6 or 2^-40`);
}

/** Lines of a help text: words on the left, what they do on the right. */
export function wordLines(words: readonly OptionWord<unknown>[]): string {
  const left = words.map(({ word, shown }) => `--${word} ${shown}`.trimEnd());
  const width = Math.max(...left.map(({ length }) => length));
  return words
    .map(({ help }, index) => `  ${(left[index] ?? "").padEnd(width)}  ${help}`)
    .join("\n");
}
