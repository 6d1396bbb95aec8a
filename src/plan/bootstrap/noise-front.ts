import type { NoiseSources } from "../parameters/parameter-request.js";

const silence: NoiseSources = { freshSquaredNorm: 0, bootstrapSquaredNorms: [] };

/** Beyond this many they become one that bounds them all. */
const mostEntries = 32;

/** The noisiest of many values: those that no other exceeds in every source. Which of them is worst depends on the parameters. */
export class NoiseFront {
  #entries: NoiseSources[] = [];

  add(entry: NoiseSources): void {
    if (this.#entries.some((known) => covers(known, entry))) return;
    this.#entries = this.#entries.filter((known) => !covers(entry, known));
    this.#entries.push(entry);
    if (this.#entries.length > mostEntries) this.#entries = [this.#entries.reduce(bound)];
  }

  /** At least one; nothing at all is as quiet as a constant. */
  worst(): readonly NoiseSources[] {
    return this.#entries.length > 0 ? this.#entries : [silence];
  }
}

/** `a` is at least as noisy as `b`, whatever the parameters. */
function covers(a: NoiseSources, b: NoiseSources): boolean {
  return (
    a.freshSquaredNorm >= b.freshSquaredNorm &&
    extractionOf(a) >= extractionOf(b) &&
    (a.diagramSquaredNorm ?? 0) >= (b.diagramSquaredNorm ?? 0) &&
    b.bootstrapSquaredNorms.every((norm, kind) => norm <= (a.bootstrapSquaredNorms[kind] ?? 0))
  );
}

function extractionOf({ freshSquaredNorm, extractionSquaredNorm }: NoiseSources): number {
  return extractionSquaredNorm ?? freshSquaredNorm;
}

function bound(a: NoiseSources, b: NoiseSources): NoiseSources {
  const length = Math.max(a.bootstrapSquaredNorms.length, b.bootstrapSquaredNorms.length);
  return {
    freshSquaredNorm: Math.max(a.freshSquaredNorm, b.freshSquaredNorm),
    extractionSquaredNorm: Math.max(extractionOf(a), extractionOf(b)),
    diagramSquaredNorm: Math.max(a.diagramSquaredNorm ?? 0, b.diagramSquaredNorm ?? 0),
    bootstrapSquaredNorms: Array.from({ length }, (_, kind) =>
      Math.max(a.bootstrapSquaredNorms[kind] ?? 0, b.bootstrapSquaredNorms[kind] ?? 0),
    ),
    node: a.node,
  };
}
