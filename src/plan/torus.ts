/** `value * 2^deltaLog2` on the 64-bit torus. `value` is an exact integer of either sign. */
export function torus64(value: number, deltaLog2: number): bigint {
  return BigInt.asUintN(64, BigInt(value) << BigInt(deltaLog2));
}

/** `value * 2^deltaLog2` on the 32-bit torus, as an unsigned number. */
export function torus32(value: number, deltaLog2: number): number {
  return Number(BigInt.asUintN(32, BigInt(value) << BigInt(deltaLog2)));
}
