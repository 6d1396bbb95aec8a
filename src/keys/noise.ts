import type { RandomSource } from "../base/random.js";
import type { Address, Machine } from "../tfhe/machine.js";

/** Random bytes that one sample of TUniform(`noiseLog2`) takes: b + 2 bits, rounded up. */
export function noiseBytes(noiseLog2: number): number {
  return Math.ceil((noiseLog2 + 2) / 8);
}

/** Fills `length` bytes of machine memory, by way of a buffer that is zeroed: shared memory cannot be filled directly. */
export function fillRandom(
  machine: Machine,
  address: Address,
  length: number,
  random: RandomSource,
): void {
  const bytes = new Uint8Array(length);
  random.fill(bytes);
  machine.bytes(address, length).set(bytes);
  bytes.fill(0);
}
