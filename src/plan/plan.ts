import { VelumError } from "../base/error.js";
import type { TfheProgram } from "../program/program.js";
import type { RegionProgram } from "../regions/region-program.js";
import type { OutputEncoding } from "../tfhe/output-encoding.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { BitsLayout } from "../tfhe/wire-bits.js";
import { headerBytes } from "../tfhe/wire-header.js";
import { inputPayloadBytes } from "../tfhe/wire-input.js";
import { planBootstrap } from "./bootstrap/plan-bootstrap.js";
import type { DiagramBit } from "./decision/decision-diagrams.js";
import { type DecisionRegions, decisionRegions, planDecision } from "./decision/plan-decision.js";
import type { UploadForm, UploadFormCost } from "./decision/upload-form.js";
import type { KernelRates } from "./kernel-rates.js";
import { planLinear } from "./linear/plan-linear.js";
import { decisionFront, holdsSums } from "./mixed/decision-front.js";
import { planHiddenSums } from "./mixed/plan-hidden-sums.js";
import { planMixed } from "./mixed/plan-mixed.js";
import type { ElementCode } from "./one-hot/element-code.js";
import { type OneHotRegions, oneHotRegions } from "./one-hot/one-hot.js";
import { isNoParameters } from "./parameters/no-parameters.js";
import type { PlanLimits } from "./parameters/parameter-request.js";
import { ofHiddenSums, ofProtectedLookups, type PlanProtection } from "./protection.js";

/** Which kind of evaluation a circuit uses; only `bootstrap` needs evaluation keys. */
export type Lane = "linear" | "one hot" | "decision" | "bootstrap";

/** How inputs travel: as it is cheapest, or always as numbers, so that every look-up is a bootstrap. */
export type InputForm = "auto" | "numbers";

/** How the client turns the joined inputs into one uploaded vector. */
export interface InputEncoding {
  /** Numbers uploaded, zeros around the inputs included. */
  readonly length: number;
  /** Place of the first input in the vector. */
  readonly start: number;
  /** Number m of input i travels as m 2^(shift of i) in units of 2^deltaLog2 of the 64-bit torus. */
  readonly shifts: readonly number[];
  readonly deltaLog2: number;
  readonly bodyBits: number;
  /** Present where the inputs lie in the vector several times: copy number c + 1 is multiplied by 2^copies[c]. */
  readonly copies?: readonly number[];
  /** How each element is written; absent where all are numbers. */
  readonly codes?: readonly ElementCode[];
}

/** The bits of the inputs that decision diagrams ask, as they travel. */
export interface BitEncoding {
  readonly layout: BitsLayout;
  readonly sources: readonly DiagramBit[];
}

/** log2 of failure probabilities; see docs/security.md. */
export interface PlanFailure {
  /** The worst single look-up or output. */
  readonly worstLog2: number;
  /** Union over everything in one run. */
  readonly runLog2: number;
}

/** Look-ups that round approximately: where they may be one step off, and how often. */
export interface PlannedRounding {
  /** Node of the lowered graph. */
  readonly node: number | undefined;
  /** Elements. */
  readonly count: number;
  /** What is rounded to: multiples of `step`. */
  readonly step: number;
  /**
   * Values whose remainder modulo `step` lies from `from` to `to` may be rounded to either neighbour. All others are right, up to
   * the failure probability, and none is more than one step off. `from > to` where all are right.
   */
  readonly band: { readonly from: number; readonly to: number };
  /** log2 of the probability that a value outside the band comes out wrong. */
  readonly failureLog2: number;
  /** Share of evenly spread values that come out one step off, predicted for the noisiest. */
  readonly offShare: number;
}

/** A lane, its parameters, the program for the server and the encodings for the client. */
export interface Plan {
  readonly lane: Lane;
  readonly parameters: CryptoParameters;
  readonly program: TfheProgram;
  /** The vector of numbers; of length 0 where only bits travel. */
  readonly input: InputEncoding;
  readonly bits?: BitEncoding;
  /** Where bits travel: what each way of sending them takes, the chosen one among them. */
  readonly uploadForms?: readonly UploadFormCost[];
  readonly outputs: readonly OutputEncoding[];
  readonly failure: PlanFailure;
  /** Present where the program has approximate roundings that are looked up as such. */
  readonly roundings?: readonly PlannedRounding[];
  /** Present where answers are protected. */
  readonly protection?: PlanProtection;
  /** Rotations of one run. */
  readonly bootstraps: number;
  /** Predicted time of one run's bootstraps on one thread of the machine that `rates` describes, milliseconds. */
  readonly bootstrapMs: number;
  /** Rotations by graph node; one that gives tables of several nodes counts for the first. */
  readonly bootstrapsByNode: ReadonlyMap<number, number>;
}

export interface PlanOptions {
  /** log2 of the statistical distance that answers may show of weights and inputs beyond their values; absent: they are not protected. */
  readonly distanceLog2?: number;
  /** The largest distance that is taken where noise leaves no room for that one; absent: none is. */
  readonly weakestDistanceLog2?: number;
  /** log2 of the allowed failure probability of each look-up and each output: -64, or -128 where decryptions are shared. */
  readonly failureLog2: number;
  readonly inputForm: InputForm;
  readonly uploadForm: UploadForm;
  readonly limits: PlanLimits;
  readonly rates: KernelRates;
  /** How errors name a graph node. */
  readonly nodePath?: (node: number) => string;
}

