import type { Instruction, TfheProgram } from "../program/program.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import { packGlweStage, packLweStage, protectLweStage, protectStage } from "./answer-stages.js";
import { Constants } from "./constants.js";
import { ensembleStages } from "./decision-stages.js";
import { expandBitsStages, expandStage } from "./input-stages.js";
import { bootstrapStage, placeShapes } from "./look-up-stages.js";
import type { Stage, StagedProgram } from "./stage.js";
import type { Staging } from "./staging.js";
import { affineStage, clearAffineStage, extractStage, linearStage } from "./sum-stages.js";
import { workspacePlaces } from "./workspace-places.js";

/**
 * Lowers a TFHE program to stages: every buffer gets a fixed place in a request's workspace, every table a place in the constants.
 * The evaluation keys lie as `expandedKeyLayout` says.
 */
export function stageProgram(
  program: TfheProgram,
  parameters: CryptoParameters,
  layouts: readonly OutputLayout[],
): StagedProgram {
  const { instructions } = program;
  const constants = new Constants(parameters);
  const places = workspacePlaces(program, parameters, layouts);
  const shapes = placeShapes(program, parameters, constants);
  const staging = { parameters, places, shapes, constants };
  const stages = instructions.flatMap((instruction) => stagesOf(instruction, staging));
  return {
    stages,
    ...constants.finish(),
    requestBytes: places.bytes,
    uploadPlaces: places.uploads,
    outputPlaces: places.outputs,
    ...(places.random === undefined ? {} : { randomPlace: places.random }),
    clearPlaces: [...places.clear.values()],
    shapes,
    slotsPlace: places.slots,
    largestRead: Math.max(1, ...instructions.map((one) => (one.op === "pack glwe" ? one.read : 1))),
    largestSlots: Math.max(
      0,
      ...instructions.map((one) => (one.op === "ensemble" ? one.slots : 0)),
    ),
  };
}

function stagesOf(instruction: Instruction, staging: Staging): Stage[] {
  switch (instruction.op) {
    case "expand":
      return [expandStage(instruction, staging)];
    case "expand bits":
      return expandBitsStages(instruction, staging);
    case "ensemble":
      return ensembleStages(instruction, staging);
    case "linear":
    case "clear linear":
      return [linearStage(instruction, staging)];
    case "extract":
      return [extractStage(instruction, staging)];
    case "affine":
      return [affineStage(instruction, staging)];
    case "clear affine":
      return [clearAffineStage(instruction, staging)];
    case "bootstrap":
      return [bootstrapStage(instruction, staging)];
    case "protect":
      return [protectStage(instruction, staging)];
    case "protect lwe":
      return [protectLweStage(instruction, staging)];
    case "pack glwe":
      return [packGlweStage(instruction, staging)];
    case "pack lwe":
      return [packLweStage(instruction, staging)];
  }
}
