import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";

/** Features that a node may ask, and what its children's rights derive from. */
export interface Permitted {
  /** Undefined: all. */
  readonly features: ReadonlySet<number> | undefined;
  /** Groups that hold every feature asked on the way here. */
  readonly groups: readonly ReadonlySet<number>[];
}

/** Groups of features that may ask after each other on one way through a tree; a feature may always be asked again. */
export class InteractionRules {
  readonly root: Permitted;

  constructor(groups: readonly (readonly number[])[]) {
    this.root = { features: undefined, groups: groups.map((group) => new Set(group)) };
  }

  /** Rights of both children of a node that asked `feature`. */
  below({ groups }: Permitted, feature: number): Permitted {
    const left = groups.filter((group) => group.has(feature));
    return { features: new Set([feature, ...left.flatMap((group) => [...group])]), groups: left };
  }
}

/** Groups that leave no feature out: those that are in none are one more. */
export function withOthers(
  groups: readonly (readonly number[])[] | "pairwise" | "no_interactions" | null,
  features: number,
): readonly (readonly number[])[] | null {
  const all = Array.from({ length: features }, (_, j) => j);
  if (groups === "no_interactions") return all.map((j) => [j]);
  if (groups === "pairwise") return all.flatMap((i) => all.slice(i + 1).map((j) => [i, j]));
  if (!Array.isArray(groups)) return groups;
  const others = all.filter((j) => !groups.some((group) => group.includes(j)));
  return others.length > 0 ? [...groups, others] : groups;
}

/** Undefined where there are no groups. Errors: `bad-argument`; `path` names the parameter. */
export function interactionRules(
  path: string,
  groups: readonly (readonly number[])[] | null,
  features: number,
): InteractionRules | undefined {
  if (groups === null) return undefined;
  const known =
    Array.isArray(groups) &&
    groups.every(
      (group) =>
        Array.isArray(group) &&
        group.every((feature) => Number.isInteger(feature) && feature >= 0 && feature < features),
    );
  if (known) return new InteractionRules(groups);
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `is ${contentText(groups)}`,
    limit: features - 1,
    cure: `Pass lists of features from 0 to ${features - 1}, [[0, 1], [2]], or null`,
  });
}
