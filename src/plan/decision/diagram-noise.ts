import { decisionStepNoise, ggswBitNoise, leafNodeNoise } from "../../security/noise-decision.js";
import type { Gadget, GlweParameters } from "../../tfhe/parameters.js";
import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type LeafLimbs, torusLimb } from "./leaf-limbs.js";

/** Bits that travel as a GGSW each. */
export interface DirectBits {
  readonly glwe: GlweParameters;
  readonly gadget: Gadget;
  readonly bodyBits: number;
}

/**
 * Variance of the sum of all diagrams at its noisiest coefficient: along the worst way through every diagram, each gate adds an external
 * product's noise. Equal gates of several diagrams have equal noise, which adds up before it is squared; so do multiples of one bit's
 * message rows, which is all that a gate between two leaves adds. One such gate is on the way through a diagram: as if all were of one bit,
 * or each diagram had one of every bit that it asks there, whichever is less.
 */
export function diagramVariance(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  { glwe, gadget, bodyBits }: DirectBits,
): number {
  const bit = ggswBitNoise(glwe.noiseLog2, bodyBits);
  const step = decisionStepNoise(glwe, gadget, bit, 1).total;
  const copies = gateCopies(diagrams);
  let gateVariance = 0;
  let leafDeviation = 0;
  const deviationOf = new Map<number, number>();
  for (const [index, { gates }] of diagrams.diagrams.entries()) {
    const variances: number[] = [];
    const largest = new Map<number, number>();
    for (const [at, { bit: asked, low, high }] of gates.entries()) {
      if (low < 0 && high < 0) {
        const squares = squaredDigits(limbs, -1 - low, -1 - high, gadget);
        const deviation = Math.sqrt(leafNodeNoise(glwe, bit, squares));
        largest.set(asked, Math.max(largest.get(asked) ?? 0, deviation));
        variances.push(0);
      } else {
        const of = (child: number): number => (child < 0 ? 0 : (variances[child] ?? 0));
        variances.push(step * (copies[index]?.[at] ?? 1) + Math.max(of(low), of(high)));
      }
    }
    gateVariance += variances.at(-1) ?? 0;
    leafDeviation += Math.max(0, ...largest.values());
    for (const [asked, deviation] of largest)
      deviationOf.set(asked, (deviationOf.get(asked) ?? 0) + deviation);
  }
  const byBit = [...deviationOf.values()].reduce((sum, one) => sum + one ** 2, 0);
  return gateVariance + Math.min(byBit, leafDeviation ** 2);
}

/** Bases whose digits hold `messageBits`, by the noise of one gate: the quietest `count`. */
export function quietBases(
  glwe: GlweParameters,
  levels: number,
  messageBits: number,
  count: number,
): number[] {
  const bit = ggswBitNoise(glwe.noiseLog2, 64);
  const largest = Math.floor((levels > 3 ? 32 : 30) / levels);
  const noise = (baseLog: number): number =>
    decisionStepNoise(glwe, { baseLog, levels }, bit, 1).total;
  return Array.from({ length: largest }, (_, i) => i + 1)
    .filter((baseLog) => baseLog * levels >= messageBits)
    .map((baseLog) => ({ baseLog, total: noise(baseLog) }))
    .sort((a, b) => a.total - b.total)
    .slice(0, count)
    .map(({ baseLog }) => baseLog);
}

/** One plan asks for many variances of the same diagrams. */
const knownCopies = new WeakMap<DecisionDiagrams, readonly (readonly number[])[]>();

/** For each gate of each diagram, how many gates of all diagrams compute the same. */
export function gateCopies(diagrams: DecisionDiagrams): readonly (readonly number[])[] {
  const known = knownCopies.get(diagrams) ?? countCopies(diagrams);
  knownCopies.set(diagrams, known);
  return known;
}

function countCopies({ diagrams }: DecisionDiagrams): readonly (readonly number[])[] {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const own = diagrams.map(({ gates }) => {
    const names: number[] = [];
    for (const { bit, low, high } of gates) {
      const of = (child: number): number => (child < 0 ? child : (names[child] ?? 0));
      const key = `${bit} ${of(low)} ${of(high)}`;
      const number = numbers.get(key) ?? counts.push(0) - 1;
      numbers.set(key, number);
      counts[number] = (counts[number] ?? 0) + 1;
      names.push(number);
    }
    return names;
  });
  return own.map((names) => names.map((number) => counts[number] ?? 1));
}

/** What a gadget resolves, in units of the 32-bit torus. */
export function gadgetUnit({ baseLog, levels }: Gadget): number {
  return 2 ** Math.max(0, 32 - baseLog * levels);
}

/**
 * How far sums of leaves may lie from what they should be, in turns of the torus: where steps are no powers of two, leaves and the
 * constant are rounded to what the gadget resolves.
 */
export function leafRounding(
  { diagrams }: DecisionDiagrams,
  { moduli }: LeafLimbs,
  gadget: Gadget,
): number {
  return moduli === undefined ? 0 : ((diagrams.length + 1) * gadgetUnit(gadget)) / 2 ** 33;
}

/**
 * A variance that counts for noise of `variance` and `leafRounding` together: whatever `q >= 1` is, noise stays within q deviations less
 * the rounding wherever it stays within q of its own.
 */
export function withLeafRounding(variance: number, rounding: number): number {
  return (Math.sqrt(variance) + rounding) ** 2;
}

/** Sum of the squared digits, base `2^baseLog`, of the difference of two leaves as they stand on the 32-bit torus. */
function squaredDigits(limbs: LeafLimbs, low: number, high: number, gadget: Gadget): number {
  const { baseLog, levels } = gadget;
  const [a, b] = [limbs.digits[low], limbs.digits[high]];
  const base = 2 ** baseLog;
  const unit = gadgetUnit(gadget);
  let sum = 0;
  for (const [at, value] of (b ?? []).entries()) {
    let rest =
      limbs.moduli === undefined
        ? (value - (a?.[at] ?? 0)) * 2 ** (baseLog * levels - limbs.messageBits)
        : ((torusLimb(limbs, at, value, unit) - torusLimb(limbs, at, a?.[at] ?? 0, unit)) | 0) /
          unit;
    for (let level = levels - 1; level >= 0; level--) {
      const digit = level === 0 ? rest : rest - base * Math.round(rest / base);
      rest = (rest - digit) / base;
      sum += digit * digit;
    }
  }
  return sum;
}
