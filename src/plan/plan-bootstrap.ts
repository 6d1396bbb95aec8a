import type { LookupStep, RegionProgram, RegionValue } from "../ops/region-program.js";
import type { AffineInstruction, BootstrapInstruction, Instruction } from "../program/program.js";
import type { LookupConstraint, NoiseSources, OutputConstraint } from "./parameter-request.js";
import { searchParameters } from "./parameter-search.js";
import type { OutputEncoding, Plan, PlanOptions } from "./plan.js";
import { SlotLowering } from "./slot-lowering.js";
import { SumNoise } from "./sum-noise.js";
import { torus32 } from "./torus.js";

/**
 * The bootstrap lane: fresh values become LWE ciphertexts (after clear polynomial products where several are combined), look-ups are
 * bootstraps, sums of look-up results are sums of LWE ciphertexts. One parameter set serves the whole program.
 */
export function planBootstrap(
  regions: RegionProgram,
  inputBits: readonly number[],
  options: PlanOptions,
): Plan {
  const noise = new Map<number, NoiseSources>([
    [0, { bootstrapSquaredNorm: 0, freshSquaredNorm: 1 }],
  ]);
  const sums = new SumNoise(regions);
  const lookups: LookupConstraint[] = [];
  for (const step of regions.steps) {
    if (step.kind === "affine") noise.set(step.result, sums.noise(step));
    else if (step.kind === "lookup") {
      lookups.push({
        ...noiseOf(noise, step.source),
        precision: step.precision,
        negacyclic: false,
        tablesLog2: 0,
        count: regionValue(regions, step.result).size,
      });
      noise.set(step.result, { bootstrapSquaredNorm: 1, freshSquaredNorm: 0 });
      sums.addLookup(step);
    }
  }
  const outputs: OutputConstraint[] = regions.outputs.map(({ value }) => ({
    ...noiseOf(noise, value),
    bits: regionValue(regions, value).assignedBits,
    padded: true,
    count: regionValue(regions, value).size,
  }));
  const choice = searchParameters({
    lookups,
    outputs,
    failureLog2: options.failureLog2,
    maxEvaluationKeyBytes: options.maxEvaluationKeyBytes,
    rates: options.rates,
  });
  const { glwe } = choice.parameters;
  const widest = Math.max(...inputBits);
  const length = regionValue(regions, 0).size;
  const lowering = new SlotLowering(regions, glwe.polynomialSize);
  const instructions: Instruction[] = [
    {
      op: "expand",
      length,
      bodyBits: choice.uploadBits,
      ciphertexts: Math.ceil(length / glwe.polynomialSize),
    },
  ];
  for (const step of regions.steps) {
    if (step.kind === "affine") instructions.push(...lowering.affine(step));
    else if (step.kind === "lookup")
      instructions.push(...lookupInstructions(step, regions, lowering));
  }
  const encodings = regions.outputs.map(({ value }, output): OutputEncoding => {
    const { size, assignedBits, type } = regionValue(regions, value);
    const wordBits = choice.outputs[output]?.downloadBits ?? 32;
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
    bootstraps: lookups.reduce((sum, { count }) => sum + count, 0),
    bootstrapMs: choice.runMs,
  };
}

function lookupInstructions(
  step: LookupStep,
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
    ...{ op: "bootstrap", to, count, precision, tables },
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

function noiseOf(noise: ReadonlyMap<number, NoiseSources>, value: number): NoiseSources {
  return noise.get(value) ?? { bootstrapSquaredNorm: 0, freshSquaredNorm: 0 };
}

function regionValue(regions: RegionProgram, value: number): RegionValue {
  const found = regions.values[value];
  if (found === undefined) throw new RangeError(`region value ${value}`);
  return found;
}
