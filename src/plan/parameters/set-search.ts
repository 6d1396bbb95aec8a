import { centredModulusSwitchVariance } from "../../security/noise-modulus-switch.js";
import type {
  BootstrapParameters,
  Gadget,
  GlweParameters,
  LweParameters,
} from "../../tfhe/parameters.js";
import type { KernelRates } from "../kernel-rates.js";
import { bootstrapKeys, keySwitches, lweKeys } from "../search-space.js";
import { bootstrapTime, evaluationKeyBytes, evaluationKeyMemoryBytes } from "./bootstrap-cost.js";
import {
  bootstrapUploadBits,
  bootstrapVariance,
  extractionVariance,
  freshSourceVariance,
  positionsLog2,
  sumVariance,
  uploadRoom,
} from "./noise-prediction.js";
import type { LookupConstraint, NoiseSources, OutputConstraint } from "./parameter-request.js";

/** The most that rotations are extended. */
export const largestExtensionLog2 = 9;

/** The constraints with the largest variance that each allows. */
export interface VarianceLimits {
  readonly lookups: readonly { readonly lookup: LookupConstraint; readonly largest: number }[];
  readonly outputs: readonly { readonly output: OutputConstraint; readonly largest: number }[];
}

/** All constraints, whatever they are on. */
export function constraintsIn({ lookups, outputs }: VarianceLimits): readonly {
  readonly sources: readonly NoiseSources[];
  readonly largest: number;
}[] {
  return [
    ...lookups.map(({ lookup: { sources }, largest }) => ({ sources, largest })),
    ...outputs.map(({ output: { sources }, largest }) => ({ sources, largest })),
  ];
}

/** What candidates are compared by: predicted time, or bytes of evaluation keys as they travel or in the server's memory. */
export type Objective = "time" | "keys" | "memory";

export interface SetRequest {
  readonly limits: VarianceLimits;
  readonly rates: KernelRates;
  readonly maxEvaluationKeyBytes: number;
  /** Of expanded keys. */
  readonly maxKeyMemoryBytes: number;
  readonly objective: Objective;
  /** Whether a GLWE key may be used. */
  readonly admits: (glwe: GlweParameters) => boolean;
  /** Variance of sums of decision diagrams under a GLWE key. */
  readonly diagramVariance?: ((glwe: GlweParameters) => number) | undefined;
}

/** Parameters for every set, and the extension of every kind of look-up. */
export interface SetCandidate {
  readonly glwe: GlweParameters;
  readonly bootstraps: readonly BootstrapParameters[];
  /** By kind. */
  readonly setOf: readonly number[];
  readonly extensions: readonly number[];
  /** All look-ups of a run, milliseconds. */
  readonly runMs: number;
  readonly keyBytes: number;
  /** Of expanded keys. */
  readonly keyMemoryBytes: number;
}

/** A set's best choice while the noise of the other sets' results is held fixed. */
interface OwnChoice {
  readonly bootstrap: BootstrapParameters;
  /** Of the kinds of this set, in their order. */
  readonly extensions: readonly number[];
  readonly runMs: number;
  readonly keyBytes: number;
  readonly keyMemoryBytes: number;
  readonly variance: number;
}

/** Sets adapt to each other's noise; it grows little with n, so they settle at once or not at all. */
const mostRounds = 5;

/**
 * The best parameters that give each group of kinds a set of its own, all sets under one GLWE key; undefined when none fit. Every GLWE
 * key and number of levels may be chosen; within them each set takes its best small key, key switch and extensions while the noise of
 * the others' results is held, until nothing changes. A single group is searched exhaustively so. What each set would choose if the
 * others were silent bounds a choice from below: choices are settled by rising bound, until the next cannot be better.
 */
