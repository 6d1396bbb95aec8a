import { freshLweVariance } from "../../src/security/noise-fresh.js";
import { keySwitchVariance } from "../../src/security/noise-key-switch.js";
import { centredModulusSwitchVariance } from "../../src/security/noise-modulus-switch.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  type GlweParameters,
} from "../../src/tfhe/parameters.js";

/** What the key switch and the modulus switch of a look-up add to its argument, by the published formulas. */
export function switchVariance(
  glwe: GlweParameters,
  { lwe, keySwitchGadget }: BootstrapParameters,
  { extensionLog2, tablesLog2 }: { readonly extensionLog2: number; readonly tablesLog2: number },
): number {
  const row = freshLweVariance(lwe.noiseLog2);
  const positionsLog2 = Math.log2(2 * glwe.polynomialSize) + extensionLog2 - tablesLog2;
  return (
    keySwitchVariance(bigLweDimension(glwe), keySwitchGadget, row) +
    centredModulusSwitchVariance(lwe.dimension, positionsLog2)
  );
}
