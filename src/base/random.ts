/**
 * A source of secret random bytes. The product has one: the platform's CSPRNG.
 * Tests may pass another to make a run repeatable.
 */
export interface RandomSource {
  /** Overwrites every byte of `out`. */
  fill(out: Uint8Array): void;
}

/** The platform limits one call to 65,536 bytes. */
const maxBytesPerCall = 65536;

/** `crypto.getRandomValues` of the platform (Web Crypto). */
export const systemRandom: RandomSource = {
  fill(out) {
    for (let start = 0; start < out.length; start += maxBytesPerCall) {
      const part = new Uint8Array(Math.min(maxBytesPerCall, out.length - start));
      crypto.getRandomValues(part);
      out.set(part, start);
      part.fill(0);
    }
  },
};
