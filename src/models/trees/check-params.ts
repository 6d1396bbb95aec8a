import { VelumError } from "../../base/error.js";
import { contentText } from "../../base/value-text.js";

/** A rule for one parameter: what holds for good values, and the sentence for the others. */
export interface ParamRule<Params> {
  readonly name: keyof Params & string;
  readonly good: (value: number) => boolean;
  readonly cure: string;
  /** Allows `null` and texts; other checks see to those. */
  readonly orOther?: boolean;
}

/** Refuses the first parameter that breaks its rule. Errors: `bad-argument`. */
export function checkParams<Params extends object>(
  owner: string,
  params: Params,
  rules: readonly ParamRule<Params>[],
): void {
  for (const { name, good, cure, orOther = false } of rules) {
    const value: unknown = params[name];
    if (orOther && (value === null || typeof value === "string")) continue;
    if (typeof value === "number" && good(value)) continue;
    throw badParam(owner, name, value, cure);
  }
}

/** Refuses a text that is none of `choices`. Errors: `bad-argument`. */
export function checkChoice(
  owner: string,
  name: string,
  value: string | null,
  choices: readonly (string | null)[],
): void {
  if (choices.includes(value)) return;
  const listed = choices.map((choice) => JSON.stringify(choice)).join(", ");
  throw badParam(owner, name, value, `Pass one of ${listed}`);
}

export function badParam(owner: string, name: string, value: unknown, cure: string): VelumError {
  const text = typeof value === "number" ? String(value) : contentText(value);
  return new VelumError({
    code: "bad-argument",
    path: `${owner} ${name}`,
    problem: `is ${text}`,
    ...(typeof value === "number" ? { actual: value } : {}),
    cure,
  });
}

/** As far as scikit-learn's counts go. */
export const isCount = (value: number): boolean =>
  Number.isInteger(value) && value >= 1 && value < 2 ** 31;
export const isSeed = (value: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < 2 ** 32;
export const isAtLeast0 = (value: number): boolean =>
  value >= 0 && value < Number.POSITIVE_INFINITY;
export const isShare = (value: number): boolean => value > 0 && value <= 1;
/** A count, or below 1 a share. */
export const isCountOrShare = (value: number): boolean => isCount(value) || isShare(value);

export const countCure = "Pass an integer of at least 1";
export const countOrNullCure = "Pass an integer of at least 1, or null for no limit";
export const countOrShareCure = "Pass an integer of at least 1, or a share above 0 and below 1";
export const seedCure = "Pass an integer from 0 to 4294967295";
export const atLeast0Cure = "Pass a finite number of at least 0";
export const shareCure = "Pass a number above 0 and at most 1";
