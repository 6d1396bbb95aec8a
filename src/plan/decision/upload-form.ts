import { VelumError } from "../../base/error.js";
import { contentText } from "../../base/value-text.js";
import { headerBytes, seedBytes } from "../../tfhe/wire-header.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";
import { noLimits, type PlanLimits } from "../parameters/parameter-request.js";
import type { PlanOptions } from "../plan.js";
import { type DecisionDiagrams, decisionDiagrams } from "./decision-diagrams.js";
import type { BitsForm } from "./decision-shapes.js";
import { diagramWeights } from "./diagram-weights.js";
import { gateSchedule } from "./gate-schedule.js";
import type { JoinedTrees } from "./joined-trees.js";
import { type LeafLimbs, leafLimbs } from "./leaf-limbs.js";
import {
  type DecisionChoice,
  type DecisionRequest,
  searchUploadForm,
} from "./parameter-search-decision.js";
import type { BitPrices } from "./threshold-groups.js";

export type UploadForm = "auto" | BitsForm;

/** What a program takes with its bits in one form. */
export interface UploadFormCost {
  readonly form: BitsForm;
  readonly chosen: boolean;
  /** Encrypted bits. */
  readonly bits: number;
  /** One request as it travels, and keys that travel once. */
  readonly uploadBytes: number;
  readonly evaluationKeyBytes: number;
  /** Predicted, one thread of the machine that parameters were chosen for: from upload to answer, and its part before the trees. */
  readonly serverMs: number;
  readonly expansionMs: number;
}

/**
 * Microseconds: one bit, its way over 10 Mbit/s included, and one gate. A bit that travels whole takes some ten kilobytes; a packed one
 * forty bytes, and is readied with two hundred transforms.
 */
export const bitPrices: Readonly<Record<BitsForm, BitPrices>> = {
  direct: { bit: 10_000, gate: 6 },
  packed: { bit: 170, gate: 12 },
};

/** Above this an upload travels packed where the person leaves it open: a second on a line of 2 Mbit/s. */
export const largestDirectUpload = 256 * 1024;
/** Limbs of a leaf; more would not help anyone. */
const mostLimbs = 12;
/** Bits of all digits of a leaf. */
const largestMessageBits = 30;

/** One form with its gates, the cut of its leaves, and parameters. */
export interface FormChoice {
  readonly form: BitsForm;
  readonly diagrams: DecisionDiagrams;
  readonly limbs: LeafLimbs;
  readonly choice: DecisionChoice;
  /** Within the person's limits. */
  readonly fits: boolean;
}

export interface TreeOptions extends PlanOptions {
  /** How errors name the trees. */
  readonly path: string;
}

/**
 * How the bits of a program travel. Both forms are searched for the shortest way from the client and back within the limits; `auto`
 * takes `direct` where a request stays below 256 KiB, since it needs no keys, and else `packed`, each if it fits.
 * `direct`: the gates for bits that travel as a GGSW each. Errors: `no-parameters`, `bad-argument`. Takes some 10 ms.
 */
export function chooseUploadForm(
  joined: JoinedTrees,
  direct: DecisionDiagrams,
  options: TreeOptions,
): { readonly chosen: FormChoice; readonly forms: readonly UploadFormCost[] } {
  checkForm(options.uploadForm);
  const found = [
    searchForm("direct", joined, direct, options),
    searchForm("packed", joined, decisionDiagrams(joined.trees, bitPrices.packed), options),
  ].filter((choice) => choice !== undefined);
  const asked = found.filter(
    ({ form }) => options.uploadForm === "auto" || form === options.uploadForm,
  );
  const fitting = asked.filter(({ fits }) => fits);
  const [first] = fitting;
  const chosen =
    first?.form === "direct" && uploadBytesOf(first.choice) > largestDirectUpload
      ? (fitting.at(-1) ?? first)
      : first;
  if (chosen === undefined) throw noForm(asked, direct, options);
  const forms = found.map(
    (one): UploadFormCost => ({
      form: one.form,
      chosen: one === chosen,
      bits: one.diagrams.bits.length,
      uploadBytes: uploadBytesOf(one.choice),
      evaluationKeyBytes: one.choice.keyBytes,
      serverMs: one.choice.time.totalMs,
      expansionMs: one.choice.time.expansionMs,
    }),
  );
  return { chosen, forms };
}

