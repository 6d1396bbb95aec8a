/**
 * Measured speed of one kind of machine, for choosing parameters and predicting run time. One thread, nanoseconds.
 * `npm run bench -- rates` fits these numbers to measured bootstraps of all shapes; single shapes differ by some 10 %, two
 * levels on AVX-512 and N = 1024 on WebAssembly by more: they take 1.2 and 1.5 times what is predicted.
 */
export interface KernelRates {
  readonly name: string;
  /** Ciphertexts that share one pass over the keys. */
  readonly batch: number;
  /** One transform of N coefficients takes `fourier * (N/2) log2(N/2)`. */
  readonly fourier: number;
  /** One complex multiplication and addition between an accumulator and a key element. */
  readonly pointwise: number;
  /** One 32-bit multiplication and addition of a key switch. */
  readonly keySwitch: number;
  /** Reading one byte of the expanded keys from main memory. Shared by the batch. */
  readonly keyByte: number;
}

/** AVX-512, eight ciphertexts at a time: 5.1 ms for n = 918, N = 2048, k = 1, one level, of which its key switch takes 0.33 ms. */
export const referenceRates: KernelRates = {
  name: "avx512",
  batch: 8,
  fourier: 0.0931,
  pointwise: 0.343,
  keySwitch: 0.0246,
  keyByte: 0.0388,
};

/** AVX2 on the same processor: 7.5 ms for the same bootstrap. */
export const avx2Rates: KernelRates = {
  name: "avx2",
  batch: 8,
  fourier: 0.145,
  pointwise: 0.44,
  keySwitch: 0.0326,
  keyByte: 0.0344,
};

/** WebAssembly in Node 20 on the same processor: 16 ms for the same bootstrap. */
export const wasmRates: KernelRates = {
  name: "wasm",
  batch: 8,
  fourier: 0.352,
  pointwise: 0.755,
  keySwitch: 0.0681,
  keyByte: 0.0913,
};