/**
 * Chooses lane, encodings and parameters. `inputBits[i]` is the width assigned to input i of the region program.
 * Errors: `no-parameters`, `width-too-wide`, `unsupported-op`. Takes some 10 ms.
 */
export function planProgram(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const { distanceLog2, weakestDistanceLog2 } = options;
  if (distanceLog2 === undefined) return planLanes(regions, inputBits, options);
  try {
    return planLanes(regions, inputBits, options);
  } catch (error) {
    if (!isNoParameters(error)) throw error;
    const looksUp = regions.steps.some(({ kind }) => kind === "lookup");
    if (looksUp) throw error instanceof VelumError ? ofProtectedLookups(error) : error;
    if (weakestDistanceLog2 === undefined) throw error;
    return planNearest(regions, inputBits, { ...options, distanceLog2, weakestDistanceLog2 });
  }
}

/** The least distance in whole bits that can be had. */
function planNearest(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions & { readonly distanceLog2: number; readonly weakestDistanceLog2: number },
): Plan {
  const { weakestDistanceLog2: _, ...own } = options;
  const at = (distanceLog2: number): Plan =>
    planLanes(regions, inputBits, { ...own, distanceLog2 });
  let found = at(options.weakestDistanceLog2);
  let refused = options.distanceLog2;
  let reached = options.weakestDistanceLog2;
  while (reached - refused > 1) {
    const middle = Math.floor((reached + refused) / 2);
    try {
      found = at(middle);
      reached = middle;
    } catch (error) {
      if (!isNoParameters(error)) throw error;
      refused = middle;
    }
  }
  return found;
}

function planLanes(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const looksUp = regions.steps.some((step) => step.kind === "lookup");
  // Clear weights act on sums of ciphertexts, not on cells or leaves.
  const whole = options.inputForm === "auto" && regions.clear === undefined;
  const oneHot = whole ? oneHotRegions(regions) : undefined;
  const plan = oneHot === undefined ? undefined : planCells(oneHot, options);
  if (plan !== undefined) return plan;
  const decision = whole ? decisionRegions(regions) : undefined;
  if (decision !== undefined) return planTrees(regions, decision, options);
  const front = options.inputForm === "auto" ? decisionFront(regions) : undefined;
  if (front !== undefined) return planMixed(regions, front, inputBits, options);
  // Trees that ask nothing are constants beside cells, and nothing else.
  const asksNothing = regions.steps.some(({ kind }) => kind === "ensemble") && !looksUp;
  if (oneHot !== undefined && asksNothing) return planConstant(oneHot, options);
  return looksUp ? planBootstrap(regions, inputBits, options) : planLinear(regions, options);
}

/**
 * Sums of trees, and nothing else. Those that need more protection than their noise leaves room for are flooded and looked up in turns; where
 * limits leave no room for that, the nearest distance is taken that can be had without, if it is near enough.
 */
function planTrees(regions: RegionProgram, decision: DecisionRegions, options: PlanOptions): Plan {
  const { distanceLog2, weakestDistanceLog2, ...rest } = options;
  if (distanceLog2 === undefined) return planDecision(regions, decision, rest);
  const asked = { ...rest, distanceLog2 };
  const ways = [
    () => planDecision(regions, decision, asked),
    () => planHiddenSums(regions, decision, asked),
    () =>
      weakestDistanceLog2 === undefined
        ? undefined
        : planDecision(regions, decision, { ...asked, weakestDistanceLog2 }),
  ];
  let refused: VelumError | undefined;
  for (const way of ways) {
    try {
      const plan = way();
      if (plan !== undefined) return plan;
    } catch (error) {
      if (!isNoParameters(error)) throw error;
      refused = refused === undefined ? error : ofHiddenSums(error, refused);
    }
  }
  throw refused;
}

function planConstant({ regions, codes }: OneHotRegions, options: PlanOptions): Plan {
  const plan = planLinear(regions, options);
  return { ...plan, lane: "one hot", input: { ...plan.input, codes } };
}

/** Undefined where the cells of one request are more than may be uploaded, or sums over them too noisy. */
function planCells(
  { regions, codes, inputBits }: OneHotRegions,
  options: PlanOptions,
): Plan | undefined {
  const linear = regions.steps.every(({ kind }) => kind === "affine");
  const plan = linear ? planSums(regions, options) : planBootstrap(regions, inputBits, options);
  if (plan === undefined) return undefined;
  const { length, bodyBits } = plan.input;
  const uploadBytes = headerBytes + inputPayloadBytes([{ length, bodyBits }]);
  if (uploadBytes > options.limits.maxUploadBytes) return undefined;
  return { ...plan, input: { ...plan.input, codes } };
}

/** Sums over cells alone. */
function planSums(regions: RegionProgram, options: PlanOptions): Plan | undefined {
  try {
    return { ...planLinear(regions, options), lane: "one hot" };
  } catch (error) {
    if (isNoParameters(error)) return undefined;
    throw error;
  }
}

/** False where decision trees must become look-ups before a plan is made. */
export function treesFit(regions: RegionProgram, inputForm: InputForm): boolean {
  if (regions.steps.every(({ kind }) => kind !== "ensemble")) return true;
  if (inputForm === "numbers") return false;
  const whole = regions.clear === undefined;
  if (whole && (oneHotRegions(regions) ?? decisionRegions(regions)) !== undefined) return true;
  const front = decisionFront(regions);
  return front !== undefined && holdsSums(front);
}
