import {
  type AffineMap,
  composeMaps,
  rowTerms,
  scaled,
  selectionMap,
  stackMaps,
  widenMap,
} from "../../program/affine.js";
import type {
  AffineStep,
  EnsembleStep,
  LookupStep,
  RegionProgram,
} from "../../regions/region-program.js";
import type { NoiseSources } from "../parameters/parameter-request.js";
import { NoiseFront } from "./noise-front.js";

/** A value as sums over inputs and results of look-ups, `sources` in the order in which the map reads them. */
interface Sums {
  readonly sources: readonly number[];
  readonly map: AffineMap;
}

/** Of the elements of a look-up's result: the kind of their rotations, and how many times as large as a rotation's their noise is. */
export interface LookupNoises {
  readonly kinds: Int32Array;
  readonly factors: Float64Array;
}

/** Norms of sums, which decide their noise. Steps must be shown in the program's order. */
export class SumNoise {
  readonly #regions: RegionProgram;
  readonly #inputs: readonly NoiseSources[];
  readonly #lookups: ReadonlyMap<number, LookupNoises>;
  readonly #origins = new Map<number, Int32Array>();
  readonly #ensembles = new Set<number>();
  readonly #sums = new Map<number, Sums>();
  /** Squared norms of rounding at extraction, by value and row. */
  readonly #extractions = new Map<number, Float64Array>();

  /** `inputs`: what the elements of the input may be. `lookups`: by look-up's result. */
  constructor(
    regions: RegionProgram,
    inputs: readonly NoiseSources[],
    lookups: ReadonlyMap<number, LookupNoises>,
  ) {
    this.#regions = regions;
    this.#inputs = inputs;
    this.#lookups = lookups;
  }

  addLookup(step: LookupStep): void {
    this.#origins.set(step.result, step.origins);
  }

  addEnsemble(step: EnsembleStep): void {
    this.#ensembles.add(step.result);
  }