/** The best of one form within the limits, or else without them; undefined where noise leaves no room. */
function searchForm(
  form: BitsForm,
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: PlanOptions,
): FormChoice | undefined {
  const within = bestCut(form, joined, diagrams, options, options.limits);
  if (within !== undefined && within.choice.time.totalMs <= options.limits.maxRunMs) return within;
  const any = within ?? bestCut(form, joined, diagrams, options, noLimits);
  return any === undefined ? undefined : { ...any, fits: false };
}

/** Leaves in one limb, in two, and so on, while that shortens the way: narrow limbs leave more room for noise. */
function bestCut(
  form: BitsForm,
  { trees, constant }: JoinedTrees,
  diagrams: DecisionDiagrams,
  { failureLog2, rates }: PlanOptions,
  { maxUploadBytes, maxEvaluationKeyBytes }: PlanLimits,
): FormChoice | undefined {
  const leafBits = Math.ceil(Math.log2(1 + largestLeaf(diagrams)));
  const work = gateSchedule(diagrams).work;
  // Beside the seed and bodies that the search counts.
  const overhead = headerBytes + inputPayloadBytes([{ length: 0, bodyBits: 1 }]) - seedBytes;
  let best: FormChoice | undefined;
  for (let count = 1; count <= Math.min(mostLimbs, Math.max(1, leafBits)); count++) {
    const width = Math.max(1, Math.ceil(leafBits / count));
    const limbs = leafLimbs(diagrams, constant, width);
    if (limbs.messageBits > largestMessageBits) continue;
    // Another limb that makes none narrower helps nobody; the one after it may.
    if (limbs.messageBits === best?.limbs.messageBits) continue;
    const request: DecisionRequest = {
      bits: diagrams.bits.length,
      weights: diagramWeights(diagrams, limbs),
      messageBits: limbs.messageBits,
      outputs: trees.outputs * limbs.count,
      work,
      failureLog2,
      maxUploadBytes: maxUploadBytes - overhead,
      maxKeyBytes: maxEvaluationKeyBytes,
      rates,
    };
    const choice = searchUploadForm(form, request, best?.choice.roundTripMs);
    if (choice === undefined && best !== undefined) break;
    if (choice === undefined) continue;
    best = { form, diagrams, limbs, choice, fits: true };
  }
  return best;
}

function uploadBytesOf({ layout }: DecisionChoice): number {
  return headerBytes + inputPayloadBytes([layout]);
}

function largestLeaf({ leaves }: DecisionDiagrams): number {
  return leaves.reduce((most, leaf) => leaf.reduce((a, b) => Math.max(a, b), most), 1);
}

/** Error `bad-argument` for anything but `auto`, `direct` and `packed`. */
export function checkForm(form: UploadForm): void {
  if (form === "auto" || form === "direct" || form === "packed") return;
  throw new VelumError({
    code: "bad-argument",
    path: "uploadForm",
    problem: `is ${contentText(form)}`,
    limit: "auto, direct, packed",
    actual: String(form),
    cure: 'Use "auto", which goes by the size of the upload',
  });
}

function noForm(
  asked: readonly FormChoice[],
  { diagrams }: DecisionDiagrams,
  { failureLog2, limits, path, uploadForm }: TreeOptions,
): VelumError {
  if (asked.length === 0) {
    return new VelumError({
      code: "no-parameters",
      path,
      problem: `no parameters at 132 bits of security hold the sum of ${diagrams.length} trees with failure below 2^${failureLog2}`,
      limit: failureLog2,
      cure: "Use fewer or shallower trees, or allow a higher failure probability",
    });
  }
  const ways = asked.map(
    ({ form, choice }) =>
      `${form} bits take ${uploadBytesOf(choice)} bytes a request, keys of ${choice.keyBytes} bytes and ${choice.time.totalMs.toFixed(0)} ms`,
  );
  return new VelumError({
    code: "no-parameters",
    path,
    problem: `no way of sending the encrypted bits is within the limits: ${ways.join("; ")}`,
    limit: `maxUploadBytes ${limits.maxUploadBytes}, maxEvaluationKeyBytes ${limits.maxEvaluationKeyBytes}, maxRunMs ${limits.maxRunMs}`,
    cure:
      uploadForm === "auto"
        ? "Raise one of the limits, or use fewer or shallower trees"
        : 'Raise one of the limits, or compile with uploadForm: "auto"',
  });
}
