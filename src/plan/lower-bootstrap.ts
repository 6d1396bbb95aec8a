import type { LookupStep, RegionProgram } from "../ops/region-program.js";
import type { AffineInstruction, BootstrapInstruction, Instruction } from "../program/program.js";
import type { RotationShape } from "../tfhe/bootstrap-shape.js";
import { type ProgramConstraints, regionValue } from "./constraints.js";
import type { ParameterChoice } from "./parameter-request.js";
import type { OutputEncoding, Plan } from "./plan.js";
import { SlotLowering } from "./slot-lowering.js";
import { torus32 } from "./torus.js";

/**
 * Instructions and encodings of program number `program` of those that `constraints` and `choice` were made for. `inputBits[i]` is the
 * width assigned to its input i. `composable`: inputs are in LWE ciphertexts before anything is computed, the first slots.
 */
export function lowerBootstrap(
  regions: RegionProgram,
  inputBits: readonly number[],
  constraints: ProgramConstraints,
  choice: ParameterChoice,
  program = 0,
  composable = false,
): Plan {
  const { glwe } = choice.parameters;
  const widest = Math.max(...inputBits);
  const length = numbersRead(regions);
  const lowering = new SlotLowering(regions, glwe.polynomialSize);
  const instructions: Instruction[] = [];
  const ciphertexts = Math.ceil(length / glwe.polynomialSize);
  if (length > 0) {
    instructions.push({ op: "expand", length, bodyBits: choice.uploadBits, ciphertexts });
  }
  if (composable) instructions.push(lowering.placeInputs());
  const kindOf = (step: LookupStep): number => constraints.kinds[program]?.get(step.result) ?? 0;
  let coefficient = 0;
  for (const step of regions.steps) {
    if (step.kind === "ensemble") {
      instructions.push(lowering.ensemble(step, coefficient));
      coefficient += step.trees.outputs;
      continue;
    }
    if (step.kind === "affine") {
      instructions.push(...lowering.affine(step));
      continue;
    }
    const rotation = choice.rotations[kindOf(step)];
    if (rotation === undefined) throw new RangeError(`no rotation for value ${step.result}`);
    instructions.push(...lookupInstructions(step, rotation, regions, lowering));
  }
  const firstOutput = constraints.firstOutputs[program] ?? 0;
  const encodings = regions.outputs.map(({ value }, output): OutputEncoding => {
    const { size, assignedBits, type } = regionValue(regions, value);
    const wordBits = choice.outputs[firstOutput + output]?.downloadBits ?? 32;
    instructions.push({
      op: "pack lwe",
      wordBits,
      from: lowering.slotOf(value),
      count: size,
      output,
    });
    return {
      layout: { form: "lwe", wordBits, count: size },
      deltaLog2: 63 - assignedBits,
      messageBits: assignedBits,
      signed: type.signed,
    };
  });
  const steps = regions.steps.filter((step) => step.kind === "lookup");
  const counted = steps.map((step) => {
    const count = regionValue(regions, step.result).size;
    return { count, ms: count * (choice.times[kindOf(step)]?.totalMs ?? 0) };
  });
  return {
    lane: "bootstrap",
    parameters: choice.parameters,
    program: { instructions: lowering.withLinear(instructions), slots: lowering.slots },
    input: {
      length,
      start: 0,
      shifts: inputBits.map((bits) => widest - bits),
      deltaLog2: 63 - widest,
      bodyBits: choice.uploadBits,
    },
    outputs: encodings,
    failure: {
      worstLog2: Math.max(...[...choice.lookups, ...choice.outputs].map((own) => own.failureLog2)),
      runLog2: choice.runFailureLog2,
    },
    bootstraps: counted.reduce((sum, { count }) => sum + count, 0),
    bootstrapMs: counted.reduce((sum, { ms }) => sum + ms, 0),
  };
}

/** Numbers that a request holds: none where trees alone read the inputs, as bits. */
export function numbersRead(regions: RegionProgram): number {
  const reads = ({ steps }: RegionProgram): boolean =>
    steps.some((step) => step.kind === "affine" && step.sources.includes(0));
  const bitsOnly = regions.steps.some(({ kind }) => kind === "ensemble") && !reads(regions);
  return bitsOnly ? 0 : regionValue(regions, 0).size;
}

function lookupInstructions(
  step: LookupStep,
  rotation: RotationShape,
  regions: RegionProgram,
  lowering: SlotLowering,
): Instruction[] {
  const source = regionValue(regions, step.source);
  const result = regionValue(regions, step.result);
  const { precision } = step;
  const entries = 2 ** precision;
  const lowest = source.type.signed ? -entries / 2 : 0;
  const deltaLog2 = 31 - result.assignedBits;
  const tables = new Int32Array(step.tables.length * entries);
  for (const [index, table] of step.tables.entries()) {
    for (let entry = 0; entry < entries; entry++) {
      // Values outside the measured type never occur; they take the nearest entry.
      const at = Math.min(Math.max(lowest + entry - table.first, 0), table.entries.length - 1);
      tables[index * entries + entry] = torus32(table.entries[at] ?? 0, deltaLog2);
    }
  }
  const count = result.size;
  const to = step.addend === 0 ? lowering.place(step.result, count) : lowering.reserve(count);
  const bootstrap: BootstrapInstruction = {
    ...{ op: "bootstrap", to, count, precision, tables, ...rotation },
    from: lowering.slotOf(step.source),
    offset: source.type.signed ? 2 ** 30 : 0,
    tableOf: step.tableOf,
  };
  if (step.addend === 0) return [bootstrap];
  const moved: AffineInstruction = {
    ...{ op: "affine", count, to: lowering.place(step.result, count) },
    starts: Int32Array.from({ length: count + 1 }, (_, i) => i),
    columns: Int32Array.from({ length: count }, (_, i) => to + i),
    weights: new Int32Array(count).fill(1),
    addends: new Uint32Array(count).fill(torus32(step.addend, deltaLog2)),
  };
  return [bootstrap, moved];
}
