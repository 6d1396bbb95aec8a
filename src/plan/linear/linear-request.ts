import type { CryptoParameters, GlweParameters } from "../../tfhe/parameters.js";
import type { PlanProtection } from "../protection.js";

export const torusBits = 64;
/** Of a number that travels. */
export const fewestBits = 4;

/** Outputs of one kind of a bootstrap-free region: each a clear-weight sum of the encrypted vector, modulo `2^bits`. */
export interface LinearOutput {
  /** Bits of the result. The whole torus is used: no padding bit. */
  readonly bits: number;
  /** Sum of squares of its weights. */
  readonly squaredNorm: number;
  /** Sum of magnitudes of its weights. */
  readonly oneNorm: number;
  /** Outputs of this kind. */
  readonly count: number;
  /** How errors name it. */
  readonly path?: string | undefined;
}

/** What a bootstrap-free region asks of its parameters. */
export interface LinearRequest {
  readonly outputs: readonly LinearOutput[];
  /** Entries of the encrypted vector. */
  readonly vectorLength: number;
  /**
   * How many outputs may share one response ciphertext. 1: each output travels as an LWE ciphertext of its own. More: rows of weights
   * lie side by side in one clear polynomial, and the client then uploads every coefficient that such a product touches.
   */
  readonly largestOutputsPerResponse: number;
  /** 2-norm of all rows of a response together up to which the product with them is exact; absent: no limit. */
  readonly largestNorm?: number;
  /** log2 of the allowed failure probability of each output: -64, or -128 where decryptions will be shared. */
  readonly failureLog2: number;
  /** log2 of the allowed statistical distance of an answer from one that says nothing but the values; absent: answers are not protected. */
  readonly distanceLog2?: number;
}

/** What is chosen, and what it takes. */
export interface LinearChoice {
  readonly parameters: CryptoParameters;
  /** Outputs in one response. */
  readonly outputsPerResponse: number;
  /** Bits of each uploaded body coefficient; the mask travels as a seed. */
  readonly uploadBits: number;
  /** Bits of each number of a response, mask and body alike. */
  readonly downloadBits: number;
  /** Seed and bodies, without headers. */
  readonly uploadBytes: number;
  /** All responses, without headers. */
  readonly downloadBytes: number;
  /** For each kind of output, log2 of the failure probability of one. */
  readonly failureLog2: readonly number[];
  /** log2 of the failure probability of a whole run: union over all outputs. */
  readonly runFailureLog2: number;
  /** For each kind of output, log2 of the deviation of its error and of half a step, relative to the torus. */
  readonly noiseLog2: readonly number[];
  readonly limitLog2: readonly number[];
  /** Present where answers are protected. */
  readonly protection?: PlanProtection;
}

/** What the search varies. */
export interface LinearCandidate {
  readonly glwe: GlweParameters;
  readonly perResponse: number;
  readonly uploadBits: number;
  readonly downloadBits: number;
}

/** Outputs of all kinds. */
export function outputCount(request: LinearRequest): number {
  return request.outputs.reduce((sum, output) => sum + output.count, 0);
}
