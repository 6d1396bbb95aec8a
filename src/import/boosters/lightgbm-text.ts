import { corruptModel, mostEntries } from "../files/fields.js";

/** Lines `key=value` of one part of a LightGBM model file. */
export class LightgbmSection {
  readonly #path: string;
  readonly #fields: ReadonlyMap<string, string>;

  constructor(lines: readonly string[], path: string) {
    this.#path = path;
    this.#fields = new Map(
      lines.map((line) => {
        const equals = line.indexOf("=");
        return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
      }),
    );
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string, fallback?: string): string {
    const value = this.#fields.get(name) ?? fallback;
    if (value === undefined) throw corruptModel(this.#path, `${name} is not there`);
    return value;
  }

  integer(name: string, least: number, most: number, fallback?: number): number {
    const text = this.text(name, fallback === undefined ? undefined : String(fallback));
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw corruptModel(
      this.#path,
      `${name} is ${text.slice(0, 40)}, and may be ${least} to ${most}`,
    );
  }

  /** Exactly `count` numbers with blanks between them. */
  numbers(name: string, count: number): Float64Array {
    const parts = this.text(name).trim().split(/\s+/, mostEntries);
    if (parts.length !== count)
      throw corruptModel(this.#path, `${name} has ${parts.length} entries, not ${count}`);
    return Float64Array.from(parts, (part) => {
      const value = numberOf(part);
      if (Number.isNaN(value))
        throw corruptModel(this.#path, `${name} holds ${part.slice(0, 40)}, which is no number`);
      return value;
    });
  }
}

/** Splits the file into its head and its trees; what follows the trees (importances, parameters) is left out. */
export function readSections(
  text: string,
  path: string,
): { head: LightgbmSection; trees: readonly LightgbmSection[] } {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines[0] !== "tree") throw corruptModel(path, 'its first line is not "tree"');
  const end = lines.indexOf("end of trees");
  if (end < 0) throw corruptModel(path, 'it ends before "end of trees"');
  const starts: number[] = [];
  for (let at = 0; at < end; at++) if (lines[at]?.startsWith("Tree=")) starts.push(at);
  const head = lines.slice(1, starts[0] ?? end).filter((line) => line !== "");
  const trees = starts.map((start, index) => {
    const own = lines.slice(start, starts[index + 1] ?? end).filter((line) => line !== "");
    return new LightgbmSection(own, `${path} Tree=${index}`);
  });
  return { head: new LightgbmSection(head, path), trees };
}

function numberOf(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?(\d|\.\d)/.test(text) ? Number(text) : Number.NaN;
}
