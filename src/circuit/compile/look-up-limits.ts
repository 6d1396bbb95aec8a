/** Widest argument of one look-up. */
export const largestLookupBits = 12;

/** Widest argument that is taken apart into windows of bits, each a look-up. */
export const largestArgumentBits = 16;

/** Look-ups of full width that share bootstraps must save this share of the predicted time. */
export const leastSavedShare = 0.1;
