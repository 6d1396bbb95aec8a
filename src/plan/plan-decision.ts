import { VelumError } from "../base/error.js";
import type { RegionProgram } from "../ops/region-program.js";
import type { EnsembleInstruction, Instruction } from "../program/program.js";
import { smallestTUniform } from "../security/curves.js";
import { largestVariance, log2Failure, log2UnionFailure } from "../security/failure.js";
import { compensatedRoundingVariance } from "../security/noise-fresh.js";
import {
  floodDistanceLog2,
  hiddenVariance,
  publicZeroVariance,
} from "../security/noise-protection.js";
import { bigLweDimension, type GlweParameters } from "../tfhe/parameters.js";
import { ggswLayout } from "../tfhe/wire-bits.js";
import { type DecisionDiagrams, decisionDiagrams } from "./decision-diagrams.js";
import { type DirectBits, diagramVariance } from "./diagram-noise.js";
import { type JoinedTrees, joinedTrees } from "./joined-trees.js";
import { type LeafLimbs, leafLimbs } from "./leaf-limbs.js";
import type { OutputEncoding, Plan, PlanOptions } from "./plan.js";
import {
  type PlanProtection,
  protectInstruction,
  protectionFloodLog2,
  weakerProtection,
} from "./protection.js";

/** Microseconds of one core: expanding a bit that travels as a GGSW, and one gate. */
export const directPrices = { bit: 80, gate: 6 };
/** Most bits of a limb: more would not fit beside the noise anyway. */
const widestLimb = 14;
/** Gates of one chunk of work. */
const gatesPerChunk = 24;
const mostChunks = 64;

/** A program whose results are all sums of trees on fresh inputs. */
export interface DecisionRegions {
  readonly joined: JoinedTrees;
  readonly diagrams: DecisionDiagrams;
}

/** Undefined where results need more than trees, or nothing is asked. */
export function decisionRegions(regions: RegionProgram): DecisionRegions | undefined {
  const joined = joinedTrees(regions);
  if (joined === undefined) return undefined;
  const diagrams = decisionDiagrams(joined.trees, directPrices);
  return diagrams.diagrams.length === 0 ? undefined : { joined, diagrams };
}

/**
 * The decision lane: bits of the inputs travel encrypted as GGSW ciphertexts, trees are CMUX gates on them, and all results are
 * coefficients of one GLWE ciphertext, the sum over all trees.
 */
export function planDecision(
  regions: RegionProgram,
  { joined, diagrams }: DecisionRegions,
  options: PlanOptions,
): Plan {
  const choice = chooseDirect(joined, diagrams, options);
  const { limbs, bits, wordBits, failureLog2, protection } = choice;
  const { glwe, gadget, bodyBits } = bits;
  const values = joined.trees.outputs * limbs.count;
  const instructions: Instruction[] = [
    { op: "expand bits", ...ggswLayout(glwe, diagrams.bits.length, gadget, bodyBits) },
    ensembleInstruction(diagrams, limbs, glwe, gadget),
  ];
  if (protection !== undefined) {
    const all = Int32Array.from({ length: values }, (_, at) => at);
    instructions.push(protectInstruction(protection, values, all));
  }
  const outputs: OutputEncoding[] = [];
  let first = 0;
  for (const [output, { value }] of regions.outputs.entries()) {
    const count = (regions.values[value]?.size ?? 0) * limbs.count;
    const coefficients = Array.from({ length: count }, (_, i) => first + i);
    const positions = Int32Array.from(coefficients);
    instructions.push({
      ...{ op: "pack glwe", wordBits, first: 0, results: 1, read: count, positions, output },
    });
    outputs.push({
      layout: { form: "glwe", wordBits, coefficients: [coefficients] },
      deltaLog2: 64 - limbs.messageBits,
      messageBits: limbs.messageBits,
      signed: true,
      limbs: { count: limbs.count, bits: limbs.bits },
    });
    first += count;
  }
  return {
    lane: "decision",
    parameters: { glwe, bootstraps: [], ...(protection ? { publicKey: true } : {}) },
    program: { instructions, slots: 0 },
    input: { length: 0, start: 0, shifts: regions.inputs.map(() => 0), deltaLog2: 0, bodyBits: 1 },
    bits: {
      layout: ggswLayout(glwe, diagrams.bits.length, gadget, bodyBits),
      sources: diagrams.bits,
    },
    outputs,
    failure: {
      worstLog2: failureLog2,
      runLog2: log2UnionFailure([{ count: values, failureLog2 }]),
    },
    ...(protection === undefined ? {} : { protection }),
    bootstraps: 0,
    bootstrapMs: 0,
  };
}

