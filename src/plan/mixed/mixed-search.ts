import { keyFileBytes } from "../../tfhe/key-files.js";
import type { Gadget, GlweParameters, PackingParameters } from "../../tfhe/parameters.js";
import { type BitsLayout, ggswLayout } from "../../tfhe/wire-bits.js";
import { headerBytes } from "../../tfhe/wire-header.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";
import { decisionTime } from "../decision/decision-cost.js";
import type { BitsForm } from "../decision/decision-shapes.js";
import { gateSchedule } from "../decision/gate-schedule.js";
import { lineBytes } from "../decision/parameter-search-decision.js";
import { largestDirectUpload, type UploadFormCost } from "../decision/upload-form.js";
import { foundOf, isNoParameters } from "../parameters/no-parameters.js";
import type {
  DiagramSource,
  ParameterChoice,
  PlanLimits,
} from "../parameters/parameter-request.js";
import type { PlanOptions } from "../plan.js";
import { bootstrapKeys } from "../search-space.js";
import { type DecisionFront, frontBits, mostFrontLevels } from "./decision-front.js";
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

/** Look-ups behind trees, with the parameters that all of it shares. */
export interface LookUpsBehind {
  readonly choice: ParameterChoice;
}

/** Trees and the look-ups of their sums. */
export interface MixedSearch<Behind extends LookUpsBehind> {
  /** Numbers that a request holds besides the bits. */
  readonly uploadLength: number;
  /** Packed bits are dearer, so features rather travel as bits of an index. Undefined where no sums of trees can be looked up. */
  front(form: BitsForm): DecisionFront | undefined;
  /** The fastest look-ups. Error `no-parameters`. */
  lookUps(diagrams: DiagramSource, limits: PlanLimits): Behind;
}

/** Keys, look-ups and bits of one form. */
export interface MixedChoice<Behind extends LookUpsBehind> {
  readonly form: BitsForm;
  readonly front: DecisionFront;
  readonly behind: Behind;
  readonly own: TravellingBits;
  readonly cost: Omit<UploadFormCost, "chosen">;
}

/** What was found for the forms that were tried, and the shortest way of them. */
export interface MixedChoices<Behind extends LookUpsBehind> {
  readonly found: readonly MixedChoice<Behind>[];
  readonly chosen: MixedChoice<Behind>;
}

/**
 * Packed bits are looked for where asked, or where direct ones make requests of more than 256 KiB: they need a quieter key, under which
 * look-ups take longer, so the shorter of both ways is taken then. Error `no-parameters`.
 */
export function chooseMixed<Behind extends LookUpsBehind>(
  search: MixedSearch<Behind>,
  options: PlanOptions,
): MixedChoices<Behind> {
  let refused: unknown;
  const attempt = (form: BitsForm): MixedChoice<Behind> | undefined => {
    const front = search.front(form);
    if (front === undefined) throw new RangeError("no trees in front of look-ups");
    try {
      return form === "direct"
        ? searchDirect(search, front, options)
        : searchPacked(search, front, options);
    } catch (error) {
      if (!isNoParameters(error)) throw error;
      refused ??= error;
      return undefined;
    }
  };
  const direct = options.uploadForm === "packed" ? undefined : attempt("direct");
  const small = direct !== undefined && direct.cost.uploadBytes <= largestDirectUpload;
  const packed = small || options.uploadForm === "direct" ? undefined : attempt("packed");
  const faster = direct === undefined || (packed !== undefined && wayMs(packed) < wayMs(direct));
  const chosen = faster ? packed : direct;
  if (chosen === undefined) throw refused;
  return { found: [direct, packed].filter((one) => one !== undefined), chosen };
}

/** Server and upload, milliseconds. */
export function wayMs({ cost }: Pick<MixedChoice<LookUpsBehind>, "cost">): number {
  return cost.serverMs + cost.uploadBytes / lineBytes;
}

function searchDirect<Behind extends LookUpsBehind>(
  search: MixedSearch<Behind>,
  front: DecisionFront,
  options: PlanOptions,
): MixedChoice<Behind> {
  const length = front.diagrams.bits.length;
  const levels = Array.from({ length: mostFrontLevels }, (_, i) => i + 1);
  return searchForm("direct", search, front, options, levels, (glwe, count) => {
    const found = frontBits(front, glwe, count);
    if (found === undefined) return undefined;
    const { gadget, bodyBits } = found.bits;
    const layout = ggswLayout(glwe, length, gadget, bodyBits);
    const { variance } = found;
    return { layout, gadget, variance, uploadBytes: inputPayloadBytes([layout]), keyBytes: 0 };
  });
}

function searchPacked<Behind extends LookUpsBehind>(
  search: MixedSearch<Behind>,
  front: DecisionFront,
  options: PlanOptions,
): MixedChoice<Behind> {
  return searchForm("packed", search, front, options, packedShares, (glwe, share) => {
    const found = packedFrontBits(front, glwe, share, options);
    if (found === undefined) return undefined;
    const { candidate, ...rest } = found;
    const { gadget, packing } = candidate;
    return packing === undefined ? undefined : { ...rest, gadget, packing };
  });
}

/** The fastest look-ups over `steps` of quietness, each a longer way for the bits. Error `no-parameters`. */
function searchForm<Step, Behind extends LookUpsBehind>(
  form: BitsForm,
  search: MixedSearch<Behind>,
  front: DecisionFront,
  { limits, rates }: PlanOptions,
  steps: readonly Step[],
  bitsOf: (glwe: GlweParameters, step: Step) => TravellingBits | undefined,
): MixedChoice<Behind> {
  const tried = steps.map((step) => () => {
    const known = new Map<GlweParameters, TravellingBits | undefined>();
    const ownOf = (glwe: GlweParameters): TravellingBits | undefined => {
      const own = known.has(glwe) ? known.get(glwe) : bitsOf(glwe, step);
      known.set(glwe, own);
      return own;
    };
    const packingBytes = Math.max(...bootstrapKeys().map(({ glwe }) => ownOf(glwe)?.keyBytes ?? 0));
    const diagrams: DiagramSource = {
      variance: (glwe) => ownOf(glwe)?.variance ?? Number.POSITIVE_INFINITY,
      uploadBytes: (glwe) => ownOf(glwe)?.uploadBytes ?? 0,
    };
    const behind = search.lookUps(diagrams, {
      ...limits,
      maxEvaluationKeyBytes: Math.max(0, limits.maxEvaluationKeyBytes - packingBytes),
    });
    const own = ownOf(behind.choice.parameters.glwe);
    if (own === undefined) throw new RangeError("a key without sums was chosen");
    return { behind, own };
  });
  const best = foundOf(tried).reduce((a, b) =>
    b.behind.choice.runMs < a.behind.choice.runMs * (1 - leastSavedShare) ? b : a,
  );
  const { parameters, runMs, uploadBits } = best.behind.choice;
  const { packing, layout } = best.own;
  const all = packing === undefined ? parameters : { ...parameters, packing };
  const time = decisionTime(all, layout, gateSchedule(front.diagrams).work, rates);
  const { uploadLength } = search;
  const numbers = uploadLength === 0 ? [] : [{ length: uploadLength, bodyBits: uploadBits }];
  const cost = {
    form,
    bits: front.diagrams.bits.length,
    uploadBytes: headerBytes + inputPayloadBytes([...numbers, layout]),
    evaluationKeyBytes: keyFileBytes(all),
    serverMs: runMs + time.totalMs,
    expansionMs: time.expansionMs,
  };
  return { form, front, ...best, cost };
}
