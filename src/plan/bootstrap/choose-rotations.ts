import { chooseParameters, describeChoice } from "../parameters/choose-parameters.js";
import type { ParameterChoice, ParameterRequest } from "../parameters/parameter-request.js";
import { searchParameters } from "../parameters/parameter-search.js";
import type { SetCandidate } from "../parameters/set-request.js";
import { constraintsOf, type PlannedProgram, type ProgramConstraints } from "./constraints.js";
import { type Sharing, type SharingPolicy, sharedArguments } from "./rotations.js";

/** Tables that one rotation may hold. */
const tableCounts = [1, 2, 4, 8, 16];
/** Weights on steps that a table may need to be read as a sum of them. */
const stepWeights = [0, 1, 2, 4, 8, 16, 32];

/** Share of a run's predicted time that shared rotations must save: they may need larger keys. */
const leastSavedShare = 0.1;

/** Which look-ups share rotations, and the parameters for them. */
export interface RotationChoice {
  readonly constraints: ProgramConstraints;
  readonly choice: ParameterChoice;
}

/** All of a request but the look-ups and outputs that programs ask for. */
export type RotationRequest = Omit<ParameterRequest, "lookups" | "outputs">;

/**
 * The fastest parameters for programs under one key. Look-ups of one argument may share a rotation: as tables side by side in it, which
 * then tells fewer positions apart and may have to be extended further, or as sums of the steps of one table, which adds up noise. For
 * each precision, both are tried, and kept where the predicted time of a run gets shorter. Errors: those of `chooseParameters`.
 */
export function chooseRotations(
  programs: readonly PlannedProgram[],
  request: RotationRequest,
): RotationChoice {
  const search = new RotationSearch(programs, request);
  const alone = search.attempt(new Map());
  if (alone === undefined) return chosenAlone(programs, request);
  let best = alone;
  for (const precision of search.sharing(alone)) {
    const found = search.improve(best, precision);
    if (found.best.runMs <= best.best.runMs * (1 - leastSavedShare)) best = found;
  }
  if (best.best.runMs > request.limits.maxRunMs) return chosenAlone(programs, request);
  return { constraints: best.constraints, choice: describeChoice(best.request, best.best) };
}

/** Every look-up in a rotation of its own. Throws where that has no parameters. */
function chosenAlone(
  programs: readonly PlannedProgram[],
  request: RotationRequest,
): RotationChoice {
  const constraints = constraintsOf(programs);
  const { lookups, outputs } = constraints;
  return { constraints, choice: chooseParameters({ ...request, lookups, outputs }) };
}

/** A way to share rotations, and the parameters that it takes. */
interface Candidate {
  readonly policy: SharingPolicy;
  readonly constraints: ProgramConstraints;
  readonly request: ParameterRequest;
  readonly best: SetCandidate;
}

class RotationSearch {
  readonly #programs: readonly PlannedProgram[];
  readonly #request: RotationRequest;
  /** Different policies may ask for the same. */
  readonly #known = new Map<string, SetCandidate | undefined>();

  constructor(programs: readonly PlannedProgram[], request: RotationRequest) {
    this.#programs = programs;
    this.#request = request;
  }

  /** Undefined where nothing is quiet enough. */
  attempt(policy: SharingPolicy): Candidate | undefined {
    const constraints = constraintsOf(this.#programs, policy);
    const { lookups, outputs } = constraints;
    const request = { ...this.#request, lookups, outputs };
    const key = JSON.stringify([lookups, outputs]);
    const best = this.#known.has(key) ? this.#known.get(key) : searchParameters(request, "time");
    this.#known.set(key, best);
    return best === undefined ? undefined : { policy, constraints, request, best };
  }

  /** Precisions at which sharing may save enough, the widest first. */
  sharing({ request, best, constraints }: Candidate): number[] {
    const { times } = describeChoice(request, best);
    const spare = new Map<number, number>();
    for (const { regions } of this.#programs) {
      for (const [precision, count] of sharedArguments(regions)) {
        spare.set(precision, (spare.get(precision) ?? 0) + count);
      }
    }
    const saves = (precision: number, count: number): boolean => {
      const kind = constraints.lookups.findIndex((own) => own.precision === precision);
      return count * (times[kind]?.totalMs ?? 0) >= leastSavedShare * best.runMs;
    };
    return [...spare]
      .filter(([precision, count]) => saves(precision, count))
      .map(([precision]) => precision)
      .sort((a, b) => b - a);
  }

  /** The fastest way to share rotations of one precision, the others as they are. */
  improve(from: Candidate, precision: number): Candidate {
    let best = from;
    const attempt = (sharing: Sharing): Candidate | undefined => {
      const found = this.attempt(new Map([...from.policy, [precision, sharing]]));
      if (found !== undefined && found.best.runMs < best.best.runMs) best = found;
      return found;
    };
    for (const stepWeight of stepWeights) attempt({ tablesLog2: 0, stepWeight });
    const { stepWeight = 0 } = best.policy.get(precision) ?? {};
    for (const weight of new Set([stepWeight, 0])) {
      for (const [tablesLog2] of tableCounts.entries()) {
        attempt({ tablesLog2, stepWeight: weight });
      }
    }
    return best;
  }
}
