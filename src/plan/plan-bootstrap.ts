import type { AffineStep, LookupStep, RegionProgram, RegionValue } from "../ops/linear-regions.js";
import { rowTerms } from "../program/affine.js";
import type { BootstrapInstruction, Instruction } from "../program/program.js";
import type { LookupConstraint, NoiseSources, OutputConstraint } from "./parameter-request.js";
import { searchParameters } from "./parameter-search.js";
import type { OutputEncoding, Plan, PlanOptions } from "./plan.js";
import { SlotLowering } from "./slot-lowering.js";
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
  const origins = new Map<number, Int32Array>();
  const lookups: LookupConstraint[] = [];
  for (const step of regions.steps) {
    if (step.kind === "affine") noise.set(step.result, affineNoise(step, regions, origins));
    else if (step.kind === "lookup") {
      lookups.push({
        ...noiseOf(noise, step.source),
        precision: regionValue(regions, step.source).assignedBits,
        negacyclic: false,
        tablesLog2: 0,
        count: regionValue(regions, step.result).size,
      });
      noise.set(step.result, { bootstrapSquaredNorm: 1, freshSquaredNorm: 0 });
      origins.set(step.result, step.origins);
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
    else if (step.kind === "lookup") instructions.push(lookupInstruction(step, regions, lowering));
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

function lookupInstruction(
  step: LookupStep,
  regions: RegionProgram,
  lowering: SlotLowering,
): BootstrapInstruction {
  const source = regionValue(regions, step.source);
  const result = regionValue(regions, step.result);
  const precision = source.assignedBits;
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
  return {
    op: "bootstrap",
    from: lowering.slotOf(step.source),
    to: lowering.place(step.result, result.size),
    count: result.size,
    precision,
    offset: source.type.signed ? 2 ** 30 : 0,
    tables,
    tableOf: step.tableOf,
  };
}

/**
 * The largest norms of any row, over fresh and over bootstrapped sources. Look-ups of one argument share its noise after the modulus
 * switch and much of the rotation's, so their weights are added before they are squared.
 */
function affineNoise(
  step: AffineStep,
  regions: RegionProgram,
  origins: ReadonlyMap<number, Int32Array>,
): NoiseSources {
  const originOf = step.sources.flatMap((source) =>
    Array.from({ length: regionValue(regions, source).size }, (_, i) => origins.get(source)?.[i]),
  );
  const scale = 4 ** step.scaleLog2;
  let bootstrapSquaredNorm = 0;
  let freshSquaredNorm = 0;
  for (let row = 0; row < step.map.outputs; row++) {
    const looked = new Map<number, number>();
    let fresh = 0;
    for (const [column, weight] of rowTerms(step.map, row)) {
      const origin = originOf[column];
      if (origin === undefined) fresh += weight * weight;
      else looked.set(origin, (looked.get(origin) ?? 0) + Math.abs(weight));
    }
    let bootstrap = 0;
    for (const sum of looked.values()) bootstrap += sum * sum;
    bootstrapSquaredNorm = Math.max(bootstrapSquaredNorm, scale * bootstrap);
    freshSquaredNorm = Math.max(freshSquaredNorm, scale * fresh);
  }
  return { bootstrapSquaredNorm, freshSquaredNorm };
}

function noiseOf(noise: ReadonlyMap<number, NoiseSources>, value: number): NoiseSources {
  return noise.get(value) ?? { bootstrapSquaredNorm: 0, freshSquaredNorm: 0 };
}

function regionValue(regions: RegionProgram, value: number): RegionValue {
  const found = regions.values[value];
  if (found === undefined) throw new RangeError(`region value ${value}`);
  return found;
}
