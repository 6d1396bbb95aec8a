import { parseArgs } from "node:util";
import { VelumError } from "../base/error.js";

/** Options by their long names, with their values; a word that stands alone has the value "". */
export type Options = Readonly<Record<string, string | undefined>>;

export interface Arguments {
  readonly options: Options;
  /** Values of options that may stand more than once, by long name. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  readonly positionals: readonly string[];
}

/** A command of `velum`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Text of `velum NAME --help`. */
  readonly help: string;
  /** Options with a value; `-o` is `--output`. */
  readonly options: readonly string[];
  /** Words that stand alone. */
  readonly flags?: readonly string[];
  /** Options that may stand more than once. */
  readonly repeated?: readonly string[];
  run(parameters: Arguments): Promise<void>;
}

/** Reads the words after the command's name; `undefined` where help is asked for. Error `bad-argument`. */
export function readArguments(command: Command, words: readonly string[]): Arguments | undefined {
  const options: Record<
    string,
    { type: "string" | "boolean"; short?: string; multiple?: boolean }
  > = { help: { type: "boolean", short: "h" } };
  const repeatedNames = command.repeated ?? [];
  for (const name of repeatedNames) options[name] = { type: "string", multiple: true };
  for (const name of command.options) {
    options[name] = name === "output" ? { type: "string", short: "o" } : { type: "string" };
  }
  for (const name of command.flags ?? []) options[name] = { type: "boolean" };
  try {
    const { values, positionals } = parseArgs({
      args: joinNegative(words, command.options),
      options,
      allowPositionals: true,
    });
    if (values["help"] === true) return undefined;
    const texts = Object.entries(values).map(([name, value]) => [
      name,
      value === true ? "" : typeof value === "string" ? value : undefined,
    ]);
    const lists = repeatedNames.map((name) => {
      const value = values[name];
      return [name, Array.isArray(value) ? value.map(String) : []];
    });
    return {
      options: Object.fromEntries(texts),
      repeated: Object.fromEntries(lists),
      positionals,
    };
  } catch (error) {
    const text = error instanceof Error ? error.message : "the words do not fit";
    const [problem = text] = text.split(". ");
    throw usageError("arguments", problem.replace(/\.$/, ""));
  }
}

/** `--failure -64` as `--failure=-64`: a value may be a negative number. */
function joinNegative(words: readonly string[], options: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1) ?? "";
    const valued = before.startsWith("--") && options.includes(before.slice(2));
    if (valued && /^-[\d.]/.test(word)) joined.splice(-1, 1, `${before}=${word}`);
    else joined.push(word);
  }
  return joined;
}

/** The only positional argument. */
export function onlyOne(positionals: readonly string[], what: string): string {
  const [first, ...rest] = positionals;
  if (first !== undefined && rest.length === 0) return first;
  throw usageError("arguments", first === undefined ? `${what} is missing` : `${what} is one file`);
}

/** The first positional argument and the others, of which there is at least one. */
export function oneAndMore(
  positionals: readonly string[],
  what: string,
  others: string,
): readonly [string, readonly string[]] {
  const [first, ...rest] = positionals;
  if (first === undefined) throw usageError("arguments", `${what} is missing`);
  if (rest.length === 0) throw usageError("arguments", `${others} are missing`);
  return [first, rest];
}

/** An option that must be there. */
export function required(options: Options, name: string): string {
  const value = options[name];
  if (value !== undefined) return value;
  throw usageError(`--${name}`, "is missing");
}

/** An integer option. */
export function integerOption(options: Options, name: string): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (/^-?\d+$/.test(text)) return Number(text);
  throw usageError(`--${name}`, `is "${text}", not a whole number`);
}

/** `--runtime`. */
export function runtimeOption(options: Options): "auto" | "wasm" | "native" {
  const runtime = options["runtime"] ?? "auto";
  if (runtime === "auto" || runtime === "wasm" || runtime === "native") return runtime;
  throw usageError("--runtime", `is "${runtime}", and may be auto, wasm, native`);
}

const usageErrors = new WeakSet<VelumError>();

/** An error of how the command was called: exit code 2. */
export function usageError(path: string, problem: string): VelumError {
  const error = new VelumError({
    code: "bad-argument",
    path,
    problem,
    cure: "See velum COMMAND --help",
  });
  usageErrors.add(error);
  return error;
}

export function isUsageError(error: unknown): boolean {
  return error instanceof VelumError && usageErrors.has(error);
}
