import type { Address } from "../tfhe/machine.js";
import type { NativeMachine } from "../tfhe/machine-native.js";

interface Block {
  readonly bytes: number;
  view?: Uint8Array;
}

/**
 * The blocks of memory that an engine holds. Each is looked at through one view, made when it is first needed: the garbage collector
 * counts every view as memory of that size, so one a request of a megabyte would keep it busy for a quarter of the run.
 */
export class NativeBlocks {
  readonly #machine: NativeMachine;
  readonly #blocks = new Map<number, Block>();

  constructor(machine: NativeMachine) {
    this.#machine = machine;
  }

  /** Takes a block that the machine gave. */
  add(address: Address, bytes: number): void {
    this.#blocks.set(address, { bytes });
  }

  /** Forgets a block; false where it is none of these. */
  remove(address: number): boolean {
    return this.#blocks.delete(address);
  }

  /** A view of a part of a block, good until that is removed. */
  bytes(address: Address, length: number): Uint8Array {
    for (const [start, block] of this.#blocks) {
      const offset = address - start;
      if (offset < 0 || offset + length > block.bytes) continue;
      block.view ??= this.#machine.bytes(start as Address, block.bytes);
      return block.view.subarray(offset, offset + length);
    }
    throw new RangeError("memory that no block holds");
  }

  /** Gives all blocks back to the machine. */
  releaseAll(): void {
    for (const address of this.#blocks.keys()) this.#machine.release(address as Address);
    this.#blocks.clear();
  }
}
