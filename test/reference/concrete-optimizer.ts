import { type SecurityLevel, smallestNoiseLog2 } from "../../src/security/curves.js";
import { log2TailProbability } from "../../src/security/failure.js";
import {
  cmuxCost,
  cmuxVariance,
  keySwitchCost,
  keySwitchVariancePerElement,
  modulusSwitchVariance,
} from "./concrete-noise.js";

/** A solution of Concrete's V0 search. `cost` counts abstract operations, the levelled part included. */
export interface ConcreteSolution {
  readonly glweDimension: number;
  readonly polynomialSizeLog2: number;
  readonly lweDimension: number;
  readonly bootstrap: Decomposition;
  readonly keySwitch: Decomposition;
  readonly cost: number;
}

interface Decomposition {
  readonly levels: number;
  readonly baseLog: number;
}

interface FrontPoint extends Decomposition {
  readonly variance: number;
}

const levelledSumSize = 4096;
/** Failure probability at four standard deviations. */
const sigmas = 4;

/**
 * Concrete's V0 optimizer: for tables of `precision` bits after sums of 2-norm `2^normLog2`, the cheapest
 * key switch, modulus switch and bootstrap over k 1..6, N 2^8..2^17, n 512..2047 and all decompositions.
 */
export class ConcreteOptimizer {
  readonly #level: SecurityLevel;
  readonly #keySwitchFronts = new Map<number, readonly FrontPoint[]>();
  readonly #bootstrapFronts = new Map<number, readonly FrontPoint[]>();

  constructor(level: SecurityLevel) {
    this.#level = level;
  }

  solve(precision: number, normLog2: number): ConcreteSolution | undefined {
    const largest = (2 ** (-2 - precision) / sigmas) ** 2;
    let best: (ConcreteSolution & { readonly failure: number }) | undefined;
    for (let polynomialSizeLog2 = 8; polynomialSizeLog2 <= 17; polynomialSizeLog2++) {
      for (let glweDimension = 1; glweDimension <= 6; glweDimension++) {
        const polynomialSize = 2 ** polynomialSizeLog2;
        const shape = { glweDimension, polynomialSize };
        const inputDimension = glweDimension * polynomialSize;
        if (inputDimension < 450) continue;
        const levelled = levelledSumSize * inputDimension;
        const bootstraps = this.#bootstrapFront(glweDimension, polynomialSizeLog2);
        for (let n = 512; n < 2048; n++) {
          const afterSwitch = largest - modulusSwitchVariance(n, polynomialSize);
          if (afterSwitch <= 0) break;
          const cheapestSwitch = keySwitchCost(inputDimension, 1, n);
          for (const bootstrap of bootstraps) {
            const rotation = n * cmuxCost(shape, bootstrap.levels);
            if (best !== undefined && levelled + rotation + cheapestSwitch > best.cost) break;
            const rotationVariance = 4 ** normLog2 * n * bootstrap.variance;
            if (rotationVariance > afterSwitch) continue;
            const room = (afterSwitch - rotationVariance) / inputDimension;
            const keySwitch = this.#keySwitchFront(n).find((point) => point.variance <= room);
            if (keySwitch === undefined) continue;
            const cost = levelled + rotation + keySwitchCost(inputDimension, keySwitch.levels, n);
            const total = largest - (room - keySwitch.variance) * inputDimension;
            const failure = log2TailProbability(sigmas * Math.sqrt(largest / total));
            if (best !== undefined && cost === best.cost && failure >= best.failure) continue;
            if (best !== undefined && cost > best.cost) continue;
            best = {
              glweDimension,
              polynomialSizeLog2,
              lweDimension: n,
              bootstrap,
              keySwitch,
              cost,
              failure,
            };
          }
        }
      }
    }
    return best;
  }

  #bootstrapFront(glweDimension: number, polynomialSizeLog2: number): readonly FrontPoint[] {
    const id = glweDimension * 64 + polynomialSizeLog2;
    const known = this.#bootstrapFronts.get(id);
    if (known !== undefined) return known;
    const shape = { glweDimension, polynomialSize: 2 ** polynomialSizeLog2 };
    const key = 4 ** smallestNoiseLog2(glweDimension * shape.polynomialSize, 64, this.#level);
    const front = paretoFront((levels, baseLog) => cmuxVariance(shape, levels, baseLog, key));
    this.#bootstrapFronts.set(id, front);
    return front;
  }

  #keySwitchFront(dimension: number): readonly FrontPoint[] {
    const known = this.#keySwitchFronts.get(dimension);
    if (known !== undefined) return known;
    const key = 4 ** smallestNoiseLog2(dimension, 64, this.#level);
    const front = paretoFront((levels, baseLog) =>
      keySwitchVariancePerElement(levels, baseLog, key),
    );
    this.#keySwitchFronts.set(dimension, front);
    return front;
  }
}

/** For each number of levels the quietest base, not above the previous one, as long as noise falls. */
function paretoFront(variance: (levels: number, baseLog: number) => number): readonly FrontPoint[] {
  const front: FrontPoint[] = [];
  let largestBaseLog = 64;
  let quietest = Number.POSITIVE_INFINITY;
  for (let levels = 1; levels <= 64; levels++) {
    let best: FrontPoint | undefined;
    for (let baseLog = 1; baseLog <= Math.min(largestBaseLog, Math.floor(64 / levels)); baseLog++) {
      const point = { levels, baseLog, variance: variance(levels, baseLog) };
      if (best === undefined || point.variance < best.variance) best = point;
    }
    if (best === undefined) break;
    largestBaseLog = best.baseLog;
    if (best.variance < quietest) {
      quietest = best.variance;
      front.push(best);
    }
  }
  return front;
}
