import { VelumError } from "../../base/error.js";
import type { RegionProgram } from "../../regions/region-program.js";
import { keyFileBytes } from "../../tfhe/key-files.js";
import type { Gadget, GlweParameters, PackingParameters } from "../../tfhe/parameters.js";
import { type BitsLayout, ggswLayout } from "../../tfhe/wire-bits.js";
import { headerBytes } from "../../tfhe/wire-header.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";
import { chooseRotations, type RotationChoice } from "../bootstrap/choose-rotations.js";
import { lowerBootstrap, numbersRead } from "../bootstrap/lower-bootstrap.js";
import { decisionTime } from "../decision/decision-cost.js";
import type { BitsForm } from "../decision/decision-shapes.js";
import { gateSchedule } from "../decision/gate-schedule.js";
import { lineBytes } from "../decision/parameter-search-decision.js";
import { ensembleInstruction } from "../decision/plan-decision.js";
import { checkForm, largestDirectUpload, type UploadFormCost } from "../decision/upload-form.js";
import type { Plan, PlanOptions } from "../plan.js";
import { bootstrapKeys } from "../search-space.js";
import { type DecisionFront, decisionFront, frontBits, mostFrontLevels } from "./decision-front.js";
import { packedFrontBits, packedShares } from "./packed-front.js";

/** Another level must save this share of the look-ups' time: it makes the upload longer. */
const leastSavedShare = 0.1;

/** How bits travel in front of look-ups under one GLWE key. */
interface TravellingBits {
  readonly layout: BitsLayout;
  readonly gadget: Gadget;
  readonly variance: number;
  readonly uploadBytes: number;
  readonly packing?: PackingParameters;
  readonly keyBytes: number;
}

/** Keys, rotations and bits of one form. */
interface MixedChoice {
  readonly form: BitsForm;
  readonly front: DecisionFront;
  readonly rotations: RotationChoice;
  readonly own: TravellingBits;
  readonly cost: Omit<UploadFormCost, "chosen">;
}

/**
 * Decision trees, then table look-ups of their sums, in one program and under one GLWE key: bits of the inputs travel encrypted, each as a
 * GGSW ciphertext or packed, trees are CMUX gates on them, and what they give is extracted and looked up. Inputs that anything but trees
 * reads travel as numbers besides. Packed bits are looked for where asked, or where direct ones make requests of more than 256 KiB: they
 * need a quieter key, under which look-ups take longer, so the shorter of both ways is taken then. Errors: `no-parameters`, `bad-argument`. Takes some 0.1 s.
 */
export function planMixed(
  regions: RegionProgram,
  front: DecisionFront,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  checkForm(options.uploadForm);
  const { found, chosen } = chooseForm(regions, front, options);
  const { rotations, own } = chosen;
  const { distanceLog2 } = options;
  const plan = lowerBootstrap(regions, inputBits, rotations, { distanceLog2 });
  const [first, ...rest] = plan.program.instructions;
  const { glwe } = plan.parameters;
  const trees = [
    {
      op: "expand bits",
      ...own.layout,
      needs: gateSchedule(chosen.front.diagrams).needs,
    } as const,
    ensembleInstruction(chosen.front.diagrams, chosen.front.limbs, glwe, own.gadget),
  ];
  // The vector of numbers is the first part of a request, if there is one.
  const instructions =
    first === undefined || first.op !== "expand"
      ? [...trees, ...plan.program.instructions]
      : [first, ...trees, ...rest];
  const { packing } = own;
  return {
    ...plan,
    parameters: packing === undefined ? plan.parameters : { ...plan.parameters, packing },
    program: { ...plan.program, instructions },
    bits: { layout: own.layout, sources: chosen.front.diagrams.bits },
    uploadForms: found.map(({ cost, form }) => ({ ...cost, chosen: form === chosen.form })),
  };
}

function chooseForm(
  regions: RegionProgram,
  front: DecisionFront,
  options: PlanOptions,
): { readonly found: readonly MixedChoice[]; readonly chosen: MixedChoice } {
  let refused: unknown;
  const attempt = (search: () => MixedChoice): MixedChoice | undefined => {
    try {
      return search();
    } catch (error) {
      if (!(error instanceof VelumError) || error.code !== "no-parameters") throw error;
      refused ??= error;
      return undefined;
    }
  };
  const direct =
    options.uploadForm === "packed"
      ? undefined
      : attempt(() => searchDirect(regions, front, options));
  const small = direct !== undefined && direct.cost.uploadBytes <= largestDirectUpload;
  const packed =
    small || options.uploadForm === "direct"
      ? undefined
      : attempt(() => searchPacked(regions, options));
  const faster = direct === undefined || (packed !== undefined && wayMs(packed) < wayMs(direct));
  const chosen = faster ? packed : direct;
  if (chosen === undefined) throw refused;
  return { found: [direct, packed].filter((one) => one !== undefined), chosen };
}

