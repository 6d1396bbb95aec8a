import type {
  PackGlweInstruction,
  PackLweInstruction,
  ProtectInstruction,
  ProtectLweInstruction,
} from "../program/program.js";
import { expandedKeyLayout } from "../tfhe/expanded-keys.js";
import { bigLweDimension } from "../tfhe/parameters.js";
import { ciphertextBytes } from "../tfhe/wire-output.js";
import type { Stage } from "./stage.js";
import { type Staging, slotPlace } from "./staging.js";

/** Answers re-randomised and flooded. */
export function protectStage(instruction: ProtectInstruction, staging: Staging): Stage {
  const { parameters, places, constants } = staging;
  const { polynomialSize: N, dimension: k, noiseLog2 } = parameters.glwe;
  const { results, read, positions, floodLog2 } = instruction;
  const { publicKey } = expandedKeyLayout(parameters);
  const numbers = [N, k, constants.copy(positions), read, noiseLog2, floodLog2];
  return {
    kernel: "velum_stage_protect",
    items: results,
    constants: [places.randomOf.get(instruction) ?? 0, ...numbers, publicKey, places.answers],
    heavy: results >= 8,
  };
}

/** LWE ciphertexts re-randomised and flooded. */
export function protectLweStage(instruction: ProtectLweInstruction, staging: Staging): Stage {
  const { parameters, places } = staging;
  const { polynomialSize: N, dimension: k, noiseLog2 } = parameters.glwe;
  const { from, to, count, floodLog2 } = instruction;
  const { publicKey } = expandedKeyLayout(parameters);
  const random = places.randomOf.get(instruction) ?? 0;
  return {
    kernel: "velum_stage_protect_lwe",
    items: count,
    constants: [
      ...[slotPlace(places, from), random, N, k, noiseLog2, floodLog2, publicKey],
      slotPlace(places, to),
    ],
    heavy: count >= 8,
  };
}

/** GLWE ciphertexts as they travel to the client. */
export function packGlweStage(instruction: PackGlweInstruction, staging: Staging): Stage {
  const { parameters, places, constants } = staging;
  const { polynomialSize: N, dimension: k } = parameters.glwe;
  const { wordBits, first, results, read, positions, output } = instruction;
  // All responses but the last hold `read` bodies.
  const bytes = ciphertextBytes(parameters.glwe, wordBits, read);
  const from = places.answers + first * (k + 1) * N * 8;
  const to = places.outputs[output]?.offset ?? 0;
  return {
    kernel: "velum_stage_pack_glwe",
    items: results,
    constants: [from, N, k, constants.copy(positions), read, wordBits, to, bytes],
    heavy: false,
  };
}

/** LWE ciphertexts as they travel to the client. */
export function packLweStage(instruction: PackLweInstruction, staging: Staging): Stage {
  const { parameters, places } = staging;
  const { wordBits, from, count, output } = instruction;
  const { offset = 0, bytes = 0 } = places.outputs[output] ?? {};
  const dimension = bigLweDimension(parameters.glwe);
  return {
    kernel: "velum_stage_pack_lwe",
    items: count,
    constants: [slotPlace(places, from), dimension, wordBits, offset, bytes / count],
    heavy: false,
  };
}