interface DirectChoice {
  readonly limbs: LeafLimbs;
  readonly bits: DirectBits;
  readonly wordBits: number;
  readonly failureLog2: number;
  readonly protection?: PlanProtection;
}

type DirectOptions = Pick<PlanOptions, "failureLog2" | "distanceLog2">;

function chooseDirect(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: DirectOptions,
): DirectChoice {
  const { failureLog2, distanceLog2 } = options;
  const choice = findDirect(joined, diagrams, options);
  if (choice !== undefined) return choice;
  const cure = "Use fewer or shallower trees, or allow a higher failure probability";
  throw new VelumError({
    code: "no-parameters",
    path: "decision lane",
    problem:
      `no parameters at 132 bits of security hold the sum of ${diagrams.diagrams.length} trees with failure below 2^${failureLog2}` +
      (distanceLog2 === undefined ? "" : ` in answers protected within 2^${distanceLog2}`),
    limit: failureLog2,
    cure:
      distanceLog2 === undefined
        ? cure
        : weakerProtection(cure, reachableDistance(joined, diagrams, options)),
  });
}

/** The least distance in whole bits that some parameters reach. */
function reachableDistance(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: DirectOptions,
): number | undefined {
  for (let distanceLog2 = options.distanceLog2 ?? 0; distanceLog2 < 0; distanceLog2++) {
    if (findDirect(joined, diagrams, { ...options, distanceLog2 }) !== undefined)
      return distanceLog2;
  }
  return undefined;
}

/**
 * The widest limbs that the noise leaves room for, then the fewest bits of bodies and of the answer. Protected answers have one limb: sums of
 * several, before they are put together, say more than the value.
 */
function findDirect(
  { trees, constant }: JoinedTrees,
  diagrams: DecisionDiagrams,
  { failureLog2, distanceLog2 }: DirectOptions,
): DirectChoice | undefined {
  const quantile = largestVariance(1, failureLog2);
  for (const levels of distanceLog2 === undefined ? [1, 2] : [1, 2, 3]) {
    for (let width = widestLimb; width >= 1; width--) {
      const limbs = leafLimbs(diagrams, constant, width);
      if (limbs.messageBits > 30) continue;
      if (distanceLog2 !== undefined && limbs.count > 1) break;
      const values = trees.outputs * limbs.count;
      const flood = protectionFloodLog2(limbs.messageBits);
      const limit =
        2 ** -(limbs.messageBits + 1) - (distanceLog2 === undefined ? 0 : 2 ** (flood - 64));
      const allowed = limit * limit * quantile;
      const hidden =
        distanceLog2 === undefined
          ? Number.POSITIVE_INFINITY
          : hiddenVariance(distanceLog2, flood, values) / downloadShare;
      const bits = quietest(diagrams, limbs, levels, Math.min(allowed, hidden));
      if (bits === undefined) continue;
      if (values > bits.glwe.polynomialSize) continue;
      const zero =
        distanceLog2 === undefined ? 0 : publicZeroVariance(bits.glwe, bits.glwe.noiseLog2);
      const variance = diagramVariance(diagrams, limbs, bits) + zero;
      const download = (word: number): number =>
        variance + compensatedRoundingVariance(bigLweDimension(bits.glwe), word);
      let wordBits = limbs.messageBits + 1;
      while (wordBits < 40 && download(wordBits) > allowed) wordBits++;
      const reached = floodDistanceLog2(variance, flood, values);
      if (distanceLog2 !== undefined && reached > distanceLog2) continue;
      return {
        limbs,
        bits,
        wordBits,
        failureLog2: log2Failure(limit, download(wordBits)),
        ...(distanceLog2 === undefined
          ? {}
          : { protection: { floodLog2: flood, distanceLog2: reached } }),
      };
    }
  }
  return undefined;
}

