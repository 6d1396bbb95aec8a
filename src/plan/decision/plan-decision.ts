import type { EnsembleInstruction, Instruction } from "../../program/program.js";
import type { RegionProgram } from "../../regions/region-program.js";
import { log2UnionFailure } from "../../security/failure.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { CryptoParameters, GlweParameters } from "../../tfhe/parameters.js";
import { type BitsLayout, ggswLayout } from "../../tfhe/wire-bits.js";
import type { Plan, PlanOptions } from "../plan.js";
import { protectInstruction } from "../protection.js";
import { type DecisionDiagrams, decisionDiagrams } from "./decision-diagrams.js";
import { gadgetUnit } from "./diagram-noise.js";
import { gateSchedule } from "./gate-schedule.js";
import { type JoinedTrees, joinedTrees } from "./joined-trees.js";
import { type LeafLimbs, torusLimb } from "./leaf-limbs.js";
import { chooseProtected, type ProtectedOptions } from "./protected-trees.js";
import { bitPrices, chooseUploadForm, type TreeOptions } from "./upload-form.js";

/** A program whose results are all sums of trees on fresh inputs. */
export interface DecisionRegions {
  readonly joined: JoinedTrees;
  /** For bits that travel as a GGSW each. */
  readonly diagrams: DecisionDiagrams;
}

/** Undefined where results need more than trees, or nothing is asked. */
export function decisionRegions(regions: RegionProgram): DecisionRegions | undefined {
  const joined = joinedTrees(regions);
  if (joined === undefined) return undefined;
  const diagrams = decisionDiagrams(joined.trees, bitPrices.direct);
  return diagrams.diagrams.length === 0 ? undefined : { joined, diagrams };
}

/**
 * The decision lane: bits of the inputs travel encrypted, each as a GGSW ciphertext or packed, trees are CMUX gates on them, and all
 * results are coefficients of one GLWE ciphertext, the sum over all trees. Errors: `no-parameters`, `bad-argument`.
 */
export function planDecision(
  regions: RegionProgram,
  { joined, diagrams: direct }: DecisionRegions,
  options: PlanOptions,
): Plan {
  const path = treesPath(regions, options);
  const { parameters, layout, diagrams, limbs, wordBits, failureLog2, ...rest } =
    options.distanceLog2 === undefined
      ? choosePlain(joined, direct, { ...options, path })
      : chooseProtectedTrees(joined, direct, {
          failureLog2: options.failureLog2,
          distanceLog2: options.distanceLog2,
          weakestDistanceLog2: options.weakestDistanceLog2,
          path,
        });
  const { protection } = rest;
  const values = joined.trees.outputs * limbs.count;
  const instructions: Instruction[] = [
    { op: "expand bits", ...layout, needs: gateSchedule(diagrams).needs },
    ensembleInstruction(diagrams, limbs, parameters.glwe, layout.gadget),
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
      signed: true,
      ...limbEncoding(limbs),
    });
    first += count;
  }
  return {
    lane: "decision",
    parameters,
    program: { instructions, slots: 0 },
    input: { length: 0, start: 0, shifts: regions.inputs.map(() => 0), deltaLog2: 0, bodyBits: 1 },
    bits: { layout, sources: diagrams.bits },
    ...rest,
    outputs,
    failure: {
      worstLog2: failureLog2,
      runLog2: log2UnionFailure([{ count: values, failureLog2 }]),
    },
    bootstraps: 0,
    bootstrapMs: 0,
    bootstrapsByNode: new Map(),
  };
}

/** How trees travel and are computed, and what else the plan says of it. */
interface TreeChoice extends Pick<Plan, "parameters" | "uploadForms" | "protection"> {
  readonly layout: BitsLayout;
  readonly diagrams: DecisionDiagrams;
  readonly limbs: LeafLimbs;
  readonly wordBits: number;
  readonly failureLog2: number;
}

/** How errors name the trees: as their first node. */
function treesPath({ steps, values }: RegionProgram, { nodePath }: PlanOptions): string {
  const trees = steps.find(({ kind }) => kind === "ensemble");
  const node = trees && values[trees.result]?.node;
  return (node === undefined ? undefined : nodePath?.(node)) ?? "decision lane";
}

function choosePlain(
  joined: JoinedTrees,
  direct: DecisionDiagrams,
  options: TreeOptions,
): TreeChoice {
  const { chosen, forms } = chooseUploadForm(joined, direct, options);
  const { diagrams, limbs } = chosen;
  const { parameters, layout, downloadBits: wordBits, failureLog2 } = chosen.choice;
  return { parameters, layout, diagrams, limbs, wordBits, failureLog2, uploadForms: forms };
}

function chooseProtectedTrees(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: ProtectedOptions,
): TreeChoice {
  const { bits, ...choice } = chooseProtected(joined, diagrams, options);
  const { glwe, gadget, bodyBits } = bits;
  const parameters: CryptoParameters = { glwe, bootstraps: [], publicKey: true };
  const layout = ggswLayout(glwe, diagrams.bits.length, gadget, bodyBits);
  return { parameters, layout, diagrams, ...choice };
}

/** Remainders are read off phases of 32 bits: their steps are no powers of two. */
const residuePhaseBits = 32;

/** How a client reads such results. */
export function limbEncoding({
  count,
  bits,
  messageBits,
  moduli,
}: LeafLimbs): Pick<OutputEncoding, "deltaLog2" | "messageBits" | "limbs" | "residues"> {
  return moduli === undefined
    ? { deltaLog2: 64 - messageBits, messageBits, limbs: { count, bits } }
    : {
        deltaLog2: 64 - residuePhaseBits,
        messageBits: residuePhaseBits,
        residues: moduli,
      };
}

/** `limbs.base.length` results in the first coefficients. */
export function ensembleInstruction(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  glwe: GlweParameters,
  gadget: { readonly baseLog: number; readonly levels: number },
): EnsembleInstruction {
  const unit = gadgetUnit(gadget);
  const onTorus = (value: number, at: number): number => torusLimb(limbs, at, value, unit);
  const { rows, chunks, leaves, slots } = gateSchedule(diagrams);
  const addend = new Int32Array(glwe.polynomialSize);
  for (const [at, value] of limbs.base.entries()) addend[at] = onTorus(value, at);
  const leafWords = leaves.flatMap((parts) =>
    Array.from(limbs.base, (_, at) =>
      parts.reduce((sum, leaf) => (sum + onTorus(limbs.digits[leaf]?.[at] ?? 0, at)) | 0, 0),
    ),
  );
  return {
    op: "ensemble",
    baseLog: gadget.baseLog,
    levels: gadget.levels,
    chunks: Int32Array.from(chunks),
    nodes: Int32Array.from(rows.flat()),
    leaves: Int32Array.from(leafWords),
    positions: Int32Array.from(limbs.base, (_, at) => at),
    addend,
    slots,
  };
}
