import type { Instruction } from "../../program/program.js";
import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import { log2UnionFailure } from "../../security/failure.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { LookupNoise } from "../parameters/parameter-request.js";
import type { Plan, PlannedRounding } from "../plan.js";
import type { RotationChoice } from "./choose-rotations.js";
import type { PlannedRotations } from "./constraints.js";
import { type HiddenOutput, planProtection, protections } from "./hidden-outputs.js";
import { LookupLowering } from "./look-up-lowering.js";
import { protectionSteps } from "./protected-outputs.js";
import { regionValue } from "./region-value.js";
import type { RotationGroup } from "./rotations.js";
import { wrongShare } from "./rounding-share.js";
import { SlotLowering } from "./slot-lowering.js";

/**
 * Instructions and encodings of program number `program` of those that the rotations were chosen for. `inputBits[i]` is the width
 * assigned to its input i. `composable`: inputs are in LWE ciphertexts before anything is computed, the first slots.
 */
export function lowerBootstrap(
  regions: RegionProgram,
  inputBits: readonly number[],
  { constraints, choice }: RotationChoice,
  { program = 0, composable = false, distanceLog2 }: LoweringOptions = {},
): Plan {
  const { glwe } = choice.parameters;
  const widest = Math.max(...inputBits);
  const length = numbersRead(regions);
  const slots = new SlotLowering(regions, glwe.polynomialSize);
  const instructions: Instruction[] = [];
  const ciphertexts = Math.ceil(length / glwe.polynomialSize);
  if (length > 0) {
    instructions.push({ op: "expand", length, bodyBits: choice.uploadBits, ciphertexts });
  }
  if (composable) instructions.push(slots.placeInputs());
  const groups = constraints.rotations[program] ?? [];
  const groupsBefore = new Map<LookupStep, PlannedRotations[]>();
  for (const group of groups) {
    groupsBefore.set(group.before, [...(groupsBefore.get(group.before) ?? []), group]);
  }
  const lookups = new LookupLowering(regions, slots);
  let coefficient = 0;
  for (const step of regions.steps) {
    if (step.kind === "ensemble") {
      instructions.push(slots.ensemble(step, coefficient));
      coefficient += step.trees.outputs;
      continue;
    }
    if (step.kind === "affine") {
      instructions.push(...slots.affine(step));
      continue;
    }
    for (const group of groupsBefore.get(step) ?? []) {
      const rotation = choice.rotations[group.kind];
      if (rotation === undefined) throw new RangeError(`no rotation for value ${step.result}`);
      instructions.push(...lookups.rotate(group, rotation));
    }
    instructions.push(...lookups.finish(step));
  }
  const firstOutput = constraints.firstOutputs[program] ?? 0;
  const hides =
    distanceLog2 === undefined
      ? []
      : protections(regions, { constraints, choice }, firstOutput, distanceLog2);
  const encodings = regions.outputs.map(({ value }, output): OutputEncoding => {
    const { size, assignedBits, type } = regionValue(regions, value);
    const wordBits = choice.outputs[firstOutput + output]?.downloadBits ?? 32;
    let from = slots.inRow(slots.slotsOf(value), instructions);
    const hidden = hides[output];
    if (hidden !== undefined) {
      const own = regionValue(regions, value);
      const steps = protectionSteps(own, from, hidden, hidden.rotation, slots);
      instructions.push(...steps.instructions);
      from = steps.at;
    }
    instructions.push({ op: "pack lwe", wordBits, from, count: size, output });
    return {
      layout: { form: "lwe", wordBits, count: size },
      deltaLog2: 63 - assignedBits,
      messageBits: assignedBits,
      signed: type.signed,
    };
  });
  const roundings = groups.flatMap((group) =>
    plannedRoundings(group, regions, choice.lookups[group.kind]),
  );
  const counted = groups.map(({ kind, elements }) => {
    const count = elements.length;
    return { count, ms: count * (choice.times[kind]?.totalMs ?? 0) };
  });
  for (const { kind, lookups } of hides) {
    counted.push({ count: lookups, ms: lookups * (choice.times[kind]?.totalMs ?? 0) });
  }
  // Of this program alone: others run by themselves.
  const shares = [
    ...groups.map(({ kind, elements }) => shareOf(choice.lookups[kind], elements.length)),
    ...hides.map(({ kind, lookups }) => shareOf(choice.lookups[kind], lookups)),
    ...encodings.map(({ layout }, output) =>
      shareOf(choice.outputs[firstOutput + output], layout.form === "lwe" ? layout.count : 0),
    ),
  ];
  return {
    lane: "bootstrap",
    parameters: hides.length === 0 ? choice.parameters : { ...choice.parameters, publicKey: true },
    ...(hides.length === 0 ? {} : { protection: planProtection(hides) }),
    program: { instructions: slots.withLinear(instructions), slots: slots.slots },
    input: {
      length,
      start: 0,
      shifts: inputBits.map((bits) => widest - bits),
      deltaLog2: 63 - widest,
      bodyBits: choice.uploadBits,
    },
    outputs: encodings,
    failure: {
      worstLog2: Math.max(...shares.map(({ failureLog2 }) => failureLog2)),
      runLog2: log2UnionFailure(shares),
    },
    bootstraps: counted.reduce((sum, { count }) => sum + count, 0),
    bootstrapMs: counted.reduce((sum, { ms }) => sum + ms, 0),
    bootstrapsByNode: bootstrapsByNode(regions, groups, hides),
    ...(roundings.length === 0 ? {} : { roundings }),
  };
}

