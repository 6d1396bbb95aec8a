/** A published set of tfhe-rs: 64-bit torus, key switch, modulus switch, bootstrap. Deviations are given as log2, relative to the torus. */
export interface PublishedSet {
  readonly lweDimension: number;
  readonly lweNoiseLog2: number;
  readonly glweDimension: number;
  readonly polynomialSize: number;
  readonly glweNoiseLog2: number;
  readonly bootstrapBaseLog: number;
  readonly bootstrapLevels: number;
  readonly keySwitchBaseLog: number;
  readonly keySwitchLevels: number;
  readonly norm: number;
  readonly centred: boolean;
}

/** Total variance before the table look-up by tfhe-rs's formulas (64-bit accumulators and keys, no rounding on the wire). */
export function lookupVariance(set: PublishedSet): number {
  const k = set.glweDimension;
  const size = set.polynomialSize;
  const levels = set.bootstrapLevels;
  const base2 = 2 ** (2 * set.bootstrapBaseLog);
  const key = levels * (k + 1) * size * 4 ** set.glweNoiseLog2 * (base2 / 12 + 1 / 6);
  const dropped = base2 ** -levels / 24;
  const decomposition = ((k * size) / 2) * (dropped + 2 ** -128 / 48) + dropped;
  const fourier = fourierVariance(set);
  const bootstrap = set.lweDimension * (key + decomposition + fourier);

  const keySwitchBase2 = 2 ** (2 * set.keySwitchBaseLog);
  const rows =
    set.keySwitchLevels * k * size * 4 ** set.lweNoiseLog2 * (keySwitchBase2 / 12 + 1 / 6);
  const keySwitch = rows + (k * size * keySwitchBase2 ** -set.keySwitchLevels) / 24;

  const position2 = (2 * size) ** -2;
  const modulusSwitch = set.centred
    ? (set.lweDimension / 48) * position2
    : (set.lweDimension / 24 + 1 / 12) * position2;
  return set.norm ** 2 * bootstrap + keySwitch + modulusSwitch;
}

/** Its fit of the error of double-precision transforms on a 64-bit torus, per external product. */
function fourierVariance(set: PublishedSet): number {
  const { glweDimension: k, polynomialSize: size, bootstrapLevels, bootstrapBaseLog } = set;
  const shape = bootstrapLevels ** 1.018 * k ** 1.22 * size ** 2.22 * (k + 1) ** 1.018;
  return 0.00705 * 2 ** (22 - 128 + 2 * bootstrapBaseLog) * shape;
}
