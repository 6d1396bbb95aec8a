import type { RotationShape } from "../../tfhe/bootstrap-shape.js";
import type { CryptoParameters, GlweParameters } from "../../tfhe/parameters.js";
import type { KernelRates } from "../kernel-rates.js";
import type { BootstrapTime } from "./bootstrap-cost.js";

/** Where a noisy value comes from: sums of squared weights on fresh inputs and on results of look-ups. */
export interface NoiseSources {
  readonly freshSquaredNorm: number;
  /**
   * Squared weights, from extraction on, of what is extracted from fresh ciphertexts and rounded to the 32-bit torus: weights that were
   * applied before do not count. `freshSquaredNorm` where absent, which bounds it.
   */
  readonly extractionSquaredNorm?: number;
  /** By kind of look-up: position among the request's `lookups`. What is absent is zero. */
  readonly bootstrapSquaredNorms: readonly number[];
  /** On sums of decision diagrams, which may share noise in any way: squared sums of weights. Zero where absent. */
  readonly diagramSquaredNorm?: number;
  /** Graph node whose value this is, for errors. */
  readonly node?: number | undefined;
}

/**
 * Look-ups of one kind, which are all done in one way: key switch, modulus switch and blind rotation of weighted sums. Kinds may get
 * different keys, so look-ups whose results differ much in what they ask for belong to different kinds.
 */
export interface LookupConstraint {
  /** Bits p of the table's argument. One padding bit lies on top, unless the table is negacyclic. */
  readonly precision: number;
  /** The table satisfies f(x + 2^(p-1)) = -f(x) and needs no padding bit. */
  readonly negacyclic: boolean;
  /** log2 of the number of tables read from one rotation. */
  readonly tablesLog2: number;
  /**
   * The error that must be borne, in halves of a step: less than 1 where arguments lie between entries, at least so far from the middle
   * of two; 1 where absent.
   */
  readonly margin?: number;
  /** Rotations of this kind in one run. */
  readonly count: number;
  /** The noisiest arguments: at least one. */
  readonly sources: readonly NoiseSources[];
}

/** Values of one kind that the client decrypts. */
export interface OutputConstraint {
  readonly bits: number;
  /** A padding bit lies above the `bits`. */
  readonly padded: boolean;
  readonly count: number;
  readonly sources: readonly NoiseSources[];
  /** The part of half a step that noise may take, where a flood takes the rest; 1 where absent. */
  readonly margin?: number;
  /** All 32 bits of every number are kept, because the output may come back as an input. */
  readonly unrounded?: boolean;
}

/** What a user allows; `Infinity` for no limit. */
export interface PlanLimits {
  /** One request as it travels. */
  readonly maxUploadBytes: number;
  /** Seeded evaluation keys as they travel. */
  readonly maxEvaluationKeyBytes: number;
  /** What the server holds: one client's expanded keys, and `otherMemoryBytes`. */
  readonly maxMemoryBytes: number;
  /** Weights, tables and one request, as far as they are known; 0 where absent. */
  readonly otherMemoryBytes?: number;
  /** Predicted look-ups of one run on one thread, milliseconds. */
  readonly maxRunMs: number;
}

export const noLimits: PlanLimits = {
  maxUploadBytes: Number.POSITIVE_INFINITY,
  maxEvaluationKeyBytes: Number.POSITIVE_INFINITY,
  maxMemoryBytes: Number.POSITIVE_INFINITY,
  maxRunMs: Number.POSITIVE_INFINITY,
};

/** Decision diagrams whose sums are looked up, under the same GLWE key. */
export interface DiagramSource {
  /** Of a sum's noise, relative to the torus; `Infinity` where the key holds no sums. */
  readonly variance: (glwe: GlweParameters) => number;
  /** Of their bits as they travel, without header. */
  readonly uploadBytes: (glwe: GlweParameters) => number;
}

export interface ParameterRequest {
  /** At least one; a region without look-ups uses `chooseLinearParameters`. */
  readonly lookups: readonly LookupConstraint[];
  readonly outputs: readonly OutputConstraint[];
  /** log2 of the allowed failure probability of each look-up and each output: -64, or -128 where decryptions will be shared. */
  readonly failureLog2: number;
  /** Numbers that one request uploads. */
  readonly uploadLength: number;
  readonly diagrams?: DiagramSource;
  readonly limits: PlanLimits;
  readonly rates: KernelRates;
  /** Most groups of look-ups with keys of their own; 3 where absent. */
  readonly mostSets?: number;
  /** How errors name a graph node. */
  readonly nodePath?: ((node: number) => string) | undefined;
}

/** log2 of standard deviations relative to the torus, weights applied; `-Infinity` for a source that is absent. */
export interface LookupNoise {
  readonly bootstrapLog2: number;
  /** Of inputs: fresh numbers and sums of decision diagrams. */
  readonly freshLog2: number;
  readonly keySwitchLog2: number;
  readonly modulusSwitchLog2: number;
  readonly totalLog2: number;
  /** log2 of the largest error that still reads the right table entry: half a step, or a part of it (`LookupConstraint.margin`). */
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
  readonly parameters: CryptoParameters;
  /** How each kind of look-up is done: whose keys, and how far its rotation is extended. */
  readonly rotations: readonly RotationShape[];
  /** Bits of each uploaded body; more would lie below the noise. */
  readonly uploadBits: number;
  readonly lookups: readonly LookupNoise[];
  readonly outputs: readonly OutputNoise[];
  /** log2 of the failure probability of a whole run: union over all look-ups and outputs. */
  readonly runFailureLog2: number;
  /** One bootstrap with its key switch, for each kind. */
  readonly times: readonly BootstrapTime[];
  /** All look-ups of a run, one thread. */
  readonly runMs: number;
  /** Seeded evaluation keys as they travel, without headers. */
  readonly evaluationKeyBytes: number;
  /** Expanded evaluation keys in the server's memory. */
  readonly evaluationKeyMemoryBytes: number;
}
