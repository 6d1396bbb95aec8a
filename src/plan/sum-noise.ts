import type { AffineStep, LookupStep, RegionProgram } from "../ops/region-program.js";
import {
  type AffineMap,
  composeMaps,
  rowTerms,
  selectionMap,
  stackMaps,
  widenMap,
} from "../program/affine.js";
import type { NoiseSources } from "./parameter-request.js";

/** A value as sums over inputs and results of look-ups, `sources` in the order in which the map reads them. */
interface Sums {
  readonly sources: readonly number[];
  readonly map: AffineMap;
}

/** Norms of sums, which decide their noise. Steps must be shown in the program's order. */
export class SumNoise {
  readonly #regions: RegionProgram;
  readonly #origins = new Map<number, Int32Array>();
  readonly #sums = new Map<number, Sums>();

  constructor(regions: RegionProgram) {
    this.#regions = regions;
  }

  addLookup(step: LookupStep): void {
    this.#origins.set(step.result, step.origins);
  }

  /**
   * The largest norms of any row, over fresh and over bootstrapped sources. Look-ups of one argument share its noise after the modulus
   * switch and much of the rotation's, so their weights are added before they are squared.
   */
  noise(step: AffineStep): NoiseSources {
    const { sources, map } = this.#inSources(step);
    if (step.scaleLog2 === 0) this.#sums.set(step.result, { sources, map });
    const originOf = sources.flatMap((source) =>
      Array.from({ length: this.#sizeOf(source) }, (_, i) => this.#origins.get(source)?.[i]),
    );
    const scale = 4 ** step.scaleLog2;
    let bootstrapSquaredNorm = 0;
    let freshSquaredNorm = 0;
    for (let row = 0; row < map.outputs; row++) {
      const looked = new Map<number, number>();
      let fresh = 0;
      for (const [column, weight] of rowTerms(map, row)) {
        const origin = originOf[column];
        if (origin === undefined) fresh += weight * weight;
        else looked.set(origin, (looked.get(origin) ?? 0) + Math.abs(weight));
      }
      let bootstrap = 0;
      for (const sum of looked.values()) bootstrap += sum * sum;
      bootstrapSquaredNorm = Math.max(bootstrapSquaredNorm, scale * bootstrap);
      freshSquaredNorm = Math.max(freshSquaredNorm, scale * fresh);
    }
    return { bootstrapSquaredNorm, freshSquaredNorm };
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
