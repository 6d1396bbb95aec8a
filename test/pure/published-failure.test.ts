import assert from "node:assert/strict";
import { test } from "node:test";
import { tuniformNoiseLog2 } from "../../src/security/curves.js";
import { log2Failure } from "../../src/security/failure.js";
import { lookupVariance } from "../reference/tfhe-rs-noise.js";
import { type Noise, published } from "../reference/tfhe-rs-sets.js";

function deviationLog2(noise: Noise): number {
  return "tuniform" in noise ? tuniformNoiseLog2(noise.tuniform, 64) : Math.log2(noise.gaussian);
}

function gadget(text: string): { readonly baseLog: number; readonly levels: number } {
  const [baseLog = 0, levels = 0] = text.split("x").map(Number);
  return { baseLog, levels };
}

for (const [name, precision, n, lwe, k, size, glwe, pbs, ks, norm, log2, centred] of published) {
  const distribution = "tuniform" in lwe ? "TUniform" : "Gaussian";
  test(`published failure probability of tfhe-rs ${name} ${distribution}`, () => {
    const bootstrap = gadget(pbs);
    const keySwitch = gadget(ks);
    const variance = lookupVariance({
      lweDimension: n,
      lweNoiseLog2: deviationLog2(lwe),
      glweDimension: k,
      polynomialSize: size,
      glweNoiseLog2: deviationLog2(glwe),
      bootstrapBaseLog: bootstrap.baseLog,
      bootstrapLevels: bootstrap.levels,
      keySwitchBaseLog: keySwitch.baseLog,
      keySwitchLevels: keySwitch.levels,
      norm,
      centred,
    });
    const failure = log2Failure(2 ** -(precision + 2), variance);
    assert.ok(Math.abs(failure - log2) < 0.1, `${failure.toFixed(2)} against ${log2}`);
  });
}
