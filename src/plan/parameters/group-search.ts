import { centredModulusSwitchVariance } from "../../security/noise-modulus-switch.js";
import type {
  BootstrapParameters,
  Gadget,
  GlweParameters,
  LweParameters,
} from "../../tfhe/parameters.js";
import { type KeySwitchCandidate, keySwitches, lweKeys } from "../search-space.js";
import { bootstrapTime, evaluationKeyBytes, evaluationKeyMemoryBytes } from "./bootstrap-cost.js";
import {
  bootstrapUploadBits,
  bootstrapVariance,
  extractionVariance,
  freshSourceVariance,
  positionsLog2,
  sumVariance,
  uploadRoom,
} from "./noise-prediction.js";
import type { NoiseSources } from "./parameter-request.js";
import {
  constraintsIn,
  type OwnChoice,
  objectiveValue,
  type SetCosts,
  type SetRequest,
} from "./set-request.js";

/** The most that rotations are extended. */
const largestExtensionLog2 = 9;

/** What one set would take under a GLWE key, given the noise of the others. */
export class GroupSearch {
  readonly keys: readonly LweParameters[] = lweKeys();
  readonly #request: SetRequest;
  readonly #setOf: readonly number[];
  readonly #glwe: GlweParameters;
  readonly #fresh: number;
  readonly #extraction: number;
  readonly #diagrams: number;
  readonly #variances = new Map<Gadget, readonly number[]>();

  constructor(request: SetRequest, setOf: readonly number[], glwe: GlweParameters) {
    this.#request = request;
    this.#setOf = setOf;
    this.#glwe = glwe;
    const room = uploadRoom(constraintsIn(request.limits));
    this.#fresh = freshSourceVariance(glwe, bootstrapUploadBits(glwe, room));
    this.#extraction = extractionVariance(glwe);
    this.#diagrams = request.diagramVariance?.(glwe) ?? 0;
  }

  /** Of bootstrap outputs with `gadget`, for each of `keys`. */
  variances(gadget: Gadget): readonly number[] {
    const known =
      this.#variances.get(gadget) ??
      this.keys.map(({ dimension }) => bootstrapVariance(this.#glwe, gadget, dimension));
    this.#variances.set(gadget, known);
    return known;
  }

  /**
   * The best small key, key switch and extensions of set `set`, whose kinds are `kinds`, with `gadget` for its bootstrap key; undefined
   * when none is below `below`.
   */
  best(
    set: number,
    kinds: readonly number[],
    gadget: Gadget,
    variances: readonly number[],
    below: number,
  ): OwnChoice | undefined {
    let best: OwnChoice | undefined;
    let least = below;
    for (const [index, lwe] of this.keys.entries()) {
      const smallest = { lwe, bootstrapGadget: gadget, keySwitchGadget: { baseLog: 1, levels: 1 } };
      if (objectiveValue(this.#request, this.#costs(kinds, smallest, [])) >= least) continue;
      const variance = this.variances(gadget)[index] ?? 0;
      const rooms = this.#rooms(kinds, variances.with(set, variance));
      if (rooms === undefined) continue;
      for (const keySwitch of keySwitches(this.#glwe, lwe)) {
        const found = this.#choice(kinds, lwe, gadget, keySwitch, rooms);
        if (found === undefined || objectiveValue(this.#request, found) >= least) continue;
        best = { ...found, variance };
        least = objectiveValue(this.#request, found);
      }
    }
    return best;
  }

  /** The variance that key switch and modulus switch of each kind may add; undefined where a sum is too noisy by itself. */
  #rooms(kinds: readonly number[], variances: readonly number[]): readonly number[] | undefined {
    const sources = {
      fresh: this.#fresh,
      extraction: this.#extraction,
      diagrams: this.#diagrams,
      bootstraps: this.#setOf.map((own) => variances[own] ?? 0),
    };
    const total = (norms: readonly NoiseSources[]): number => {
      let most = 0;
      for (const own of norms) most = Math.max(most, sumVariance(own, sources));
      return most;
    };
    const { lookups, outputs } = this.#request.limits;
    if (outputs.some(({ output, largest }) => total(output.sources) > largest)) return undefined;
    const rooms = kinds.map((kind) => {
      const own = lookups[kind];
      return own === undefined ? 0 : own.largest - total(own.lookup.sources);
    });
    return rooms.some((room) => room <= 0) ? undefined : rooms;
  }

  /** With the smallest extensions that this key switch leaves room for; undefined where none does or the keys are too large. */
  #choice(
    kinds: readonly number[],
    lwe: LweParameters,
    gadget: Gadget,
    keySwitch: KeySwitchCandidate,
    rooms: readonly number[],
  ): Omit<OwnChoice, "variance"> | undefined {
    const extensions = kinds.map((kind, i) =>
      this.#extension(kind, lwe.dimension, (rooms[i] ?? 0) - keySwitch.variance),
    );
    if (extensions.includes(-1)) return undefined;
    const bootstrap = { lwe, bootstrapGadget: gadget, keySwitchGadget: keySwitch.gadget };
    const costs = this.#costs(kinds, bootstrap, extensions);
    if (costs.keyBytes > this.#request.maxEvaluationKeyBytes) return undefined;
    if (costs.keyMemoryBytes > this.#request.maxKeyMemoryBytes) return undefined;
    return { bootstrap, extensions, ...costs };
  }

  #costs(
    kinds: readonly number[],
    bootstrap: BootstrapParameters,
    extensions: readonly number[],
  ): SetCosts {
    return {
      runMs: this.#runMs(kinds, bootstrap, extensions),
      keyBytes: evaluationKeyBytes(this.#glwe, bootstrap),
      keyMemoryBytes: evaluationKeyMemoryBytes(this.#glwe, bootstrap),
    };
  }

  /** The smallest extension whose modulus switch adds at most `room`; -1 when none does. */
  #extension(kind: number, lweDimension: number, room: number): number {
    const lookup = this.#request.limits.lookups[kind]?.lookup;
    if (lookup === undefined || room <= 0) return -1;
    for (let extensionLog2 = 0; extensionLog2 <= largestExtensionLog2; extensionLog2++) {
      const positions = positionsLog2(this.#glwe, extensionLog2, lookup);
      // A box of the table is an even number of positions wide.
      if (positions < lookup.precision + (lookup.negacyclic ? 1 : 2)) continue;
      if (centredModulusSwitchVariance(lweDimension, positions) <= room) return extensionLog2;
    }
    return -1;
  }

  #runMs(
    kinds: readonly number[],
    bootstrap: BootstrapParameters,
    extensions: readonly number[],
  ): number {
    const { limits, rates } = this.#request;
    return kinds.reduce((sum, kind, i) => {
      const count = limits.lookups[kind]?.lookup.count ?? 0;
      const { totalMs } = bootstrapTime(this.#glwe, bootstrap, extensions[i] ?? 0, rates);
      return sum + count * totalMs;
    }, 0);
  }
}
