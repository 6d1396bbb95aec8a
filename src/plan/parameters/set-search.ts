import type { Gadget, GlweParameters } from "../../tfhe/parameters.js";
import { bootstrapKeys } from "../search-space.js";
import { GroupSearch } from "./group-search.js";
import {
  type OwnChoice,
  objectiveValue,
  type SetCandidate,
  type SetRequest,
} from "./set-request.js";

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
          return [
            gadget,
            own === undefined ? Number.POSITIVE_INFINITY : objectiveValue(request, own),
          ];
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
  for (const choice of open) {
    const below = best === undefined ? Number.POSITIVE_INFINITY : objectiveValue(request, best);
    if (choice.least >= below) break;
    best = settle(choice, request, groups, setOf, below) ?? best;
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

/** A candidate with these bootstrap gadgets whose value is below `below`. */
function settle(
  { search, glwe, gadgets }: OpenChoice,
  request: SetRequest,
  groups: readonly (readonly number[])[],
  setOf: readonly number[],
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
      left -= objectiveValue(request, own);
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

/** Every way to give one of `options` to each of `count` sets. */
function choices<Option>(options: readonly Option[], count: number): readonly Option[][] {
  if (count === 0) return [[]];
  return choices(options, count - 1).flatMap((rest) => options.map((option) => [...rest, option]));
}
