import { multipleOfTable, type TableRelation, tableRelation } from "./table-relation.js";

/** One element of a program value. */
export interface ElementPlace {
  readonly value: number;
  readonly index: number;
}

/** A table of a look-up as its step has it. */
export interface LookupContent {
  readonly entries: Float64Array;
  readonly addend: number;
  /** Entries come back negated beyond the table, so that only they may be multiplied, not moved. */
  readonly wraps: boolean;
}

/** `factor * value at place + offset`; the offset alone without a place. */
export interface KnownResult {
  readonly place?: ElementPlace;
  readonly factor: number;
  readonly offset: number;
}

/** A result is not multiplied where it stands for itself. */
const itself: TableRelation = { factor: 1, offset: 0 };

/** Results of look-ups by what they read, to find those from which others follow without a look-up of their own. */
export class KnownLookups {
  readonly #results = new Map<string, { content: LookupContent; place: ElementPlace }[]>();

  /** How the look-up of `content` on `argument` follows from an earlier one; equal contents before others. */
  find(argument: string, content: LookupContent): KnownResult | undefined {
    const known = this.#results.get(argument) ?? [];
    let found: KnownResult | undefined;
    for (const { content: own, place } of known) {
      const relation = relationOf(own, content);
      if (relation === undefined) continue;
      if (relation.factor === 1 && relation.offset === 0) return { place, ...relation };
      found ??= { place, ...relation };
    }
    return found;
  }

  add(argument: string, content: LookupContent, place: ElementPlace): void {
    const known = this.#results.get(argument);
    if (known === undefined) this.#results.set(argument, [{ content, place }]);
    else known.push({ content, place });
  }
}

/** Result for the argument `index`, which may lie beyond the table where the look-up wraps. */
export function entryAt({ entries, addend, wraps }: LookupContent, index: number): number {
  const size = entries.length;
  if (!wraps) return (entries[Math.min(Math.max(index, 0), size - 1)] ?? 0) + addend;
  const around = index - Math.floor(index / (2 * size)) * 2 * size;
  const entry = entries[around % size] ?? 0;
  return addend + (around < size ? entry : -entry);
}

function relationOf(known: LookupContent, other: LookupContent): TableRelation | undefined {
  if (known.wraps !== other.wraps) return undefined;
  const relation = known.wraps ? multipleOfTable : tableRelation;
  const entries = equal(known.entries, other.entries)
    ? itself
    : relation(known.entries, other.entries);
  if (entries === undefined) return undefined;
  const { factor, offset } = entries;
  return { factor, offset: offset + other.addend - factor * known.addend };
}

function equal(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((entry, i) => entry === b[i]);
}
