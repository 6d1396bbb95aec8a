import { largestVariance } from "../../security/failure.js";
import type { GlweParameters } from "../../tfhe/parameters.js";
import { headerBytes, seedBytes } from "../../tfhe/wire-header.js";
import { bootstrapUploadBits, lookupLimit, outputLimit, uploadRoom } from "./noise-prediction.js";
import type { LookupConstraint, ParameterRequest } from "./parameter-request.js";
import {
  constraintsIn,
  type Objective,
  type SetCandidate,
  type SetRequest,
  type VarianceLimits,
} from "./set-request.js";
import { searchSets } from "./set-search.js";

const defaultMostSets = 3;
/** Another set must save this share of a run's time and this many milliseconds: its keys have to be made, sent and kept. */
const leastSavedShare = 0.1;
const leastSavedMs = 20;

/** The best candidate by `objective`; undefined when none meets the constraints. The limit on time is not looked at. */
export function searchParameters(
  request: ParameterRequest,
  objective: Objective,
): SetCandidate | undefined {
  const limits = limitsOf(request);
  const search: SetRequest = {
    limits,
    rates: request.rates,
    maxEvaluationKeyBytes: request.limits.maxEvaluationKeyBytes,
    maxKeyMemoryBytes: request.limits.maxMemoryBytes - (request.limits.otherMemoryBytes ?? 0),
    objective,
    admits: (glwe) => uploadBytes(request, glwe, limits) <= request.limits.maxUploadBytes,
    diagramVariance: request.diagrams?.variance,
  };
  const levels = difficulties(request.lookups);
  let best = searchSets(search, [levels.flat()]);
  if (objective !== "time") return best;
  let cuts: readonly number[] = [];
  for (let sets = 2; sets <= Math.min(request.mostSets ?? defaultMostSets, levels.length); sets++) {
    if (best !== undefined && best.runMs <= leastSavedMs) break;
    // A third set cuts one of the two in two.
    let found: { readonly candidate: SetCandidate; readonly cuts: readonly number[] } | undefined;
    for (let cut = 1; cut < levels.length; cut++) {
      if (cuts.includes(cut)) continue;
      const own = [...cuts, cut].sort((a, b) => a - b);
      const candidate = searchSets(search, groupsOf(levels, own));
      if (candidate === undefined) continue;
      if (found === undefined || candidate.runMs < found.candidate.runMs) {
        found = { candidate, cuts: own };
      }
    }
    if (found === undefined || !paysOff(best, found.candidate)) break;
    best = found.candidate;
    cuts = found.cuts;
  }
  return best;
}

/** The largest variances that the constraints allow. */
export function limitsOf(
  request: Pick<ParameterRequest, "lookups" | "outputs" | "failureLog2">,
): VarianceLimits {
  // The quantile of the failure probability is the costly part: once.
  const unit = largestVariance(1, request.failureLog2);
  return {
    lookups: request.lookups.map((lookup) => ({
      lookup,
      largest: lookupLimit(lookup) ** 2 * unit,
    })),
    outputs: request.outputs.map((output) => ({
      output,
      largest: outputLimit(output) ** 2 * unit,
    })),
  };
}

/** One request as it travels, header included. `limits`: those of the request. */
export function uploadBytes(
  { uploadLength, diagrams }: Pick<ParameterRequest, "uploadLength" | "diagrams">,
  glwe: GlweParameters,
  limits: VarianceLimits,
): number {
  const bits = bootstrapUploadBits(glwe, uploadRoom(constraintsIn(limits)));
  const numbers = Math.ceil((uploadLength * bits) / 8);
  if (diagrams === undefined) return headerBytes + seedBytes + numbers;
  const vector = uploadLength === 0 ? 0 : seedBytes + numbers;
  return headerBytes + vector + diagrams.uploadBytes(glwe);
}

/** Kinds of look-ups that need about as many positions, by rising number. */
function difficulties(lookups: readonly LookupConstraint[]): readonly (readonly number[])[] {
  const levels = new Map<number, number[]>();
  for (const [kind, lookup] of lookups.entries()) {
    const narrower = Math.round(-Math.log2(lookup.margin ?? 1));
    const bits = lookup.precision + lookup.tablesLog2 - (lookup.negacyclic ? 1 : 0) + narrower;
    levels.set(bits, [...(levels.get(bits) ?? []), kind]);
  }
  return [...levels].sort(([a], [b]) => a - b).map(([, kinds]) => kinds);
}

function groupsOf(
  levels: readonly (readonly number[])[],
  cuts: readonly number[],
): readonly (readonly number[])[] {
  const ends = [...cuts, levels.length];
  return ends.map((end, i) => levels.slice(i === 0 ? 0 : ends[i - 1], end).flat());
}

function paysOff(best: SetCandidate | undefined, other: SetCandidate): boolean {
  if (best === undefined) return true;
  const saved = best.runMs - other.runMs;
  return saved >= leastSavedMs && saved >= leastSavedShare * best.runMs;
}
