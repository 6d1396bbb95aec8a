import type { CryptoParameters } from "./parameters.js";

/** The shape of a bootstrap as kernels read it: 9 words (kernels/eval.c); none without a bootstrap. */
export function bootstrapShape({ glwe, bootstrap }: CryptoParameters): Int32Array<ArrayBuffer> {
  if (bootstrap === undefined) return new Int32Array();
  const { bootstrapGadget, keySwitchGadget, lwe, extensionLog2 } = bootstrap;
  const { polynomialSize, dimension } = glwe;
  return Int32Array.of(
    ...[polynomialSize, dimension, bootstrapGadget.levels, bootstrapGadget.baseLog, extensionLog2],
    ...[0, lwe.dimension, keySwitchGadget.levels, keySwitchGadget.baseLog],
  );
}