export function searchSets(
  request: SetRequest,
  groups: readonly (readonly number[])[],
): SetCandidate | undefined {
  const setOf: number[] = [];
  for (const [set, kinds] of groups.entries()) for (const kind of kinds) setOf[kind] = set;
  const open: OpenChoice[] = [];
  for (const { glwe, bootstrapGadgets } of bootstrapKeys()) {
    if (!request.admits(glwe)) continue;
    const search = new GroupSearch(request, setOf, glwe);
    const alone = groups.map((kinds, set) => {
      const quiet = groups.map(() => 0);
      return new Map(
        bootstrapGadgets.map((gadget) => {
          const own = search.best(set, kinds, gadget, quiet, Number.POSITIVE_INFINITY);
          return [gadget, own === undefined ? Number.POSITIVE_INFINITY : value(request, own)];
        }),
      );
    });
    for (const gadgets of choices(bootstrapGadgets, groups.length)) {
      const least = gadgets.reduce((sum, own, set) => sum + (alone[set]?.get(own) ?? 0), 0);
      if (Number.isFinite(least)) open.push({ search, glwe, gadgets, least });
    }
  }
  open.sort((a, b) => a.least - b.least);
  let best: SetCandidate | undefined;
  for (const { search, glwe, gadgets, least } of open) {
    const below = best === undefined ? Number.POSITIVE_INFINITY : value(request, best);
    if (least >= below) break;
    best = settle(search, request, groups, setOf, glwe, gadgets, below) ?? best;
  }
  return best;
}

/** A GLWE key and a bootstrap gadget for each set. */
interface OpenChoice {
  readonly search: GroupSearch;
  readonly glwe: GlweParameters;
  readonly gadgets: readonly Gadget[];
  /** No candidate with them has a smaller value. */
  readonly least: number;
}

function value(
  { objective }: SetRequest,
  own: Pick<SetCandidate, "runMs" | "keyBytes" | "keyMemoryBytes">,
): number {
  if (objective === "time") return own.runMs;
  return objective === "keys" ? own.keyBytes : own.keyMemoryBytes;
}

/** A candidate with these bootstrap gadgets whose value is below `below`. */
function settle(
  search: GroupSearch,
  request: SetRequest,
  groups: readonly (readonly number[])[],
  setOf: readonly number[],
  glwe: GlweParameters,
  gadgets: readonly Gadget[],
  below: number,
): SetCandidate | undefined {
  // The quietest that each may be, so that the first choices are the fastest ones.
  const variances = gadgets.map((gadget) => Math.min(...search.variances(gadget)));
  let chosen: OwnChoice[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const before = [...variances];
    chosen = [];
    let left = below;
    for (const [set, gadget] of gadgets.entries()) {
      const own = search.best(set, groups[set] ?? [], gadget, variances, left);
      if (own === undefined) return undefined;
      variances[set] = own.variance;
      left -= value(request, own);
      chosen.push(own);
    }
    const settled = before.every((variance, set) => variance === variances[set]);
    if (settled || groups.length === 1) return combine(request, glwe, groups, setOf, chosen);
  }
  return undefined;
}

function combine(
  request: SetRequest,
  glwe: GlweParameters,
  groups: readonly (readonly number[])[],
  setOf: readonly number[],
  chosen: readonly OwnChoice[],
): SetCandidate | undefined {
  const keyBytes = chosen.reduce((sum, own) => sum + own.keyBytes, 0);
  const keyMemoryBytes = chosen.reduce((sum, own) => sum + own.keyMemoryBytes, 0);
  if (keyBytes > request.maxEvaluationKeyBytes || keyMemoryBytes > request.maxKeyMemoryBytes) {
    return undefined;
  }
  const extensions: number[] = [];
  for (const [set, kinds] of groups.entries()) {
    for (const [i, kind] of kinds.entries()) extensions[kind] = chosen[set]?.extensions[i] ?? 0;
  }
  return {
    glwe,
    bootstraps: chosen.map(({ bootstrap }) => bootstrap),
    setOf,
    extensions,
    runMs: chosen.reduce((sum, own) => sum + own.runMs, 0),
    keyBytes,
    keyMemoryBytes,
  };
}

class GroupSearch {
  readonly keys: readonly LweParameters[] = lweKeys();
  readonly #request: SetRequest;
  readonly #setOf: readonly number[];
  readonly #glwe: GlweParameters;
  readonly #fresh: number;
  readonly #extraction: number;
  readonly #diagrams: number;
  readonly #variances = new Map<Gadget, readonly number[]>();

  constructor(request: SetRequest, setOf: readonly number[], glwe: GlweParameters) {
    this.#request = request;
    this.#setOf = setOf;
    this.#glwe = glwe;
    const room = uploadRoom(constraintsIn(request.limits));
    this.#fresh = freshSourceVariance(glwe, bootstrapUploadBits(glwe, room));
    this.#extraction = extractionVariance(glwe);
    this.#diagrams = request.diagramVariance?.(glwe) ?? 0;
  }

