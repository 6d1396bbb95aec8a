import { AffineBuilder, type AffineMap, stackMaps, widenMap } from "../program/affine.js";
import type { KnownResult } from "./known-look-ups.js";

/** A node's value as an affine map over values of the program, `sources` ascending. */
export interface Form {
  readonly sources: readonly number[];
  readonly map: AffineMap;
}

/** The form whose rows are multiples of single elements of computed values, and constants. */
export function resultsForm(
  results: readonly KnownResult[],
  sizeOfValue: (id: number) => number,
): Form {
  const sources = ascending(results.flatMap(({ place }) => place?.value ?? []));
  const { starts, total } = startsOf(sources, sizeOfValue);
  const builder = new AffineBuilder(total);
  for (const { place, factor, offset } of results) {
    if (place !== undefined) builder.term((starts.get(place.value) ?? 0) + place.index, factor);
    builder.endRow(offset);
  }
  return { sources, map: builder.finish() };
}

/** Forms one after the other, over the union of their sources. */
export function joinForms(forms: readonly Form[], sizeOfValue: (id: number) => number): Form {
  const sources = ascending(forms.flatMap((form) => form.sources));
  const { starts, total } = startsOf(sources, sizeOfValue);
  const widened = forms.map((form) => {
    if (form.sources.length === sources.length) return form.map;
    const columns = form.sources.flatMap((source) =>
      Array.from({ length: sizeOfValue(source) }, (_, i) => (starts.get(source) ?? 0) + i),
    );
    return widenMap(form.map, total, columns);
  });
  const [only] = widened;
  const map = widened.length === 1 && only !== undefined ? only : stackMaps(total, widened);
  return { sources, map };
}

function ascending(sources: readonly number[]): number[] {
  return [...new Set(sources)].sort((a, b) => a - b);
}

/** Where the elements of each source begin when all are joined, and how many there are. */
function startsOf(
  sources: readonly number[],
  sizeOfValue: (id: number) => number,
): { readonly starts: ReadonlyMap<number, number>; readonly total: number } {
  const starts = new Map<number, number>();
  let total = 0;
  for (const source of sources) {
    starts.set(source, total);
    total += sizeOfValue(source);
  }
  return { starts, total };
}
