import type { ServerFile } from "../artifact/server-file.js";
import type { Address } from "../tfhe/machine.js";
import { bigLweDimension } from "../tfhe/parameters.js";
import { allocate, callKernel, type Engine } from "./engine.js";
import { packingScratchBytes } from "./packing-keys.js";

/** A block for each thread, as large as the largest that a stage of the program needs. */
export async function allocateScratch(
  engine: Engine,
  file: ServerFile,
  constants: Address,
): Promise<Address[]> {
  const { parameters, shapes, largestRead, largestSlots, inputs, randomPlace } = file.manifest;
  const { glwe } = parameters;
  const needs = [
    await callKernel(engine, "velum_linear_scratch_bytes", glwe.polynomialSize),
    await callKernel(engine, "velum_pack_scratch_bytes", bigLweDimension(glwe), largestRead),
  ];
  if (file.manifest.clear !== undefined) {
    needs.push(await callKernel(engine, "velum_linear_clear_scratch_bytes", glwe.polynomialSize));
  }
  if (randomPlace !== undefined) {
    needs.push(await callKernel(engine, "velum_protect_scratch_bytes", glwe.polynomialSize));
  }
  if (file.manifest.stages.some(({ kernel }) => kernel === "velum_stage_protect_lwe")) {
    const { polynomialSize, dimension } = glwe;
    needs.push(
      await callKernel(engine, "velum_protect_lwe_scratch_bytes", polynomialSize, dimension),
    );
  }
  for (const { place } of shapes) {
    needs.push(await callKernel(engine, "velum_bootstrap_scratch_bytes", constants + place));
  }
  const { polynomialSize: N, dimension: k } = glwe;
  for (const layout of inputs) {
    if (!("form" in layout)) continue;
    needs.push(await callKernel(engine, "velum_ggsw_expand_scratch_bytes", N, k));
    const { levels } = layout.gadget;
    const ensemble = [N, k, levels, largestSlots] as const;
    needs.push(await callKernel(engine, "velum_ensemble_scratch_bytes", ...ensemble));
  }
  if (parameters.packing !== undefined) needs.push(await packingScratchBytes(engine, parameters));
  const bytes = Math.max(...needs);
  const places: Address[] = [];
  for (let thread = 0; thread < engine.threads; thread++)
    places.push(await allocate(engine, bytes));
  return places;
}
