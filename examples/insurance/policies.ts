import { SeededRandom } from "../../src/models/seeded-random.js";

/** Third-party motor policies: features, years insured, claims. */
export interface Policies {
  /** `[policies][6]`: power 4 to 15, age of the vehicle, age of the driver, bonus-malus 50 to 150, brand 0 to 4, fuel 0 or 1. */
  readonly X: number[][];
  /** Years insured, above 0 to 1. */
  readonly exposure: number[];
  /** Number of claims in that time. */
  readonly claims: number[];
}

/**
 * Made-up policies of the shape of the French motor third-party liability data (freMTPL2freq): rare claims whose frequency rises with
 * bonus-malus and power, for young drivers, and for some brands.
 */
export function makePolicies(count: number, seed: number): Policies {
  const random = new SeededRandom(seed);
  const uniform = () => (random.nextUint32() + 0.5) / 2 ** 32;
  const policies: Policies = { X: [], exposure: [], claims: [] };
  for (let i = 0; i < count; i++) {
    const power = 4 + random.nextBelow(12);
    const vehicle = Math.floor(20 * uniform() ** 2);
    const driver = 18 + Math.floor(62 * uniform());
    const malus = 50 + Math.floor(100 * uniform() ** 4);
    const brand = random.nextBelow(5);
    const fuel = random.nextBelow(2);
    const years = Math.round(100 * Math.max(0.02, Math.min(1, 1.6 * uniform()))) / 100;
    const rate =
      -2.2 + 0.03 * (malus - 60) + 0.04 * (power - 8) + 0.9 * Math.exp((18 - driver) / 6);
    const frequency = Math.exp(rate + (brand === 3 ? 0.5 : 0) - 0.02 * vehicle + 0.1 * fuel);
    policies.X.push([power, vehicle, driver, malus, brand, fuel]);
    policies.exposure.push(years);
    policies.claims.push(poisson(frequency * years, uniform));
  }
  return policies;
}

/** A count with that mean: Knuth, The Art of Computer Programming 2, section 3.4.1. */
function poisson(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}
