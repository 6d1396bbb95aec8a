import type { CryptoParameters } from "./parameters.js";
import { requireBootstrap } from "./wire-evaluation-keys.js";

/** Kernels of bootstraps: the second reads one table at several places (kernels/eval.c). */
export const bootstrapKernel = "velum_stage_bootstrap";
export const stepsKernel = "velum_stage_bootstrap_steps";

export function isBootstrap({ kernel }: { readonly kernel: string }): boolean {
  return kernel === bootstrapKernel || kernel === stepsKernel;
}

/** How one kind of look-ups is done. */
export interface RotationShape {
  /** Whose keys: position in `CryptoParameters.bootstraps`. */
  readonly set: number;
  /** Extended blind rotation: 2^extensionLog2 interleaved accumulators of size N act as one of size N * 2^extensionLog2. */
  readonly extensionLog2: number;
  /** log2 of the tables that are read from one rotation. */
  readonly tablesLog2: number;
}

/** A bootstrap as kernels read it: 9 words (kernels/eval.c). Error `bad-argument` where the parameters have no such set. */
export function bootstrapShape(
  parameters: CryptoParameters,
  { set, extensionLog2, tablesLog2 }: RotationShape,
): Int32Array<ArrayBuffer> {
  const { polynomialSize, dimension } = parameters.glwe;
  const { bootstrapGadget, keySwitchGadget, lwe } = requireBootstrap(parameters, set);
  return Int32Array.of(
    ...[polynomialSize, dimension, bootstrapGadget.levels, bootstrapGadget.baseLog, extensionLog2],
    ...[tablesLog2, lwe.dimension, keySwitchGadget.levels, keySwitchGadget.baseLog],
  );
}

/** Words of a test polynomial: N times the accumulators. */
export function tableWords(
  { glwe }: CryptoParameters,
  { extensionLog2 }: Pick<RotationShape, "extensionLog2">,
): number {
  return glwe.polynomialSize * 2 ** extensionLog2;
}
