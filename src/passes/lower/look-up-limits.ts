/** How wide look-ups may be, and whether wide ones may be taken apart into windows of bits. */
export interface LookupLimits {
  /** Most bits of the argument of one look-up. */
  readonly single: number;
  /** Most bits of an argument that may be looked up in several steps; `single` where only single look-ups are wanted. */
  readonly several: number;
  /** Arguments of up to so many bits are looked up at once, whatever it would save to take them apart; absent for none. */
  readonly whole?: number;
}

/**
 * Most bits, zeros below left away, of a number that look-ups make. No parameters are quiet enough for more: 17 bits at a failure of 2^-64,
 * 19 at 2^-20, at most 20 at 1 %; the rest is left to the search for parameters, which says more. Ways to wider numbers take minutes to be tried out.
 */
export const largestComputedBits = 20;

/** A look-up with an argument of more bits than the plan can do; strategies that need one are dropped. */
export class TooWide extends Error {
  readonly bits: number;
  readonly limit: number;

  constructor(bits: number, limit: number) {
    super();
    this.bits = bits;
    this.limit = limit;
  }
}
