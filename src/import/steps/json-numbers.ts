import type { JsonValue } from "../../artifact/client-file.js";
import type { Label } from "./steps.js";

/** JSON has no NaN and no infinities: they are texts. */
export function numbersJson(numbers: ArrayLike<number>): JsonValue[] {
  return Array.from(numbers, numberJson);
}

/** Reads what `numbersJson` gave; undefined where it is something else. */
export function readNumbers(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map(readNumber);
  return numbers.includes(undefined)
    ? undefined
    : Float64Array.from(numbers, (number) => number ?? 0);
}

export function numberJson(number: number): JsonValue {
  return Number.isFinite(number) ? number : String(number);
}

export function readNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return value === "NaN" || value === "Infinity" || value === "-Infinity"
    ? Number(value)
    : undefined;
}

/** Numbers and texts: a number that JSON lacks stands in a list of its own. */
export function labelsJson(labels: readonly Label[]): JsonValue[] {
  return labels.map((label) =>
    typeof label === "string" || Number.isFinite(label) ? label : [String(label)],
  );
}

/** Reads what `labelsJson` gave; undefined where it is something else. */
export function readLabels(value: unknown): readonly Label[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const labels = value.map((entry: unknown): Label | undefined => {
    if (typeof entry === "string") return entry;
    return Array.isArray(entry) ? readNumber(entry[0]) : readNumber(entry);
  });
  const known = labels.filter((label) => label !== undefined);
  return known.length === labels.length ? known : undefined;
}
