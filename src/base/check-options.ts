import { VelumError } from "./error.js";

/**
 * Refuses options that nobody reads: a mistyped name would otherwise leave the default in force without a word.
 * Error `bad-argument`, naming the option and the known one that is most like it.
 */
export function checkOptions(options: unknown, known: readonly string[], path: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `the options are ${describe(options)}, not an object`,
      cure: `Pass an object with any of ${known.join(", ")}`,
    });
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new VelumError({
      code: "bad-argument",
      path: `${path} ${name}`,
      problem: "is no option",
      limit: known.join(", "),
      actual: name,
      cure: `${nearest(name, known)}Known are ${known.join(", ")}`,
    });
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}

/** `Did you mean x? `, or nothing where no name is near. */
function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((own) => editDistance(name.toLowerCase(), own.toLowerCase()));
  const least = Math.min(...distances);
  const found = known[distances.indexOf(least)];
  return found === undefined || least > Math.max(2, found.length / 2)
    ? ""
    : `Did you mean ${found}? `;
}

/** Letters to insert, remove or change (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
