import type { SeededRandom } from "../../seeded-random.js";

/** Draws the features that a tree, a level of it and a node of it may use: each draw is out of the one before. */
export class FeatureSampler {
  readonly #random: SeededRandom;
  readonly #tree: Int32Array;
  readonly #levels = new Map<number, Int32Array>();
  readonly #byLevel: number;
  readonly #byNode: number;

  /** Starts a tree. Shares are above 0 and at most 1; at least one feature is always left. */
  constructor(
    features: number,
    shares: { readonly byTree: number; readonly byLevel: number; readonly byNode: number },
    random: SeededRandom,
  ) {
    this.#random = random;
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
    return Int32Array.from(this.#random.shuffle(Array.from(from)).slice(0, count)).sort();
  }
}
