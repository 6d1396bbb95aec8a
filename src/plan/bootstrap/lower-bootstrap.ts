import type { Instruction } from "../../program/program.js";
import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { Plan } from "../plan.js";
import type { RotationChoice } from "./choose-rotations.js";
import type { PlannedRotations } from "./constraints.js";
import { type HiddenOutput, planProtection, protections } from "./hidden-outputs.js";
import { LookupLowering } from "./look-up-lowering.js";
import { countsOf, failureOf, roundingsOf } from "./planned-look-ups.js";
import { protectionSteps, refreshOf } from "./protected-outputs.js";
import { regionValue } from "./region-value.js";
import { SlotLowering } from "./slot-lowering.js";

/** What else a program is lowered with. */
export interface LoweringOptions {
  readonly program?: number;
  readonly composable?: boolean;
  /** Of protected outputs: log2 of the statistical distance of a whole answer. */
  readonly distanceLog2?: number | undefined;
}

/**
 * Instructions and encodings of program number `program` of those that the rotations were chosen for. `inputBits[i]` is the width
 * assigned to its input i. `composable`: inputs are in LWE ciphertexts before anything is computed, the first slots.
 */
export function lowerBootstrap(
  regions: RegionProgram,
  inputBits: readonly number[],
  rotations: RotationChoice,
  { program = 0, composable = false, distanceLog2 }: LoweringOptions = {},
): Plan {
  const { constraints, choice } = rotations;
  const groups = constraints.rotations[program] ?? [];
  const firstOutput = constraints.firstOutputs[program] ?? 0;
  const outputNoises = regions.outputs.map((_, output) => choice.outputs[firstOutput + output]);
  const hides =
    distanceLog2 === undefined ? [] : protections(regions, rotations, firstOutput, distanceLog2);
  const slots = new SlotLowering(regions, choice.parameters.glwe.polynomialSize);
  const instructions = [
    ...requestInstructions(regions, rotations, slots, composable),
    ...stepInstructions(regions, groups, rotations, slots),
  ];
  const outputs = regions.outputs.map(({ value }, output) =>
    packOutput(
      { regions, slots, instructions },
      { value, output, wordBits: outputNoises[output]?.downloadBits ?? 32 },
      hides[output],
    ),
  );
  const widest = Math.max(...inputBits);
  const roundings = roundingsOf(regions, groups, choice);
  return {
    lane: "bootstrap",
    parameters: hides.length === 0 ? choice.parameters : { ...choice.parameters, publicKey: true },
    ...(hides.length === 0 ? {} : { protection: planProtection(hides) }),
    program: { instructions: slots.withLinear(instructions), slots: slots.slots },
    input: {
      length: numbersRead(regions),
      start: 0,
      shifts: inputBits.map((bits) => widest - bits),
      deltaLog2: 63 - widest,
      bodyBits: choice.uploadBits,
    },
    outputs,
    failure: failureOf({ groups, hides, outputs, outputNoises }, choice),
    ...countsOf(regions, groups, hides, choice),
    ...(roundings.length === 0 ? {} : { roundings }),
  };
}

/** From what a client sends to the first slots. */
function requestInstructions(
  regions: RegionProgram,
  { choice }: RotationChoice,
  slots: SlotLowering,
  composable: boolean,
): Instruction[] {
  const length = numbersRead(regions);
  const ciphertexts = Math.ceil(length / choice.parameters.glwe.polynomialSize);
  const expand = { op: "expand", length, bodyBits: choice.uploadBits, ciphertexts } as const;
  return [...(length > 0 ? [expand] : []), ...(composable ? [slots.placeInputs()] : [])];
}

/** All steps in their order; rotations stand before the first look-up that they serve. */
function stepInstructions(
  regions: RegionProgram,
  groups: readonly PlannedRotations[],
  { choice }: RotationChoice,
  slots: SlotLowering,
): Instruction[] {
  const lookups = new LookupLowering(regions, slots);
  const instructions: Instruction[] = [];
  const groupsBefore = new Map<LookupStep, PlannedRotations[]>();
  for (const group of groups) {
    groupsBefore.set(group.before, [...(groupsBefore.get(group.before) ?? []), group]);
  }
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
  return instructions;
}

/** A program while it is written. */
interface Written {
  readonly regions: RegionProgram;
  readonly slots: SlotLowering;
  readonly instructions: Instruction[];
}

/** Adds what packs one output, hidden first where it is protected. */
function packOutput(
  { regions, slots, instructions }: Written,
  { value, output, wordBits }: { value: number; output: number; wordBits: number },
  hidden: HiddenOutput | undefined,
): OutputEncoding {
  const own = regionValue(regions, value);
  const { size, assignedBits, type } = own;
  let from = slots.inRow(slots.slotsOf(value), instructions);
  if (hidden !== undefined) {
    const steps = protectionSteps(refreshOf(own, hidden.rotation), from, hidden, slots);
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
}

/** Numbers that a request holds: none where trees alone read the inputs, as bits. */
export function numbersRead(regions: RegionProgram): number {
  const reads = ({ steps }: RegionProgram): boolean =>
    steps.some((step) => step.kind === "affine" && step.sources.includes(0));
  const bitsOnly = regions.steps.some(({ kind }) => kind === "ensemble") && !reads(regions);
  return bitsOnly ? 0 : regionValue(regions, 0).size;
}
