import { VelumError } from "../../base/error.js";
import { type AffineMap, absoluteNorms, rowTerms, squaredNorms } from "../../program/affine.js";
import type { ClearSums, Instruction } from "../../program/program.js";
import type { AffineStep, RegionProgram } from "../../regions/region-program.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { Plan, PlanOptions } from "../plan.js";
import { protectInstruction } from "../protection.js";
import { torus64 } from "../torus.js";
import type { LinearChoice, LinearOutput } from "./linear-request.js";
import { chooseLinearParameters, linearParametersFit } from "./parameter-search-linear.js";
import { type WeightDigits, weightDigits } from "./weight-digits.js";

/** Up to this 2-norm of a weight polynomial the kernel's product is exact (kernels/polynomial.h). */
const largestWeightNorm = 2 ** 17;

/**
 * The linear lane: the whole input vector in the coefficients of GLWE ciphertexts, each response a product with clear polynomials.
 * No padding bit: results use the whole torus. Rows of weights lie side by side, so that several outputs come back in one response.
 */
export function planLinear(regions: RegionProgram, options: PlanOptions): Plan {
  const steps = outputSteps(regions);
  const [input] = regions.values;
  const bits = Math.max(
    input?.assignedBits ?? 1,
    ...regions.outputs.map(({ value }) => regions.values[value]?.assignedBits ?? 1),
  );
  const paths = steps.map(({ result }) => pathOf(regions, result, options));
  // Weights that come with the request cannot be cut into digits.
  const clear = steps.flatMap((step) =>
    step.clear === undefined ? [] : [{ ...step.clear, sources: step.sources }],
  );
  const { maps, shifts, choice, vectorLength } = chooseForm(
    steps.map(({ map }) => map),
    paths,
    input?.size ?? 0,
    bits,
    options,
    clear.length > 0 ? 1 : mostCopies,
  );
  const placement = placeVector(choice, vectorLength);
  const packed = packRows(maps, paths, choice, placement, bits, clear);
  const expand: Instruction = {
    op: "expand",
    length: placement.length,
    bodyBits: choice.uploadBits,
    ciphertexts: placement.ciphertexts,
  };
  const deltaLog2 = 64 - bits;
  return {
    lane: "linear",
    parameters: choice.parameters,
    program: { instructions: [expand, ...packed.instructions], slots: 0 },
    input: {
      length: placement.length,
      start: placement.start,
      shifts: regions.inputs.map(() => 0),
      deltaLog2,
      bodyBits: choice.uploadBits,
      ...(shifts.length === 0 ? {} : { copies: shifts }),
    },
    outputs: packed.layouts.map((layout, index) => ({
      layout,
      deltaLog2,
      messageBits: bits,
      signed: regions.values[regions.outputs[index]?.value ?? 0]?.type.signed ?? false,
    })),
    failure: {
      worstLog2: Math.max(...choice.failureLog2),
      runLog2: choice.runFailureLog2,
    },
    ...(choice.protection === undefined ? {} : { protection: choice.protection }),
    bootstraps: 0,
    bootstrapMs: 0,
    bootstrapsByNode: new Map(),
  };
}

/** Most copies of the inputs in one upload. */
const mostCopies = 4;

interface LinearForm extends WeightDigits {
  readonly choice: LinearChoice;
  readonly vectorLength: number;
}

/** Weights as they are; in digits where they are too large for the kernel's product, or for the noise that an answer may have. */
function chooseForm(
  maps: readonly AffineMap[],
  paths: readonly (string | undefined)[],
  inputs: number,
  bits: number,
  { failureLog2, distanceLog2 }: PlanOptions,
  mostDigits: number,
): LinearForm {
  for (let count = 1; ; count++) {
    const form = weightDigits(maps, count);
    const vectorLength = count * inputs;
    const request = {
      outputs: form.maps.flatMap((map, output) => outputKinds(map, bits, paths[output])),
      largestNorm: largestWeightNorm,
      vectorLength,
      largestOutputsPerResponse: Number.POSITIVE_INFINITY,
      failureLog2,
      ...(distanceLog2 === undefined ? {} : { distanceLog2 }),
    };
    const exact = request.outputs.every(({ squaredNorm }) => squaredNorm <= largestWeightNorm ** 2);
    if (count === mostDigits || (exact && linearParametersFit(request)))
      return { ...form, vectorLength, choice: chooseLinearParameters(request) };
  }
}

/** The affine step behind each output, in the order of the outputs. */
function outputSteps(regions: RegionProgram): AffineStep[] {
  const steps = new Map(regions.steps.map((step) => [step.result, step]));
  return regions.outputs.flatMap(({ value }) => {
    const step = steps.get(value);
    return step?.kind === "affine" ? [step] : [];
  });
}

/** How errors name the node of a value. */
function pathOf(
  { values }: RegionProgram,
  value: number,
  { nodePath }: PlanOptions,
): string | undefined {
  const node = values[value]?.node;
  return node === undefined ? undefined : nodePath?.(node);
}

