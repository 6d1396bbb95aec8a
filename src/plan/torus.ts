/** `value * 2^deltaLog2` on the 64-bit torus. `value` is an exact integer, or half of one, of either sign; then `deltaLog2 >= 1`. */
export function torus64(value: number, deltaLog2: number): bigint {
  return BigInt.asUintN(64, steps(value, deltaLog2));
}

/** `value * 2^deltaLog2` on the 32-bit torus, as an unsigned number. */
export function torus32(value: number, deltaLog2: number): number {
  return Number(BigInt.asUintN(32, steps(value, deltaLog2)));
}

function steps(value: number, deltaLog2: number): bigint {
  return Number.isInteger(value)
    ? BigInt(value) << BigInt(deltaLog2)
    : BigInt(2 * value) << BigInt(deltaLog2 - 1);
}
