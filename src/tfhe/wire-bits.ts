import type { Gadget, GlweParameters } from "./parameters.js";

/**
 * How encrypted bits for decision diagrams travel in an input file.
 *
 * `ggsw`: a whole GGSW for each bit. Rows are ordered (bit, part, level), part <= k, level 0 the most significant: GLWE encryptions of
 * `-m g s_part` for part < k and of `m g` for part = k, `g = 2^(64 - baseLog (level + 1))`, m the bit. The mask of row r is stream r of
 * domain 5 of the seed (k N 64-bit words, polynomial 0 first); the wire holds the N coefficients of the body, row after row.
 *
 * `packed`: one coefficient for each (bit, level), number `row = bit * levels + level`, in GLWE `floor(row / 2^S)`, which holds
 * `m g 2^-S` at coefficient `reverse(row mod 2^S)`, S bits reversed; S is `packing.expansionLevels` of the parameters. The mask of GLWE
 * c is stream c of domain 4. Of a body only the coefficients equal to a used one mod 2^S travel: for each row those at
 * `reverse(row mod 2^S) + t 2^S`, t < N / 2^S. The server's expansion erases all others.
 */
export interface BitsLayout {
  readonly form: "ggsw" | "packed";
  /** Number of bits. */
  readonly length: number;
  /** Decomposition of the accumulators of a CMUX with these bits. */
  readonly gadget: Gadget;
  /** Bits kept of every coefficient of a body, 1 to 64. */
  readonly bodyBits: number;
  /** Coefficients of bodies that travel, all bits together. */
  readonly coefficients: number;
}

/** Encrypted bits: `bodies` holds `coefficients` numbers of `bodyBits` bits, lowest bit first, without gaps. */
export interface EncryptedBits extends BitsLayout {
  readonly seed: Uint8Array;
  readonly bodies: Uint8Array;
}

/** Bits as a GGSW each. */
export function ggswLayout(
  glwe: GlweParameters,
  length: number,
  gadget: Gadget,
  bodyBits: number,
): BitsLayout {
  const coefficients = length * (glwe.dimension + 1) * gadget.levels * glwe.polynomialSize;
  return { form: "ggsw", length, gadget, bodyBits, coefficients };
}

/** Bits as coefficients of a few GLWE ciphertexts that `expansionLevels` trace levels take apart. */
export function packedLayout(
  glwe: GlweParameters,
  length: number,
  gadget: Gadget,
  bodyBits: number,
  expansionLevels: number,
): BitsLayout {
  const coefficients = (length * gadget.levels * glwe.polynomialSize) / 2 ** expansionLevels;
  return { form: "packed", length, gadget, bodyBits, coefficients };
}

/** Bytes of one expanded bit in the server's memory: a Fourier-domain GGSW, and its message rows twice as coefficients. */
export function expandedBitBytes(glwe: GlweParameters, levels: number): number {
  const columns = glwe.dimension + 1;
  return 8 * columns * levels * (columns + 2) * glwe.polynomialSize;
}

const formNumbers = { ggsw: 1, packed: 2 } as const;

/** The second word of a part's head: `bodyBits u8 | form u8 | levels u8 | baseLog u8`; form 0 is a vector of numbers. */
export function bitsHeadWord({ form, bodyBits, gadget }: BitsLayout): number {
  return bodyBits + formNumbers[form] * 2 ** 8 + gadget.levels * 2 ** 16 + gadget.baseLog * 2 ** 24;
}
