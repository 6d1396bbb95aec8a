import { VelumError } from "../base/error.js";
import { isSecure } from "../security/curves.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";

/**
 * Refuses parameters below 132 bits of security. A client file may come from the server that must not see the inputs: whoever
 * encrypts under its parameters checks them first. Error `insecure-parameters`.
 */
export function checkSecurity(parameters: CryptoParameters): void {
  const { glwe, bootstraps } = parameters;
  check("GLWE", bigLweDimension(glwe), glwe.noiseLog2, 64);
  for (const { lwe } of bootstraps) check("LWE", lwe.dimension, lwe.noiseLog2, 32);
}

function check(key: string, dimension: number, noiseLog2: number, modulusLog2: number): void {
  if (isSecure(dimension, noiseLog2, modulusLog2)) return;
  throw new VelumError({
    code: "insecure-parameters",
    path: "client file",
    problem: `asks for a ${key} key of dimension ${dimension} with noise TUniform(${noiseLog2}) modulo 2^${modulusLog2}, which is below 132 bits of security`,
    limit: 132,
    cure: "Do not encrypt with this file; ask whoever gave it to you for one that Velum compiled",
  });
}
