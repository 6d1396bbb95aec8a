import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";
import type { SeededRandom } from "../../seeded-random.js";

/** Draws the features that a tree, a level of it and a node of it may use: each draw is out of the one before. */
export class FeatureSampler {
  readonly #random: SeededRandom;
  readonly #tree: Int32Array;
  readonly #levels = new Map<number, Int32Array>();
  readonly #byLevel: number;
  readonly #byNode: number;
  readonly #weights: ArrayLike<number> | undefined;

  /**
   * Starts a tree. Shares are above 0 and at most 1; at least one feature is always left. `weights`, `[features]`: how likely each is
   * drawn beside the others, alike where undefined.
   */
  constructor(
    features: number,
    shares: { readonly byTree: number; readonly byLevel: number; readonly byNode: number },
    random: SeededRandom,
    weights?: ArrayLike<number>,
  ) {
    this.#random = random;
    this.#weights = weights;
    this.#byLevel = shares.byLevel;
    this.#byNode = shares.byNode;
    this.#tree = this.#draw(
      Int32Array.from({ length: features }, (_, j) => j),
      shares.byTree,
    );
  }

  /** Features of the tree, ascending. */
  get tree(): Int32Array {
    return this.#tree;
  }

  /** Features for one node at `depth`, ascending. */
  node(depth: number): Int32Array {
    let level = this.#levels.get(depth);
    if (level === undefined) {
      level = this.#draw(this.#tree, this.#byLevel);
      this.#levels.set(depth, level);
    }
    return this.#draw(level, this.#byNode);
  }

  #draw(from: Int32Array, share: number): Int32Array {
    if (share === 1) return from;
    const count = Math.max(1, Math.floor(share * from.length));
    const order =
      this.#weights === undefined ? this.#alike(from) : this.#weighted(from, this.#weights);
    return Int32Array.from(order.slice(0, count)).sort();
  }

  #alike(from: Int32Array): number[] {
    return this.#random.shuffle(Array.from(from));
  }

  /**
   * As if drawn one after the other, each by its share of what is left: by exponential times of arrival (Efraimidis and Spirakis, Information
   * Processing Letters 97, 2006). Features of weight 0 come last.
   */
  #weighted(from: Int32Array, weights: ArrayLike<number>): number[] {
    const arrival = new Map<number, number>();
    for (const feature of from) {
      const uniform = (this.#random.nextUint32() + 0.5) / 2 ** 32;
      arrival.set(feature, -Math.log(uniform) / Math.max(weights[feature] ?? 1, leastWeight));
    }
    return Array.from(from).sort((a, b) => (arrival.get(a) ?? 0) - (arrival.get(b) ?? 0));
  }
}

/** What a weight of 0 counts as, so that such features still have an order among themselves. */
const leastWeight = 1e-30;

/** Reads `featureWeights`. Errors: `bad-argument` for anything but one number of at least 0 for each feature. */
export function toFeatureWeights(
  weights: readonly number[] | null,
  features: number,
): readonly number[] | undefined {
  if (weights === null) return undefined;
  const listed: unknown = weights;
  const known =
    Array.isArray(listed) &&
    weights.length === features &&
    weights.every((weight) => Number.isFinite(weight) && weight >= 0);
  if (known) return weights;
  throw new VelumError({
    code: "bad-argument",
    path: "XGB featureWeights",
    problem: `is ${contentText(weights)}`,
    limit: features,
    cure: `Pass a number of at least 0 for each of the ${features} features, or null`,
  });
}
