import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { contentText } from "../base/value-text.js";

/** What estimators and transformers share: a name, and parameters by scikit-learn's names. */
export abstract class Configurable<P extends object> {
  /** The class's name, in errors and files. */
  readonly name: string;
  #params: P;

  /** Errors: `bad-argument` for a parameter that `defaults` does not have. */
  constructor(name: string, defaults: P, params: Partial<P>) {
    this.name = name;
    this.#params = merged(defaults, params, name);
  }

  /** All parameters, those left to their defaults too. */
  getParams(): P {
    return this.#params;
  }

  /** Changes parameters; they count from the next `fit` on. Errors: `bad-argument` for one that there is not. */
  setParams(params: Partial<P>): this {
    this.#params = merged(this.#params, params, `${this.name}.setParams`);
    return this;
  }

  /** Another one with the same parameters, not fitted. */
  clone(): this {
    const again = this.constructor as new (params: P) => this;
    return new again(this.#params);
  }
}

/** `own` with what `params` gives in its place; `undefined` leaves it. Switches take booleans alone: `"false"` would be true. */
function merged<P extends object>(own: P, params: Partial<P>, path: string): P {
  checkOptions(params, Object.keys(own), path);
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const before = new Map(Object.entries(own));
  for (const [name, value] of given) {
    if (typeof before.get(name) !== "boolean" || typeof value === "boolean") continue;
    throw new VelumError({
      code: "bad-argument",
      path: `${path} ${name}`,
      problem: `is ${contentText(value)}`,
      cure: "Pass true or false",
    });
  }
  return { ...own, ...Object.fromEntries(given) };
}
