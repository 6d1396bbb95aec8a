import type { ExpandBitsInstruction, ExpandInstruction } from "../program/program.js";
import { packingShape, requirePacking } from "../tfhe/wire-packing-keys.js";
import type { Stage } from "./stage.js";
import type { Staging } from "./staging.js";

/** Uploaded numbers as GLWE ciphertexts. */
export function expandStage(instruction: ExpandInstruction, staging: Staging): Stage {
  const { polynomialSize: N, dimension: k } = staging.parameters.glwe;
  const { numbers, fresh } = staging.places;
  const { length, bodyBits, ciphertexts } = instruction;
  const last = length - (ciphertexts - 1) * N;
  const bodyBytes = (N * bodyBits) / 8;
  const used = Math.min(length, N);
  return {
    kernel: "velum_stage_expand",
    items: ciphertexts,
    constants: [numbers, bodyBytes, used, last, bodyBits, N, k, fresh],
    heavy: false,
  };
}

/** Uploaded bits as GGSW ciphertexts. */
export function expandBitsStages(instruction: ExpandBitsInstruction, staging: Staging): Stage[] {
  if (instruction.form === "packed") return packedBitsStages(instruction, staging);
  const { polynomialSize: N, dimension: k } = staging.parameters.glwe;
  const { uploadedBits, bits } = staging.places;
  const { length, gadget, bodyBits } = instruction;
  const needs = staging.constants.copy(instruction.needs);
  return [
    {
      kernel: "velum_stage_ggsw_expand",
      items: length,
      constants: [uploadedBits, bodyBits, N, k, gadget.levels, needs, bits],
      heavy: length >= 16,
    },
  ];
}

/** Masks of a few ciphertexts, their coefficients one ciphertext each after some rounds that double their number, GGSWs of those. */
function packedBitsStages(
  { length, gadget, bodyBits, needs }: ExpandBitsInstruction,
  { parameters, places, constants }: Staging,
): Stage[] {
  const { expansionLevels } = requirePacking(parameters);
  const shape = constants.copy(packingShape(parameters));
  const rows = length * gadget.levels;
  const { uploadedBits, packedRows, bits } = places;
  const before = (step: number): number => Math.ceil(rows / 2 ** (expansionLevels - step));
  return [
    {
      kernel: "velum_stage_packed_open",
      items: before(0),
      constants: [uploadedBits, bodyBits, shape, rows, packedRows],
      heavy: false,
    },
    ...Array.from({ length: expansionLevels }, (_, step) => ({
      kernel: "velum_stage_packed_step",
      items: before(step),
      constants: [shape, step, rows, 0, packedRows],
      heavy: before(step) >= 2,
    })),
    {
      kernel: "velum_stage_packed_convert",
      items: length,
      constants: [shape, gadget.levels, constants.copy(needs), 0, packedRows, bits],
      heavy: true,
    },
  ];
}
