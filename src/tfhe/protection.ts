import { bigLweDimension, type GlweParameters } from "./parameters.js";

/** Bytes of one sample of TUniform noise (kernels/sampler.h). */
function tuniformBytes(noiseLog2: number): number {
  return Math.ceil((noiseLog2 + 2) / 8);
}

/**
 * Random bytes that protecting one response with `read` bodies takes: `k N` bits for the combination of the public key's rows, a sample of
 * noise for each mask coefficient, 8 bytes for each flooded body (kernels/protect_stage.h).
 */
export function protectionBytes(glwe: GlweParameters, read: number): number {
  const dimension = bigLweDimension(glwe);
  return dimension / 8 + dimension * tuniformBytes(glwe.noiseLog2) + 8 * read;
}
