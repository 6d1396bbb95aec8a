import type { BootstrapParameters, CryptoParameters } from "../tfhe/parameters.js";
import type { BootstrapTime } from "./bootstrap-cost.js";
import type { KernelRates } from "./kernel-rates.js";

/**
 * Where a noisy value comes from: sums of squared weights on bootstrap outputs and on fresh inputs. Each counts the rounding to the
 * 32-bit torus with its weight; for weights applied on the 64-bit torus, before extraction, that is an upper bound.
 */
export interface NoiseSources {
  readonly bootstrapSquaredNorm: number;
  readonly freshSquaredNorm: number;
}

/** Table look-ups of one kind: key switch, modulus switch and blind rotation of a weighted sum. */
export interface LookupConstraint extends NoiseSources {
  /** Bits p of the table's argument. One padding bit lies on top, unless the table is negacyclic. */
  readonly precision: number;
  /** The table satisfies f(x + 2^(p-1)) = -f(x) and needs no padding bit. */
  readonly negacyclic: boolean;
  /** log2 of the number of tables read from one rotation. */
  readonly tablesLog2: number;
  /** Rotations of this kind in one run. */
  readonly count: number;
}

/** Values of one kind that the client decrypts. */
export interface OutputConstraint extends NoiseSources {
  readonly bits: number;
  /** A padding bit lies above the `bits`. */
  readonly padded: boolean;
  readonly count: number;
}

export interface ParameterRequest {
  /** At least one; a region without look-ups uses `chooseLinearParameters`. */
  readonly lookups: readonly LookupConstraint[];
  readonly outputs: readonly OutputConstraint[];
  /** log2 of the allowed failure probability of each look-up and each output: -64, or -128 where decryptions will be shared. */
  readonly failureLog2: number;
  /** Limit on the seeded evaluation keys, bytes; `Infinity` for none. */
  readonly maxEvaluationKeyBytes: number;
  readonly rates: KernelRates;
}

/** log2 of standard deviations relative to the torus, weights applied; `-Infinity` for a source that is absent. */
export interface LookupNoise {
  readonly bootstrapLog2: number;
  readonly freshLog2: number;
  readonly keySwitchLog2: number;
  readonly modulusSwitchLog2: number;
  readonly totalLog2: number;
  /** log2 of the largest error that still reads the right table entry: half a step. */
  readonly limitLog2: number;
  /** log2 of the failure probability of one look-up. */
  readonly failureLog2: number;
}

export interface OutputNoise {
  /** Bits kept of every number of the ciphertext on download, at most 32. */
  readonly downloadBits: number;
  readonly totalLog2: number;
  readonly limitLog2: number;
  /** log2 of the failure probability of one output. */
  readonly failureLog2: number;
}

/** Parameters with what was predicted of them. `lookups` and `outputs` are in the order of the request. */
export interface ParameterChoice {
  readonly parameters: CryptoParameters & { readonly bootstrap: BootstrapParameters };
  /** Bits of each uploaded body; more would lie below the noise. */
  readonly uploadBits: number;
  readonly lookups: readonly LookupNoise[];
  readonly outputs: readonly OutputNoise[];
  /** log2 of the failure probability of a whole run: union over all look-ups and outputs. */
  readonly runFailureLog2: number;
  /** One bootstrap with its key switch. */
  readonly time: BootstrapTime;
  /** All look-ups of a run, one thread. */
  readonly runMs: number;
  /** Seeded evaluation keys as they travel. */
  readonly evaluationKeyBytes: number;
  /** Expanded evaluation keys in the server's memory. */
  readonly evaluationKeyMemoryBytes: number;
}