/** Server and upload, milliseconds. */
function wayMs({ cost }: MixedChoice): number {
  return cost.serverMs + cost.uploadBytes / lineBytes;
}

function searchDirect(
  regions: RegionProgram,
  front: DecisionFront,
  options: PlanOptions,
): MixedChoice {
  const length = front.diagrams.bits.length;
  const levels = Array.from({ length: mostFrontLevels }, (_, i) => i + 1);
  return searchForm("direct", regions, front, options, levels, (glwe, count) => {
    const found = frontBits(front, glwe, count);
    if (found === undefined) return undefined;
    const { gadget, bodyBits } = found.bits;
    const layout = ggswLayout(glwe, length, gadget, bodyBits);
    const { variance } = found;
    return { layout, gadget, variance, uploadBytes: inputPayloadBytes([layout]), keyBytes: 0 };
  });
}

function searchPacked(regions: RegionProgram, options: PlanOptions): MixedChoice {
  // Packed bits are dearer, so features rather travel as bits of an index.
  const front = decisionFront(regions, "packed", options.distanceLog2 !== undefined);
  if (front === undefined) throw new RangeError("no trees in front of look-ups");
  return searchForm("packed", regions, front, options, packedShares, (glwe, share) => {
    const found = packedFrontBits(front, glwe, share, options);
    if (found === undefined) return undefined;
    const { candidate, ...rest } = found;
    const { gadget, packing } = candidate;
    return packing === undefined ? undefined : { ...rest, gadget, packing };
  });
}

/** The fastest look-ups over `steps` of quietness, each a longer way for the bits. Error `no-parameters`. */
function searchForm<Step>(
  form: BitsForm,
  regions: RegionProgram,
  front: DecisionFront,
  options: PlanOptions,
  steps: readonly Step[],
  search: (glwe: GlweParameters, step: Step) => TravellingBits | undefined,
): MixedChoice {
  const { failureLog2, limits, rates, nodePath } = options;
  const uploadLength = numbersRead(regions);
  let best: { readonly rotations: RotationChoice; readonly own: TravellingBits } | undefined;
  let refused: unknown;
  for (const step of steps) {
    const known = new Map<GlweParameters, TravellingBits | undefined>();
    const bitsOf = (glwe: GlweParameters): TravellingBits | undefined => {
      const own = known.has(glwe) ? known.get(glwe) : search(glwe, step);
      known.set(glwe, own);
      return own;
    };
    const packingBytes = Math.max(
      ...bootstrapKeys().map(({ glwe }) => bitsOf(glwe)?.keyBytes ?? 0),
    );
    try {
      const rotations = chooseRotations([{ regions, hides: options.distanceLog2 !== undefined }], {
        failureLog2,
        uploadLength,
        diagrams: {
          variance: (glwe) => bitsOf(glwe)?.variance ?? Number.POSITIVE_INFINITY,
          uploadBytes: (glwe) => bitsOf(glwe)?.uploadBytes ?? 0,
        },
        limits: {
          ...limits,
          maxEvaluationKeyBytes: Math.max(0, limits.maxEvaluationKeyBytes - packingBytes),
        },
        rates,
        nodePath,
      });
      const { parameters, runMs } = rotations.choice;
      const own = bitsOf(parameters.glwe);
      if (own === undefined) throw new RangeError("a key without sums was chosen");
      const before = best?.rotations.choice.runMs ?? Number.POSITIVE_INFINITY;
      if (runMs < before * (1 - leastSavedShare)) best = { rotations, own };
    } catch (error) {
      if (!(error instanceof VelumError) || error.code !== "no-parameters") throw error;
      refused ??= error;
    }
  }
  if (best === undefined) throw refused;
  const { rotations, own } = best;
  const { parameters, runMs } = rotations.choice;
  const { packing } = own;
  const all = packing === undefined ? parameters : { ...parameters, packing };
  const time = decisionTime(all, own.layout, gateSchedule(front.diagrams).work, rates);
  const numbers =
    uploadLength === 0 ? [] : [{ length: uploadLength, bodyBits: rotations.choice.uploadBits }];
  const cost = {
    form,
    bits: front.diagrams.bits.length,
    uploadBytes: headerBytes + inputPayloadBytes([...numbers, own.layout]),
    evaluationKeyBytes: keyFileBytes(all),
    serverMs: runMs + time.totalMs,
    expansionMs: time.expansionMs,
  };
  return { form, front, rotations, own, cost };
}
