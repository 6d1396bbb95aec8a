import { checkOptions } from "../../base/check-options.js";

/** A transformer or a model: its class's name and its parameters. */
export interface Step {
  readonly name: string;
  getParams(): object;
  setParams(params: object): unknown;
}

/**
 * Names of steps as scikit-learn's `make_pipeline` gives them: the class's name in small letters, with `-1`, `-2`, ... where several are of
 * one class.
 */
export function stepNames(steps: readonly Step[]): readonly string[] {
  const names = steps.map(({ name }) => name.toLowerCase());
  return names.map((name, i) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    return `${name}-${names.slice(0, i + 1).filter((own) => own === name).length}`;
  });
}

/** The parameters of all steps in one object, as `step__param`. */
export function stepParams(steps: readonly Step[]): Readonly<Record<string, unknown>> {
  const names = stepNames(steps);
  return Object.fromEntries(
    steps.flatMap((step, i) =>
      Object.entries(step.getParams()).map(([param, value]) => [`${names[i]}__${param}`, value]),
    ),
  );
}

/**
 * Gives every step its own of `params`, by `step__param`, and returns the rest. Errors: `bad-argument` for a name that neither a step nor
 * `others` has, before anything changes.
 */
export function setStepParams(
  steps: readonly Step[],
  params: Readonly<Record<string, unknown>>,
  others: readonly string[],
  path: string,
): Readonly<Record<string, unknown>> {
  checkOptions(params, [...others, ...Object.keys(stepParams(steps))], path);
  const names = stepNames(steps);
  for (const [i, step] of steps.entries()) {
    const start = `${names[i]}__`;
    const own = Object.entries(params)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]);
    if (own.length > 0) step.setParams(Object.fromEntries(own));
  }
  return Object.fromEntries(Object.entries(params).filter(([name]) => others.includes(name)));
}