  /**
   * The noise of the worst rows. Look-ups of one argument, in one rotation or in several, share noise: their weights are added before
   * they are squared. Inputs that came out of another program, and sums of decision diagrams on the same bits,
   * may share noise in any way: there all weights are.
   */
  noise(step: AffineStep): readonly NoiseSources[] {
    const { sources, map } = this.#inSources(step);
    this.#sums.set(step.result, { sources, map: scaled(map, step.scaleLog2) });
    const columns = sources.flatMap((source): Column[] => {
      const noises = this.#lookups.get(source);
      const own = this.#origins.get(source);
      const isTrees = this.#ensembles.has(source);
      return Array.from({ length: this.#sizeOf(source) }, (_, i) => ({
        ...{ origin: own?.[i], kind: noises?.kinds[i] ?? 0, isTrees },
        factor: noises?.factors[i] ?? 1,
      }));
    });
    const node = this.#regions.values[step.result]?.node;
    const scale = 4 ** step.scaleLog2;
    const front = new NoiseFront();
    const extractions = this.#extractionsOf(step);
    this.#extractions.set(step.result, extractions);
    for (let row = 0; row < map.outputs; row++) {
      const looked = new Map<number, LookedUp>();
      let squares = 0;
      let magnitudes = 0;
      let onTrees = 0;
      for (const [at, weight] of rowTerms(map, row)) {
        const { origin, kind, isTrees, factor } = columns[at] ?? noColumn;
        const size = Math.abs(weight) * factor;
        const known = origin === undefined ? undefined : looked.get(origin);
        if (known !== undefined) addWeight(known, kind, size);
        else if (origin !== undefined) looked.set(origin, { kind, sum: size });
        else if (isTrees) onTrees += Math.abs(weight);
        else {
          squares += weight * weight;
          magnitudes += Math.abs(weight);
        }
      }
      const bootstraps: number[] = [];
      for (const own of looked.values()) addSquares(bootstraps, own, scale);
      for (const input of this.#inputs) {
        const isFresh = input.bootstrapSquaredNorms.length === 0;
        const factor = scale * (isFresh ? squares : magnitudes * magnitudes);
        front.add({
          freshSquaredNorm: factor * input.freshSquaredNorm,
          extractionSquaredNorm: isFresh ? (extractions[row] ?? 0) : 0,
          bootstrapSquaredNorms: added(bootstraps, factor, input.bootstrapSquaredNorms),
          diagramSquaredNorm: scale * onTrees * onTrees,
          node,
        });
      }
    }
    return front.worst();
  }

  /**
   * For each row the squared norm of what extraction rounds (`SlotLowering`): rows on fresh inputs alone, and sums of several of them in
   * other rows, are products before they are extracted once; a single input in other rows is extracted and multiplied then. Roundings
   * of one mask hang together by half, those of sums that are summed again in any way.
   */
  #extractionsOf({ sources, map, scaleLog2, clear }: AffineStep): Float64Array {
    const inSlots = this.#inputs.length > 1 || clear !== undefined;
    const onlyFresh = !inSlots && sources.every((source) => source === 0);
    const columns = sources.flatMap((source) =>
      Array.from({ length: this.#sizeOf(source) }, (_, index) => ({ source, index })),
    );
    return Float64Array.from({ length: map.outputs }, (_, row) => {
      let terms = 0;
      let squares = 0;
      let magnitudes = 0;
      let inner = 0;
      for (const [at, weight] of rowTerms(map, row)) {
        const { source, index } = columns[at] ?? { source: 0, index: 0 };
        if (source === 0) {
          terms++;
          squares += weight * weight;
          magnitudes += Math.abs(weight);
        } else {
          inner += Math.abs(weight) * Math.sqrt(this.#extractions.get(source)?.[index] ?? 0);
        }
      }
      if (onlyFresh) return Math.min(terms, 1);
      const scale = 2 ** scaleLog2;
      const once = terms > 1 && !inSlots;
      const own = once ? 1 : scale * Math.sqrt((squares + magnitudes * magnitudes) / 2);
      return (own + scale * inner) ** 2;
    });
  }

  /** The step's map with sums that it reads replaced by what they are sums of. */
  #inSources({ sources, map }: AffineStep): Sums {
    if (!sources.some((source) => this.#sums.has(source))) return { sources, map };
    const parts = sources.map((source) => this.#sums.get(source) ?? source);
    const bases = [
      ...new Set(parts.flatMap((part) => (typeof part === "number" ? [part] : part.sources))),
    ];
    const starts = new Map<number, number>();
    let total = 0;
    for (const base of bases) {
      starts.set(base, total);
      total += this.#sizeOf(base);
    }
    const columnsOf = (source: number): number[] =>
      Array.from({ length: this.#sizeOf(source) }, (_, i) => (starts.get(source) ?? 0) + i);
    const inner = parts.map((part) =>
      typeof part === "number"
        ? selectionMap(total, columnsOf(part))
        : widenMap(part.map, total, part.sources.flatMap(columnsOf)),
    );
    return { sources: bases, map: composeMaps(map, stackMaps(total, inner)) };
  }

  #sizeOf(source: number): number {
    return this.#regions.values[source]?.size ?? 0;
  }
}

/** One column of an affine map. */
interface Column {
  /** Undefined for what no look-up gave. */
  readonly origin: number | undefined;
  readonly kind: number;
  readonly factor: number;
  /** A sum of decision diagrams. */
  readonly isTrees: boolean;
}

const noColumn: Column = { origin: undefined, kind: 0, factor: 1, isTrees: false };

/** Weights on look-ups of one argument. */
interface LookedUp {
  readonly kind: number;
  sum: number;
  /** Of rotations of other kinds. */
  others?: Map<number, number>;
}

function addWeight(known: LookedUp, kind: number, weight: number): void {
  if (kind === known.kind) {
    known.sum += weight;
    return;
  }
  known.others ??= new Map();
  known.others.set(kind, (known.others.get(kind) ?? 0) + weight);
}

/** `(a s + b t)^2 <= (a + b) (a s^2 + b t^2)` for deviations s, t of two kinds and weights a, b. */
function addSquares(to: number[], { kind, sum, others }: LookedUp, scale: number): void {
  const weights = others === undefined ? [[kind, sum] as const] : [[kind, sum] as const, ...others];
  const total = weights.reduce((all, [, weight]) => all + weight, 0);
  for (const [own, weight] of weights) {
    while (to.length <= own) to.push(0);
    to[own] = (to[own] ?? 0) + scale * total * weight;
  }
}

function added(a: readonly number[], factor: number, b: readonly number[]): readonly number[] {
  const length = factor === 0 ? a.length : Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => (a[i] ?? 0) + factor * (b[i] ?? 0));
}
