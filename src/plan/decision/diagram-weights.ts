import type { DecisionDiagrams } from "./decision-diagrams.js";
import type { DiagramWeights } from "./decision-noise.js";
import { gateCopies } from "./diagram-noise.js";
import { type LeafLimbs, stepsPerTurn } from "./leaf-limbs.js";

/**
 * Bounds on the noise of the sum of all diagrams at any coefficient, whatever the bits are: along the worst way through every diagram,
 * each gate adds an external product's noise. Equal gates of several diagrams have equal noise, which adds up before it is squared. A
 * gate between two leaves adds multiples of its bit's message rows; those of one bit add up, too.
 */
export function diagramWeights(diagrams: DecisionDiagrams, limbs: LeafLimbs): DiagramWeights {
  const copies = gateCopies(diagrams);
  const usesOf = new Map<number, number>();
  const differenceOf = new Map<number, number>();
  let externalProducts = 0;
  let differences = 0;
  for (const [index, { gates }] of diagrams.diagrams.entries()) {
    const products: number[] = [];
    const uses = new Map<number, number>();
    const largest = new Map<number, number>();
    for (const [at, { bit, low, high }] of gates.entries()) {
      if (low < 0 && high < 0) {
        const difference = leafDifference(limbs, -1 - low, -1 - high);
        largest.set(bit, Math.max(largest.get(bit) ?? 0, difference));
        products.push(0);
        continue;
      }
      const of = (child: number): number => (child < 0 ? 0 : (products[child] ?? 0));
      const own = copies[index]?.[at] ?? 1;
      uses.set(bit, (uses.get(bit) ?? 0) + own);
      products.push(own + Math.max(of(low), of(high)));
    }
    const longest = products.at(-1) ?? 0;
    externalProducts += longest;
    for (const [bit, count] of uses) {
      usesOf.set(bit, (usesOf.get(bit) ?? 0) + Math.min(count, longest));
    }
    for (const [bit, size] of largest) differenceOf.set(bit, (differenceOf.get(bit) ?? 0) + size);
    differences += Math.max(0, ...largest.values());
  }
  const byBit = [...differenceOf.values()].reduce((sum, one) => sum + one ** 2, 0);
  return {
    externalProducts,
    usesOfOneBit: Math.max(0, ...usesOf.values()),
    diagrams: diagrams.diagrams.length,
    // One gate between leaves is on the way through a diagram: as if all were of one bit, or each diagram had one of every bit.
    squaredDifferences: Math.min(byBit, differences ** 2),
  };
}

/** Norm over all values of the difference of two leaves, in turns of the torus. */
function leafDifference(limbs: LeafLimbs, low: number, high: number): number {
  const [a, b] = [limbs.digits[low], limbs.digits[high]];
  let sum = 0;
  for (const [at, value] of (b ?? []).entries()) {
    const turns = (value - (a?.[at] ?? 0)) / stepsPerTurn(limbs, at);
    sum += (turns - Math.round(turns)) ** 2;
  }
  return Math.sqrt(sum);
}