/** What else a program is lowered with. */
export interface LoweringOptions {
  readonly program?: number;
  readonly composable?: boolean;
  /** Of protected outputs: log2 of the statistical distance of a whole answer. */
  readonly distanceLog2?: number | undefined;
}

function shareOf(
  noise: { readonly failureLog2: number } | undefined,
  count: number,
): { readonly count: number; readonly failureLog2: number } {
  return { count, failureLog2: noise?.failureLog2 ?? Number.NEGATIVE_INFINITY };
}

/** What is promised of rotations that round, for each node that they serve; nothing for others. */
function plannedRoundings(
  { before, results }: PlannedRotations,
  regions: RegionProgram,
  noise: LookupNoise | undefined,
): PlannedRounding[] {
  const { precision, low, inBand } = before;
  if (inBand === undefined || noise === undefined) return [];
  const step = 2 ** low;
  const { failureLog2, totalLog2 } = noise;
  const offShare = wrongShare(step * 2 ** (totalLog2 + precision + 1), step);
  const band = { from: step / 2 - inBand, to: step / 2 + inBand - 1 };
  const counts = new Map<number | undefined, number>();
  for (const { step: own } of results.flat()) {
    const { node } = regionValue(regions, own.result);
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return [...counts].map(([node, count]) => ({ node, count, step, band, failureLog2, offShare }));
}

/** Numbers that a request holds: none where trees alone read the inputs, as bits. */
export function numbersRead(regions: RegionProgram): number {
  const reads = ({ steps }: RegionProgram): boolean =>
    steps.some((step) => step.kind === "affine" && step.sources.includes(0));
  const bitsOnly = regions.steps.some(({ kind }) => kind === "ensemble") && !reads(regions);
  return bitsOnly ? 0 : regionValue(regions, 0).size;
}

/** A rotation that several nodes use counts for the first of them. */
function bootstrapsByNode(
  regions: RegionProgram,
  groups: readonly RotationGroup[],
  hides: readonly HiddenOutput[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const add = (node: number | undefined, count: number): void => {
    if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + count);
  };
  for (const { before, elements } of groups) {
    add(regionValue(regions, before.result).node, elements.length);
  }
  for (const { node, lookups } of hides) add(node, lookups);
  return counts;
}