/** Leaves of a limb this wide have room for rounding on the way back. */
const downloadShare = 0.9;

/** The quietest base, then the fewest bits of bodies; undefined where noise leaves no room. */
function quietest(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  levels: number,
  largest: number,
): DirectBits | undefined {
  const glwe: GlweParameters = {
    dimension: 4,
    polynomialSize: 512,
    noiseLog2: smallestTUniform(2048, 64),
  };
  let best: { readonly bits: DirectBits; readonly variance: number } | undefined;
  for (let baseLog = 6; baseLog * levels <= 30; baseLog++) {
    if (baseLog * levels < limbs.messageBits) continue;
    const bits = { glwe, gadget: { baseLog, levels }, bodyBits: 64 };
    const variance = diagramVariance(diagrams, limbs, bits);
    if (best === undefined || variance < best.variance) best = { bits, variance };
  }
  if (best === undefined || best.variance > largest * downloadShare) return undefined;
  // Bodies are packed by bytes of whole rows: widths in steps of 4.
  let bodyBits = 64;
  while (bodyBits > 32) {
    const fewer = { ...best.bits, bodyBits: bodyBits - 4 };
    if (diagramVariance(diagrams, limbs, fewer) > largest * downloadShare) break;
    bodyBits -= 4;
  }
  return { ...best.bits, bodyBits };
}

/** `limbs.base.length` results in the first coefficients. */
export function ensembleInstruction(
  { diagrams }: DecisionDiagrams,
  limbs: LeafLimbs,
  glwe: GlweParameters,
  gadget: { readonly baseLog: number; readonly levels: number },
): EnsembleInstruction {
  const deltaLog2 = 32 - limbs.messageBits;
  const onTorus = (value: number): number => (value * 2 ** deltaLog2) | 0;
  const total = diagrams.reduce((sum, { gates }) => sum + gates.length, 0);
  const chunkCount = Math.min(
    diagrams.length,
    mostChunks,
    Math.max(1, Math.ceil(total / gatesPerChunk)),
  );
  const nodes: number[] = [];
  const chunks = [0];
  let slots = 0;
  for (const { gates } of diagrams) {
    const placed = placeGates(gates);
    slots = Math.max(slots, placed.slots);
    nodes.push(...placed.nodes);
    const full = nodes.length / 4 >= (total * chunks.length) / chunkCount;
    if (full && chunks.length < chunkCount) chunks.push(nodes.length / 4);
  }
  if (chunks.at(-1) !== nodes.length / 4) chunks.push(nodes.length / 4);
  const addend = new Int32Array(glwe.polynomialSize);
  for (const [at, value] of limbs.base.entries()) addend[at] = onTorus(value);
  return {
    op: "ensemble",
    baseLog: gadget.baseLog,
    levels: gadget.levels,
    chunks: Int32Array.from(chunks),
    nodes: Int32Array.from(nodes),
    leaves: Int32Array.from(limbs.digits.flatMap((leaf) => Array.from(leaf, onTorus))),
    positions: Int32Array.from(limbs.base, (_, at) => at),
    addend,
    slots,
  };
}

/** Rows `[bit, low, high, to]`: a gate's place is free again after its last use; the last gate goes to the sum. */
function placeGates(gates: DecisionDiagrams["diagrams"][number]["gates"]): {
  nodes: number[];
  slots: number;
} {
  const lastUse = new Map<number, number>();
  for (const [at, { low, high }] of gates.entries()) lastUse.set(low, at).set(high, at);
  const places: number[] = [];
  const free: number[] = [];
  const nodes: number[] = [];
  let slots = 0;
  for (const [at, { bit, low, high }] of gates.entries()) {
    const of = (child: number): number => (child < 0 ? child : (places[child] ?? 0));
    const row = [bit, of(low), of(high)];
    for (const child of new Set([low, high])) {
      if (child >= 0 && lastUse.get(child) === at) free.push(places[child] ?? 0);
    }
    const to = at === gates.length - 1 ? -1 : (free.pop() ?? slots++);
    places.push(to);
    nodes.push(...row, to);
  }
  return { nodes, slots };
}
