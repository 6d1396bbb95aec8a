import { encryptClear } from "../../graph/clear-part.js";
import type { Graph } from "../../graph/graph.js";
import { checkLegality } from "../../passes/check-legality.js";
import { lowerings } from "../../passes/lower/lower.js";
import type { RoundingRule } from "../../passes/rounding-rule.js";
import { sharedArguments } from "../../plan/bootstrap/rotations.js";
import { linearRegions } from "../../regions/linear-regions.js";
import type { RegionProgram } from "../../regions/region-program.js";
import { assignTogether, type Feed } from "../composition.js";
import { largestArgumentBits, largestLookupBits } from "./look-up-limits.js";
import { refreshOutputs, staleOutputs } from "./refresh-outputs.js";

/** All functions of a module as linear operations and look-ups, and what the plan reads of them. */
export interface LoweredModule {
  readonly lowered: readonly Graph[];
  readonly regions: readonly RegionProgram[];
}

/** A module of which some functions could also keep look-ups at their full width, to share bootstraps. */
export interface ModuleLowerings extends LoweredModule {
  /** Numbers of those functions. */
  readonly wide: readonly number[];
  /** The module where these of them do; undefined where that would not make look-ups of the last one share any. */
  readonly withWhole: (functions: readonly number[]) => LoweredModule | undefined;
}

type Lowerings = ReturnType<typeof lowerings>;

/** Linear operations and look-ups; wired outputs end in a look-up, and so does everything where nothing is looked up at all. */
export function lowerModule(
  graphs: readonly Graph[],
  feeds: readonly Feed[],
  rounding: RoundingRule,
): ModuleLowerings {
  const wired = graphs.map(
    (_, program) =>
      new Set(feeds.flatMap(({ from }) => (from.program === program ? [from.output] : []))),
  );
  const sources = graphs.map((graph, program) =>
    readyToFeed(graph, wired[program] ?? new Set<number>()),
  );
  const lowerWith = (refreshed: readonly Graph[]): ModuleLowerings => {
    const raw = refreshed.map((graph) =>
      lowerings(graph, largestLookupBits, "look-ups", largestArgumentBits, rounding),
    );
    const apart = finish(raw, [], feeds);
    const staleIn = ({ regions }: LoweredModule): boolean =>
      regions.some((own, program) => staleOutputs(own, wired[program] ?? new Set()).size > 0);
    return {
      ...apart,
      wide: raw.flatMap(({ whole }, program) => (whole === undefined ? [] : [program])),
      withWhole: (functions) => {
        const found = finish(raw, functions, feeds);
        const last = found.regions[functions.at(-1) ?? -1];
        const shares = last !== undefined && sharedArguments(last).size > 0;
        return shares && !staleIn(found) ? found : undefined;
      },
    };
  };
  const first = lowerWith(sources);
  const stale = first.regions.map((regions, program) =>
    staleOutputs(regions, wired[program] ?? new Set()),
  );
  const looksUp = first.regions.some(({ steps }) => steps.some(({ kind }) => kind === "lookup"));
  const refreshes = looksUp || stale.some(({ size }) => size > 0);
  if (!refreshes) {
    return lowerWith(sources.map((graph) => refreshOutputs(graph, new Set(graph.outputs.keys()))));
  }
  if (stale.every(({ size }) => size === 0)) return first;
  return lowerWith(
    sources.map((graph, program) => refreshOutputs(graph, stale[program] ?? new Set())),
  );
}

/** Answers that feed others must be encrypted: where one is not, no parameter of the function travels in plain. */
function readyToFeed(graph: Graph, wired: ReadonlySet<number>): Graph {
  const isClear = (id: number | undefined): boolean =>
    id !== undefined && !graph.node(id).output.encrypted;
  return [...wired].some((output) => isClear(graph.outputs[output])) ? encryptClear(graph) : graph;
}

function finish(
  raw: readonly Lowerings[],
  whole: readonly number[],
  feeds: readonly Feed[],
): LoweredModule {
  const chosen = raw.map((own, program) =>
    whole.includes(program) ? (own.whole?.() ?? own.apart) : own.apart,
  );
  const lowered = assignTogether(chosen, feeds, true);
  for (const graph of lowered) checkLegality(graph, largestLookupBits);
  return { lowered, regions: lowered.map((graph) => linearRegions(graph)) };
}
