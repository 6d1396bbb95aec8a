import {
  type BootstrapParameters,
  bigLweDimension,
  bootstrapKeyBodyBits,
  type GlweParameters,
} from "../../tfhe/parameters.js";
import type { KernelRates } from "../kernel-rates.js";

/** What one bootstrap with its key switch takes on the machine of `rates`, one thread, in milliseconds. */
export interface BootstrapTime {
  readonly rotationMs: number;
  readonly keySwitchMs: number;
  readonly totalMs: number;
}

/**
 * A bootstrap whose rotation is extended over `2^extensionLog2` accumulators. From operation counts: each of n steps does, for each of `2^extensionLog2` accumulators, `(k+1)(l+1)` transforms and
 * `(k+1)^2 l N/2` complex products; the key switch does `kN levels (n+1)` products; both expanded keys are read once for a batch.
 */
export function bootstrapTime(
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
  extensionLog2: number,
  rates: KernelRates,
): BootstrapTime {
  const { dimension: k, polynomialSize } = glwe;
  const points = polynomialSize / 2;
  const { levels } = bootstrap.bootstrapGadget;
  const n = bootstrap.lwe.dimension;
  const transforms = (k + 1) * (levels + 1) * points * Math.log2(points);
  const products = (k + 1) ** 2 * levels * points;
  const step = 2 ** extensionLog2 * (transforms * rates.fourier + products * rates.pointwise);
  const keyByte = rates.keyByte / rates.batch;
  const rotation = n * step + expandedBootstrapKeyBytes(glwe, bootstrap) * keyByte;
  const switchWords = keySwitchKeyWords(glwe, bootstrap);
  const rotationMs = rotation / 1e6;
  const keySwitchMs = (switchWords * (rates.keySwitch + 4 * keyByte)) / 1e6;
  return { rotationMs, keySwitchMs, totalMs: rotationMs + keySwitchMs };
}

/** Evaluation keys of one set on the wire without headers: bodies of the bootstrap key (48 bits) and of the key-switch key (32 bits); masks are seeds. */
export function evaluationKeyBytes(glwe: GlweParameters, bootstrap: BootstrapParameters): number {
  const rows = bootstrap.lwe.dimension * (glwe.dimension + 1) * bootstrap.bootstrapGadget.levels;
  const keySwitchRows = bigLweDimension(glwe) * bootstrap.keySwitchGadget.levels;
  return (rows * glwe.polynomialSize * bootstrapKeyBodyBits) / 8 + keySwitchRows * 4;
}

/** Evaluation keys of one set in a server's memory, expanded: bootstrap key in the Fourier domain (doubles), key-switch key as 32-bit words. */
export function evaluationKeyMemoryBytes(
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
): number {
  return expandedBootstrapKeyBytes(glwe, bootstrap) + keySwitchKeyWords(glwe, bootstrap) * 4;
}

function keySwitchKeyWords(glwe: GlweParameters, bootstrap: BootstrapParameters): number {
  const { keySwitchGadget, lwe } = bootstrap;
  return bigLweDimension(glwe) * keySwitchGadget.levels * (lwe.dimension + 1);
}

function expandedBootstrapKeyBytes(glwe: GlweParameters, bootstrap: BootstrapParameters): number {
  return (
    bootstrap.lwe.dimension *
    (glwe.dimension + 1) ** 2 *
    bootstrap.bootstrapGadget.levels *
    glwe.polynomialSize *
    8
  );
}
