import type { Address, Machine } from "../../src/tfhe/machine.js";

/** Machine memory of one call: everything in it is released at once. */
export class Blocks {
  readonly machine: Machine;
  readonly #addresses: Address[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
  }

  allocate(bytes: number): Address {
    const address = this.machine.allocate(bytes);
    this.#addresses.push(address);
    return address;
  }

  copyIn(data: ArrayBufferView): Address {
    const address = this.allocate(data.byteLength);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.machine.bytes(address, data.byteLength).set(bytes);
    return address;
  }

  copyOut(address: number, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.machine.bytes(address as Address, bytes));
  }

  release(): void {
    for (const address of this.#addresses.splice(0)) this.machine.release(address);
  }
}

/** Runs `use` with blocks on `machine` and releases them whatever happens. */
export function withBlocks<Result>(machine: Machine, use: (blocks: Blocks) => Result): Result {
  const blocks = new Blocks(machine);
  try {
    return use(blocks);
  } finally {
    blocks.release();
  }
}

/** Several arrays in one block of memory, each 64-byte aligned, and where each begins. */
export function lineUp(arrays: readonly ArrayBufferView[]): {
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
} {
  const offsets: number[] = [];
  let end = 0;
  for (const array of arrays) {
    offsets.push(end);
    end += Math.ceil(array.byteLength / 64) * 64;
  }
  const bytes = new Uint8Array(end);
  arrays.forEach((array, i) => {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offsets[i]);
  });
  return { bytes, offsets };
}
