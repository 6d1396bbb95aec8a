import type { EnsembleInstruction } from "../program/program.js";
import type { Stage } from "./stage.js";
import type { Staging } from "./staging.js";

/** Chunks of gates, then the sum over them. */
export function ensembleStages(
  instruction: EnsembleInstruction,
  { parameters, places, constants }: Staging,
): Stage[] {
  const { polynomialSize: N, dimension: k } = parameters.glwe;
  const { levels, baseLog, chunks, nodes, leaves, positions, addend } = instruction;
  const tables = [chunks, nodes, leaves, positions].map((table) => constants.copy(table));
  const count = chunks.length - 1;
  const { bits, chunkSums, sums } = places;
  return [
    {
      kernel: "velum_stage_ensemble",
      items: count,
      constants: [bits, N, k, levels, baseLog, ...tables, positions.length, chunkSums],
      heavy: nodes.length / 4 >= 32,
    },
    {
      kernel: "velum_stage_ensemble_sum",
      items: 1,
      constants: [chunkSums, count, N, k, constants.copy(addend), sums],
      heavy: false,
    },
  ];
}
