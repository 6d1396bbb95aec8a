/** A value as it would stand in a program, for errors; only its kind where it is long. Takes everything, and never throws. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** The same with what small arrays and objects hold. */
export function contentText(value: unknown): string {
  if (typeof value !== "object" || value === null) return valueText(value);
  try {
    const text = JSON.stringify(value, (_, own: unknown) =>
      typeof own === "bigint" ? `${own}n` : own,
    );
    return typeof text === "string" && text.length <= longest ? text : valueText(value);
  } catch {
    // It holds itself, or its own toJSON throws.
    return valueText(value);
  }
}

/** Letters of a text that an error may repeat. */
const longest = 200;
