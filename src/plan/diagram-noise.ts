import { decisionStepNoise, ggswBitNoise, leafNodeNoise } from "../security/noise-decision.js";
import type { Gadget, GlweParameters } from "../tfhe/parameters.js";
import type { DecisionDiagrams } from "./decision-diagrams.js";
import type { LeafLimbs } from "./leaf-limbs.js";

/** Bits that travel as a GGSW each. */
export interface DirectBits {
  readonly glwe: GlweParameters;
  readonly gadget: Gadget;
  readonly bodyBits: number;
}

/**
 * Variance of the sum of all diagrams at its noisiest coefficient: along the worst way through every diagram, each gate adds an external
 * product's noise; a gate between two leaves that of multiples of its message rows.
 */
export function diagramVariance(
  { diagrams }: DecisionDiagrams,
  limbs: LeafLimbs,
  { glwe, gadget, bodyBits }: DirectBits,
): number {
  const bit = ggswBitNoise(glwe.noiseLog2, bodyBits);
  const step = decisionStepNoise(glwe, gadget, bit, 1).total;
  let total = 0;
  for (const { gates } of diagrams) {
    const variances: number[] = [];
    for (const { low, high } of gates) {
      if (low < 0 && high < 0) {
        const squares = squaredDigits(limbs, -1 - low, -1 - high, gadget);
        variances.push(leafNodeNoise(glwe, bit, squares));
      } else {
        const of = (child: number): number => (child < 0 ? 0 : (variances[child] ?? 0));
        variances.push(step + Math.max(of(low), of(high)));
      }
    }
    total += variances.at(-1) ?? 0;
  }
  return total;
}

/** Sum of the squared digits, base `2^baseLog`, of the difference of two leaves as they stand on the 32-bit torus. */
function squaredDigits(limbs: LeafLimbs, low: number, high: number, gadget: Gadget): number {
  const { baseLog, levels } = gadget;
  const [a, b] = [limbs.digits[low], limbs.digits[high]];
  const base = 2 ** baseLog;
  let sum = 0;
  for (const [at, value] of (b ?? []).entries()) {
    let rest = (value - (a?.[at] ?? 0)) * 2 ** (baseLog * levels - limbs.messageBits);
    for (let level = levels - 1; level >= 0; level--) {
      const digit = level === 0 ? rest : rest - base * Math.round(rest / base);
      rest = (rest - digit) / base;
      sum += digit * digit;
    }
  }
  return sum;
}
