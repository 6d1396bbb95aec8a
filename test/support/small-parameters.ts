import type { CryptoParameters } from "../../src/tfhe/parameters.js";

/** Far too small to be secure; quick to compute with the slow oracle. */
export const smallParameters: CryptoParameters = {
  glwe: { dimension: 2, polynomialSize: 512, noiseLog2: 17 },
  bootstraps: [
    {
      lwe: { dimension: 5, noiseLog2: 13 },
      bootstrapGadget: { baseLog: 15, levels: 2 },
      keySwitchGadget: { baseLog: 4, levels: 3 },
    },
  ],
  extensionLog2: 0,
};

/** 16 values with carry, failure 2^-128 at norm 5. */
export const fourBitParameters: CryptoParameters = {
  glwe: { dimension: 1, polynomialSize: 2048, noiseLog2: 17 },
  bootstraps: [
    {
      lwe: { dimension: 918, noiseLog2: 13 },
      bootstrapGadget: { baseLog: 23, levels: 1 },
      keySwitchGadget: { baseLog: 4, levels: 4 },
    },
  ],
  extensionLog2: 0,
};
