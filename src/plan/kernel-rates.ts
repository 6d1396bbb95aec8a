/**
 * Measured speed of one kind of machine, for choosing parameters and predicting run time. One thread, nanoseconds.
 * `bench` measures the kernels; these numbers are refitted from its results.
 */
export interface KernelRates {
  readonly name: string;
  /** Ciphertexts that share one pass over the keys. */
  readonly batch: number;
  /** One transform of N coefficients takes `fourier * (N/2) log2(N/2)`. */
  readonly fourier: number;
  /** One complex multiplication and addition between an accumulator and a key element. */
  readonly pointwise: number;
  /** One 32-bit multiplication and addition of a key switch, its share of the key stream included. */
  readonly keySwitch: number;
  /** Reading one byte of the expanded bootstrap key from main memory. Shared by the batch. */
  readonly keyByte: number;
}

/** AVX-512, eight ciphertexts at a time: 4.4 ms for n = 918, N = 2048, k = 1, one level; 0.3 ms for its key switch. */
export const referenceRates: KernelRates = {
  name: "avx512",
  batch: 8,
  fourier: 0.0855,
  pointwise: 0.24,
  keySwitch: 0.04,
  keyByte: 0.0345,
};
