import { VelumError } from "../base/error.js";
import { contentText } from "../base/value-text.js";

/** Refuses parameters of one estimator that are out of range. Every method gives `bad-argument` naming estimator, parameter and value. */
export class ParamChecks {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Finite, and at least `least`. */
  atLeast(param: string, value: number, least: number): void {
    if (Number.isFinite(value) && value >= least) return;
    throw this.bad(param, value, `Pass a finite number of at least ${least}`);
  }

  /** Finite, and above 0. */
  positive(param: string, value: number): void {
    if (Number.isFinite(value) && value > 0) return;
    throw this.bad(param, value, "Pass a finite number above 0");
  }

  /** From `least` to `most`. */
  between(param: string, value: number, least: number, most: number): void {
    if (typeof value === "number" && value >= least && value <= most) return;
    throw this.bad(param, value, `Pass a number from ${least} to ${most}`);
  }

  /** Whole, from `least` to `most`. */
  whole(param: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    const range =
      most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw this.bad(param, value, `Pass an integer ${range}`);
  }

  /** One of `choices`. */
  oneOf(param: string, value: string | null, choices: readonly (string | null)[]): void {
    if (choices.includes(value)) return;
    const list = choices.map((choice) => JSON.stringify(choice)).join(" or ");
    throw this.bad(param, contentText(value), `Pass ${list}`);
  }

  bad(param: string, actual: number | string, cure: string): VelumError {
    // JavaScript passes more than numbers, and not all of it has a text.
    const text = typeof actual === "string" ? actual : contentText(actual);
    return new VelumError({
      code: "bad-argument",
      path: `${this.#name} ${param}`,
      problem: `is ${text}`,
      actual: typeof actual === "number" ? actual : text,
      cure,
    });
  }
}
