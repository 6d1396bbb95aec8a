import type { CryptoParameters } from "../../tfhe/parameters.js";
import { parameterSetRows } from "./named-parameter-rows.js";

/** The optimizer's choice for one kind of look-up, as data. */
export interface NamedParameterSet {
  /** Like `p=4 norm=5 2^-128`. */
  readonly name: string;
  /** Bits of the table's argument; one padding bit lies on top. */
  readonly precision: number;
  /** 2-norm of the weights between two bootstraps. */
  readonly norm: number;
  /** log2 of the failure probability asked for. */
  readonly failureLog2: number;
  readonly parameters: CryptoParameters;
  /** Of the rotations. */
  readonly extensionLog2: number;
}

/**
 * Sets for tables of 1 to 8 bits, norms 1 and 5, failure below 2^-64 and 2^-128 per look-up, made by `chooseParameters` with
 * `referenceRates`. `node oracles/security/make-sets.mjs` makes them again; a test compares.
 */
export const namedParameterSets: readonly NamedParameterSet[] = parameterSetRows.map(
  ([
    precision,
    norm,
    failureLog2,
    dimension,
    polynomialSize,
    glweNoiseLog2,
    n,
    lweNoiseLog2,
    baseLog,
    levels,
    keySwitchBaseLog,
    keySwitchLevels,
    extensionLog2,
  ]) => ({
    name: parameterSetName(precision, norm, failureLog2),
    precision,
    norm,
    failureLog2,
    parameters: {
      glwe: { dimension, polynomialSize, noiseLog2: glweNoiseLog2 },
      bootstraps: [
        {
          lwe: { dimension: n, noiseLog2: lweNoiseLog2 },
          bootstrapGadget: { baseLog, levels },
          keySwitchGadget: { baseLog: keySwitchBaseLog, levels: keySwitchLevels },
        },
      ],
    },
    extensionLog2,
  }),
);

/** The name of the set for `precision` bits, 2-norm `norm` and failure below `2^failureLog2`. */
export function parameterSetName(precision: number, norm: number, failureLog2: number): string {
  return `p=${precision} norm=${norm} 2^${failureLog2}`;
}
