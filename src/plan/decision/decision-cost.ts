import type { TfheProgram } from "../../program/program.js";
import type { CryptoParameters, Gadget, GlweParameters } from "../../tfhe/parameters.js";
import type { BitsLayout } from "../../tfhe/wire-bits.js";
import { requirePacking } from "../../tfhe/wire-packing-keys.js";
import type { KernelRates } from "../kernel-rates.js";

/** Work of the decision lane in one run. */
export interface DecisionWork {
  /** Nodes with a child that is no leaf. */
  readonly externalProducts: number;
  /** Nodes between two leaves. */
  readonly leafNodes: number;
  /** Bits that nodes with a child that is no leaf ask: of others the message rows are enough. */
  readonly wholeBits: number;
}

/** The gates of a program's decision trees. */
export function gatesOf({ instructions }: TfheProgram): DecisionWork {
  let [gates, leafNodes, wholeBits] = [0, 0, 0];
  for (const instruction of instructions) {
    if (instruction.op === "expand bits") {
      wholeBits += instruction.needs.filter((need) => (need & 1) === 1).length;
    }
    if (instruction.op !== "ensemble") continue;
    const { nodes } = instruction;
    for (let at = 0; at < nodes.length; at += 4) {
      if ((nodes[at] ?? 0) < 0) continue;
      gates++;
      if ((nodes[at + 1] ?? 0) < 0 && (nodes[at + 2] ?? 0) < 0) leafNodes++;
    }
  }
  return { externalProducts: gates - leafNodes, leafNodes, wholeBits };
}

/** One thread, milliseconds. */
export interface DecisionTime {
  /** From the upload to GGSWs in the Fourier domain. */
  readonly expansionMs: number;
  readonly diagramsMs: number;
  readonly totalMs: number;
}

/** Against one complex multiplication and addition: a mask word from ChaCha20, a word of a leaf node. */
const maskWordCost = 4;
const leafWordCost = 1.5;

/**
 * From operation counts. A CMUX: `(k+1)(l+1)` transforms and `(k+1)^2 l N/2` complex products on a GGSW read from memory; a bit that
 * travels whole: `(k+1)^2 l` transforms and its masks; packed bits: those, and what `packedTime` says.
 */
export function decisionTime(
  parameters: CryptoParameters,
  layout: BitsLayout,
  work: DecisionWork,
  rates: KernelRates,
): DecisionTime {
  const { glwe } = parameters;
  const { gadget, length } = layout;
  const { wholeBits } = work;
  // Of a bit's rows, those with the bit on the body.
  const messageShare = 1 / (glwe.dimension + 1);
  const whole = wholeBits + (length - wholeBits) * messageShare;
  const place = whole * placementTime(glwe, gadget, rates);
  const words = glwe.dimension * (glwe.dimension + 1) * gadget.levels * glwe.polynomialSize;
  const expansion =
    layout.form === "ggsw"
      ? place + whole * words * maskWordCost * rates.pointwise
      : place + packedTime(parameters, length * gadget.levels, wholeBits * gadget.levels, rates);
  const diagrams =
    work.externalProducts * cmuxTime(glwe, gadget, rates) +
    work.leafNodes * leafWordCost * (glwe.dimension + 1) * glwe.polynomialSize * rates.pointwise;
  const [expansionMs, diagramsMs] = [expansion / 1e6, diagrams / 1e6];
  return { expansionMs, diagramsMs, totalMs: expansionMs + diagramsMs };
}

/** Key switches that the expansion of `rows` rows takes, by step. */
export function expansionSwitches(
  {
    expansionLevels: steps,
    keyedLevels,
  }: {
    readonly expansionLevels: number;
    readonly keyedLevels: readonly number[];
  },
  rows: number,
): number {
  let total = 0;
  for (let step = 0; step < steps; step++) {
    const next = keyedLevels.find((level) => level >= step) ?? step;
    total += 2 ** (next - step) * Math.ceil(rows / 2 ** (steps - step));
  }
  return total;
}

/** Nanoseconds, like the others below. */
function cmuxTime(
  { dimension: k, polynomialSize: N }: GlweParameters,
  { levels }: Gadget,
  rates: KernelRates,
): number {
  const products = ((k + 1) ** 2 * levels * N) / 2;
  return (
    (k + 1) * (levels + 1) * transformTime(N, rates) +
    products * rates.pointwise +
    products * 16 * rates.keyByte
  );
}

/** A GGSW's rows into the Fourier domain. */
function placementTime(
  { dimension: k, polynomialSize: N }: GlweParameters,
  { levels }: Gadget,
  rates: KernelRates,
): number {
  return (k + 1) ** 2 * levels * (transformTime(N, rates) + 16 * N * rates.keyByte);
}

/**
 * A key switch: digits into the Fourier domain, both halves of the product, `2 (k+1)` transforms back. The conversion of a row: k products
 * of which the high half leaves the Fourier domain; `placementTime` counts the way back.
 */
function packedTime(
  parameters: CryptoParameters,
  rows: number,
  converted: number,
  rates: KernelRates,
): number {
  const { dimension: k, polynomialSize: N } = parameters.glwe;
  const packing = requirePacking(parameters);
  const transform = transformTime(N, rates);
  const product = (digits: number): number => digits * (k + 1) * N * rates.pointwise;
  const switchDigits = k * packing.expansionGadget.levels;
  const oneSwitch = (switchDigits + 2 * (k + 1)) * transform + product(switchDigits);
  const digits = k * packing.conversionGadget.levels;
  const conversion = (digits + k * (k + 1)) * transform + k * product(digits);
  return expansionSwitches(packing, rows) * oneSwitch + converted * conversion;
}

function transformTime(N: number, rates: KernelRates): number {
  return rates.fourier * (N / 2) * Math.log2(N / 2);
}