function outputKinds(map: AffineMap, bits: number, path: string | undefined): LinearOutput[] {
  const squares = squaredNorms(map);
  const sums = absoluteNorms(map);
  return Array.from(squares, (squaredNorm, row) => ({
    bits,
    squaredNorm: Math.max(1, squaredNorm),
    oneNorm: Math.max(1, sums[row] ?? 1),
    count: 1,
    path,
  }));
}

/** Where the vector lies in the coefficients of the uploaded ciphertexts, and where the rows of one response are read. */
interface Placement {
  readonly polynomialSize: number;
  readonly ciphertexts: number;
  readonly length: number;
  readonly start: number;
  /** Coefficients from one row to the next. */
  readonly pitch: number;
}

function placeVector(choice: LinearChoice, vectorLength: number): Placement {
  const { polynomialSize } = choice.parameters.glwe;
  const rows = choice.outputsPerResponse;
  const touched = (2 * rows - 1) * vectorLength;
  if (rows === 1) {
    const ciphertexts = Math.ceil(vectorLength / polynomialSize);
    const pitch = Math.min(vectorLength, polynomialSize);
    return { polynomialSize, ciphertexts, length: vectorLength, start: 0, pitch };
  }
  // A product with several rows reads coefficients on both sides of the vector: they must be encrypted zeros.
  const fits = touched <= polynomialSize;
  return {
    polynomialSize,
    ciphertexts: 1,
    length: fits ? touched : polynomialSize,
    start: fits ? (rows - 1) * vectorLength : 0,
    pitch: vectorLength,
  };
}

/** One linear instruction for all outputs (`clear`: whose numbers come with the request, if there are any), then one pack instruction an output. */
function packRows(
  maps: readonly AffineMap[],
  paths: readonly (string | undefined)[],
  choice: LinearChoice,
  placement: Placement,
  bits: number,
  clear: readonly ClearSums[],
): { instructions: Instruction[]; layouts: OutputEncoding["layout"][] } {
  const { polynomialSize, ciphertexts, pitch, start } = placement;
  const read = choice.outputsPerResponse;
  const responses = maps.map((map) => Math.ceil(map.outputs / read));
  const results = responses.reduce((sum, count) => sum + count, 0);
  const weights = new Int32Array(results * ciphertexts * polynomialSize);
  const positions = new Int32Array(results * read).fill(-1);
  const addends = new BigUint64Array(results * read);
  let first = 0;
  for (const [index, map] of maps.entries()) {
    for (let row = 0; row < map.outputs; row++) {
      const response = first + Math.floor(row / read);
      const place = row % read;
      const slot = response * read + place;
      positions[slot] = start + place * pitch + pitch - 1;
      addends[slot] = torus64(map.constant[row] ?? 0, 64 - bits);
      for (const [column, weight] of rowTerms(map, row)) {
        const block = response * ciphertexts + Math.floor(column / polynomialSize);
        const at = place * pitch + pitch - 1 - (column % polynomialSize);
        weights[block * polynomialSize + at] = weight;
      }
    }
    const end = first + (responses[index] ?? 0);
    const own = ciphertexts * polynomialSize;
    checkNorms(weights.subarray(first * own, end * own), polynomialSize, paths[index]);
    first = end;
  }
  const shape = { inputs: ciphertexts, results, read, positions };
  const firsts = responses.map((_, i) => responses.slice(0, i).reduce((sum, n) => sum + n, 0));
  const instructions: Instruction[] = [
    clear.length === 0
      ? { op: "linear", ...shape, weights, addends }
      : {
          ...{ op: "clear linear", ...shape, pitch, deltaLog2: 64 - bits },
          parts: clear.map((sums, output) => ({ sums, first: firsts[output] ?? 0 })),
        },
  ];
  if (choice.protection !== undefined) {
    instructions.push(protectInstruction(choice.protection, read, positions));
  }
  const layouts = responses.map((count, output): OutputEncoding["layout"] => {
    const first = firsts[output] ?? 0;
    const own = positions.subarray(first * read, (first + count) * read);
    const wordBits = choice.downloadBits;
    instructions.push({
      ...{ op: "pack glwe", wordBits, first, results: count, read },
      ...{ positions: own, output },
    });
    const coefficients = Array.from({ length: count }, (_, response) =>
      Array.from(own.subarray(response * read, (response + 1) * read)).filter((p) => p >= 0),
    );
    return { form: "glwe", wordBits, coefficients };
  });
  return { instructions, layouts };
}

function checkNorms(weights: Int32Array, polynomialSize: number, path = "linear region"): void {
  for (let at = 0; at < weights.length; at += polynomialSize) {
    const norm = Math.hypot(...weights.subarray(at, at + polynomialSize));
    if (norm <= largestWeightNorm) continue;
    throw new VelumError({
      code: "width-too-wide",
      path,
      problem: `the weights of one product have the 2-norm ${Math.round(norm)}`,
      limit: largestWeightNorm,
      actual: Math.round(norm),
      cure: "Quantize the weights to fewer bits",
    });
  }
}
