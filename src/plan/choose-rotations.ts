import { chooseParameters, describeChoice } from "./choose-parameters.js";
import { constraintsOf, type PlannedProgram, type ProgramConstraints } from "./constraints.js";
import type { ParameterChoice, ParameterRequest } from "./parameter-request.js";
import { searchParameters } from "./parameter-search.js";
import { type SharingPolicy, sharedArguments } from "./rotations.js";
import type { SetCandidate } from "./set-search.js";

/** The most tables that one rotation reads. */
const mostTables = 16;

/** Share of a run's predicted time that shared rotations must save: they may need larger keys. */
const leastSavedShare = 0.1;

/** More tables are not tried where fewer take so many times as long as the best. */
const hopeless = 1.2;

/** Which look-ups share rotations, and the parameters for them. */
export interface RotationChoice {
  readonly constraints: ProgramConstraints;
  readonly choice: ParameterChoice;
}

/** All of a request but the look-ups and outputs that programs ask for. */
export type RotationRequest = Omit<ParameterRequest, "lookups" | "outputs">;

interface Candidate {
  readonly constraints: ProgramConstraints;
  readonly request: ParameterRequest;
  readonly best: SetCandidate;
}

/**
 * The fastest parameters for programs under one key. Several tables looked up on one argument may come from one rotation, which then
 * tells fewer positions apart and may have to be extended further: for each precision, the number of tables is raised while that makes
 * the predicted time of a run shorter. Errors: those of `chooseParameters`.
 */
export function chooseRotations(
  programs: readonly PlannedProgram[],
  request: RotationRequest,
): RotationChoice {
  const attempt = (policy: SharingPolicy): Candidate | undefined => {
    const constraints = constraintsOf(programs, policy);
    const { lookups, outputs } = constraints;
    const own = { ...request, lookups, outputs };
    const best = searchParameters(own, "time");
    return best === undefined ? undefined : { constraints, request: own, best };
  };
  const alone = attempt(new Map());
  if (alone === undefined) return chosenAlone(programs, request);
  let best = alone;
  let policy: SharingPolicy = new Map();
  for (const [precision, most] of sharing(programs)) {
    let fastest: { readonly found: Candidate; readonly tried: SharingPolicy } | undefined;
    for (let tables = 2; tables / 2 < most && tables <= mostTables; tables *= 2) {
      const tried = new Map([...policy, [precision, Math.log2(tables)]]);
      const found = attempt(tried);
      if (found === undefined) break;
      const least = fastest?.found.best.runMs ?? best.best.runMs;
      if (found.best.runMs < least) fastest = { found, tried };
      else if (found.best.runMs > least * hopeless) break;
    }
    if (fastest === undefined) continue;
    if (fastest.found.best.runMs > best.best.runMs * (1 - leastSavedShare)) continue;
    best = fastest.found;
    policy = fastest.tried;
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

/** Precisions at which arguments are looked up several times, the widest first, and the most look-ups of one argument. */
function sharing(programs: readonly PlannedProgram[]): (readonly [number, number])[] {
  const most = new Map<number, number>();
  for (const { regions } of programs) {
    for (const [precision, count] of sharedArguments(regions)) {
      most.set(precision, Math.max(most.get(precision) ?? 0, count));
    }
  }
  return [...most].sort(([a], [b]) => b - a);
}
