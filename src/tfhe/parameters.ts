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

/** What a key switch followed by a bootstrap needs beyond the GLWE key. */
export interface BootstrapParameters {
  readonly lwe: LweParameters;
  /** Decomposition of the accumulators: GGSW rows of the bootstrap key. */
  readonly bootstrapGadget: Gadget;
  /** Decomposition of the big LWE ciphertext: rows of the key-switch key. */
  readonly keySwitchGadget: Gadget;
  /** Extended blind rotation: 2^extensionLog2 interleaved accumulators of size N act as one of size N * 2^extensionLog2. */
  readonly extensionLog2: number;
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

/** Everything that fixes the cryptography of one circuit. `bootstrap` is absent when nothing is bootstrapped. */
export interface CryptoParameters {
  readonly glwe: GlweParameters;
  readonly bootstrap?: BootstrapParameters;
  /** Only where bits travel packed. */
  readonly packing?: PackingParameters;
}

/** Bits kept of a bootstrap-key body on the wire; the rest lies below the noise. */
export const bootstrapKeyBodyBits = 48;

/** Bits kept of a packing-key body on the wire: its noise is a few units of 2^-64. */
export const packingKeyBodyBits = 62;

/** Dimension of the LWE key that sample extraction yields: k * N. */
export function bigLweDimension(glwe: GlweParameters): number {
  return glwe.dimension * glwe.polynomialSize;
}
