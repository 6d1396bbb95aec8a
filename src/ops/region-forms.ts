import { type AffineMap, selectionMap, stackMaps, widenMap } from "../program/affine.js";

/** A node's value as an affine map over values of the program, `sources` ascending. */
export interface Form {
  readonly sources: readonly number[];
  readonly map: AffineMap;
}

/** One element of a program value. */
export interface ElementPlace {
  readonly value: number;
  readonly index: number;
}

/** The form that picks single elements of computed values. */
export function gatherForm(
  places: readonly ElementPlace[],
  sizeOfValue: (id: number) => number,
): Form {
  const sources = ascending(places.map(({ value }) => value));
  const { starts, total } = startsOf(sources, sizeOfValue);
  const columns = places.map(({ value, index }) => (starts.get(value) ?? 0) + index);
  return { sources, map: selectionMap(total, columns) };
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
