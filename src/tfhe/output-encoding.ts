import type { OutputLayout } from "./wire-output.js";

/** How a phase becomes an integer: the nearest multiple of 2^deltaLog2, its factor mod 2^messageBits. */
export interface OutputDecoding {
  /** 0 to 63; deltaLog2 + messageBits is at most 64. */
  readonly deltaLog2: number;
  /** 1 to 53. */
  readonly messageBits: number;
  /** Reads -2^(messageBits-1) to 2^(messageBits-1) - 1 rather than 0 to 2^messageBits - 1. */
  readonly signed: boolean;
}

/** How the client reads one output. */
export interface OutputEncoding extends OutputDecoding {
  readonly layout: OutputLayout;
  /** Present where a number travels in several parts: the sum of part j times 2^(bits j), j < count. */
  readonly limbs?: { readonly count: number; readonly bits: number };
  /**
   * Present where a number travels as its remainders: part j is `2^messageBits / residues[j]` to a step. The number lies between plus and
   * minus half the product of these moduli, which are pairwise coprime.
   */
  readonly residues?: readonly number[];
}
