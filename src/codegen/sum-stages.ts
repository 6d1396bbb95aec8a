import type {
  AffineInstruction,
  ClearAffineInstruction,
  ClearLinearInstruction,
  ExtractInstruction,
  LinearInstruction,
} from "../program/program.js";
import { bigLweDimension } from "../tfhe/parameters.js";
import type { Stage } from "./stage.js";
import { type Staging, slotPlace } from "./staging.js";

/** Products of GLWE ciphertexts with polynomials, of weights that are known or come with the request. */
export function linearStage(
  instruction: LinearInstruction | ClearLinearInstruction,
  staging: Staging,
): Stage {
  const { polynomialSize: N, dimension: k } = staging.parameters.glwe;
  const { fresh, linear } = staging.places;
  const { inputs, results, read } = instruction;
  const numbers =
    instruction.op === "linear"
      ? weightPlaces(instruction, staging)
      : clearWeightPlaces(instruction, staging);
  return {
    kernel: instruction.op === "linear" ? "velum_stage_linear" : "velum_stage_linear_clear",
    items: results,
    constants: [fresh, inputs, N, k, ...numbers, read, linear],
    heavy: results * inputs >= 16,
  };
}

function weightPlaces(instruction: LinearInstruction, { constants }: Staging): number[] {
  const { weights, positions, addends } = instruction;
  return [constants.weights(weights), constants.copy(positions), constants.copy(addends)];
}

function clearWeightPlaces(
  instruction: ClearLinearInstruction,
  { places, constants }: Staging,
): number[] {
  const place = places.clear.get(instruction);
  if (place?.kind !== "linear") throw new RangeError("no place for clear weights");
  return [place.weights.offset, constants.copy(instruction.positions), place.addends.offset];
}

/** Coefficients of GLWE ciphertexts as LWE ciphertexts. */
export function extractStage(instruction: ExtractInstruction, staging: Staging): Stage {
  const { parameters, places, constants } = staging;
  const { polynomialSize: N, dimension: k } = parameters.glwe;
  const { from, rows, addends, to, count } = instruction;
  const tables = [constants.copy(rows), constants.copy(addends)];
  return {
    kernel: "velum_stage_extract",
    items: count,
    constants: [places[from], N, k, ...tables, slotPlace(places, to)],
    heavy: false,
  };
}

/** Sums of LWE ciphertexts. */
export function affineStage(instruction: AffineInstruction, staging: Staging): Stage {
  const { parameters, places, constants } = staging;
  const { starts, columns, weights, addends, to, count } = instruction;
  const tables = [starts, columns, weights, addends].map((table) => constants.copy(table));
  const dimension = bigLweDimension(parameters.glwe);
  return {
    kernel: "velum_stage_affine",
    items: count,
    constants: [places.slots, dimension, ...tables, slotPlace(places, to)],
    heavy: columns.length >= 4096,
  };
}

/** Sums of LWE ciphertexts by rows that come with the request. */
export function clearAffineStage(instruction: ClearAffineInstruction, staging: Staging): Stage {
  const { parameters, places } = staging;
  const place = places.clear.get(instruction);
  if (place?.kind !== "affine") throw new RangeError("no place for clear weights");
  const { starts, columns, weights, addends } = place;
  const dimension = bigLweDimension(parameters.glwe);
  const to = slotPlace(places, instruction.to);
  return {
    kernel: "velum_stage_affine_clear",
    items: instruction.count,
    constants: [places.slots, dimension, starts, columns, weights, addends, to],
    heavy: instruction.terms >= 4096,
  };
}
