/** Gadget decomposition: digits in base `2^baseLog`, `levels` of them, most significant first. */
export interface Gadget {
  readonly baseLog: number;
  readonly levels: number;
}

/**
 * A GLWE key: `dimension` (k) polynomials of `polynomialSize` (N) binary coefficients, over the torus mod 2^64.
 * Noise is TUniform(`noiseLog2`): uniform on [-2^b, 2^b] with halved ends, in units of 2^-64.
 */
export interface GlweParameters {
  readonly dimension: number;
  readonly polynomialSize: number;
  readonly noiseLog2: number;
}

/**
 * A small LWE key of `dimension` (n) binary coefficients, over the torus mod 2^32.
 * Noise is TUniform(`noiseLog2`) in units of 2^-32.
 */
export interface LweParameters {
  readonly dimension: number;
  readonly noiseLog2: number;
}

/**
 * What key switches followed by bootstraps need beyond the GLWE key: one small key with the two keys that lead to it and back. How far a
 * rotation is extended is no matter of keys: every look-up has its own (`RotationShape`).
 */
export interface BootstrapParameters {
  readonly lwe: LweParameters;
  /** Decomposition of the accumulators: GGSW rows of the bootstrap key. */
  readonly bootstrapGadget: Gadget;
  /** Decomposition of the big LWE ciphertext: rows of the key-switch key. */
  readonly keySwitchGadget: Gadget;
}

/**
 * Packed uploads of bits: one coefficient of a GLWE ciphertext for each row, taken apart by the server with a few keys.
 * A ciphertext holds up to 2^expansionLevels rows. Step j of the expansion uses the automorphism X -> X^(N / 2^j + 1); a step that is
 * not listed in `keyedLevels` applies the next listed one 2^(distance) times. The last step is always listed.
 */
export interface PackingParameters {
  readonly expansionLevels: number;
  /** Steps with a key of their own, rising. */
  readonly keyedLevels: readonly number[];
  /** Decomposition in the automorphisms' key switches, on the 64-bit torus. */
  readonly expansionGadget: Gadget;
  /** Decomposition in the products with key polynomials that make a GGSW. */
  readonly conversionGadget: Gadget;
}

/**
 * Everything that fixes the cryptography of one circuit. Ciphertexts between look-ups are all under the GLWE key; each group of
 * look-ups has a set of its own in `bootstraps`, which is empty where nothing is bootstrapped.
 */
export interface CryptoParameters {
  readonly glwe: GlweParameters;
  readonly bootstraps: readonly BootstrapParameters[];
  /** In files of format 1 alone: how far every rotation is extended. It was a part of the parameters and so of their id. */
  readonly extensionLog2?: number;
  /** Only where bits travel packed. */
  readonly packing?: PackingParameters;
  /**
   * Present where answers are re-randomised: clients send a public encryption key, k GLWE encryptions of zero with the noise of all
   * others. Fresh encryptions of zero are combinations of them with binary polynomials.
   */
  readonly publicKey?: true;
}

/** Bits kept of a bootstrap-key body on the wire; the rest lies below the noise. */
export const bootstrapKeyBodyBits = 48;

/** Bits kept of a packing-key body on the wire: its noise is a few units of 2^-64. */
export const packingKeyBodyBits = 62;

/** Dimension of the LWE key that sample extraction yields: k * N. */
export function bigLweDimension(glwe: GlweParameters): number {
  return glwe.dimension * glwe.polynomialSize;
}