  /** Of bootstrap outputs with `gadget`, for each of `keys`. */
  variances(gadget: Gadget): readonly number[] {
    const known =
      this.#variances.get(gadget) ??
      this.keys.map(({ dimension }) => bootstrapVariance(this.#glwe, gadget, dimension));
    this.#variances.set(gadget, known);
    return known;
  }

  /**
   * The best small key, key switch and extensions of set `set`, whose kinds are `kinds`, with `gadget` for its bootstrap key; undefined
   * when none is below `below`.
   */
  best(
    set: number,
    kinds: readonly number[],
    gadget: Gadget,
    variances: readonly number[],
    below: number,
  ): OwnChoice | undefined {
    let best: OwnChoice | undefined;
    let least = below;
    for (const [index, lwe] of this.keys.entries()) {
      const variance = this.variances(gadget)[index] ?? 0;
      const smallest = { lwe, bootstrapGadget: gadget, keySwitchGadget: { baseLog: 1, levels: 1 } };
      const bound = {
        runMs: this.#runMs(kinds, smallest, []),
        keyBytes: evaluationKeyBytes(this.#glwe, smallest),
        keyMemoryBytes: evaluationKeyMemoryBytes(this.#glwe, smallest),
      };
      if (value(this.#request, bound) >= least) continue;
      const bySet = variances.with(set, variance);
      const sources = {
        fresh: this.#fresh,
        extraction: this.#extraction,
        diagrams: this.#diagrams,
        bootstraps: this.#setOf.map((own) => bySet[own] ?? 0),
      };
      const total = (norms: readonly NoiseSources[]): number => {
        let most = 0;
        for (const own of norms) most = Math.max(most, sumVariance(own, sources));
        return most;
      };
      const { lookups, outputs } = this.#request.limits;
      if (outputs.some(({ output, largest }) => total(output.sources) > largest)) continue;
      const rooms = kinds.map((kind) => {
        const own = lookups[kind];
        return own === undefined ? 0 : own.largest - total(own.lookup.sources);
      });
      if (rooms.some((room) => room <= 0)) continue;
      for (const candidate of keySwitches(this.#glwe, lwe)) {
        const left = rooms.map((room) => room - candidate.variance);
        const extensions = kinds.map((kind, i) =>
          this.#extension(kind, lwe.dimension, left[i] ?? 0),
        );
        if (extensions.includes(-1)) continue;
        const keySwitchGadget = candidate.gadget;
        const bootstrap = { lwe, bootstrapGadget: gadget, keySwitchGadget };
        const keyBytes = evaluationKeyBytes(this.#glwe, bootstrap);
        if (keyBytes > this.#request.maxEvaluationKeyBytes) continue;
        const keyMemoryBytes = evaluationKeyMemoryBytes(this.#glwe, bootstrap);
        if (keyMemoryBytes > this.#request.maxKeyMemoryBytes) continue;
        const own = { bootstrap, extensions, keyBytes, keyMemoryBytes, variance };
        const runMs = this.#runMs(kinds, bootstrap, extensions);
        const found = { ...own, runMs };
        if (value(this.#request, found) >= least) continue;
        best = found;
        least = value(this.#request, found);
      }
    }
    return best;
  }

  /** The smallest extension whose modulus switch adds at most `room`; -1 when none does. */
  #extension(kind: number, lweDimension: number, room: number): number {
    const lookup = this.#request.limits.lookups[kind]?.lookup;
    if (lookup === undefined || room <= 0) return -1;
    for (let extensionLog2 = 0; extensionLog2 <= largestExtensionLog2; extensionLog2++) {
      const positions = positionsLog2(this.#glwe, extensionLog2, lookup);
      // A box of the table is an even number of positions wide.
      if (positions < lookup.precision + (lookup.negacyclic ? 1 : 2)) continue;
      if (centredModulusSwitchVariance(lweDimension, positions) <= room) return extensionLog2;
    }
    return -1;
  }

  #runMs(
    kinds: readonly number[],
    bootstrap: BootstrapParameters,
    extensions: readonly number[],
  ): number {
    const { limits, rates } = this.#request;
    return kinds.reduce((sum, kind, i) => {
      const count = limits.lookups[kind]?.lookup.count ?? 0;
      const { totalMs } = bootstrapTime(this.#glwe, bootstrap, extensions[i] ?? 0, rates);
      return sum + count * totalMs;
    }, 0);
  }
}

/** Every way to give one of `options` to each of `count` sets. */
function choices<Option>(options: readonly Option[], count: number): readonly Option[][] {
  if (count === 0) return [[]];
  return choices(options, count - 1).flatMap((rest) => options.map((option) => [...rest, option]));
}
