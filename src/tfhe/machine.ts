declare const addressBrand: unique symbol;

/** A byte address inside one machine's memory. */
export type Address = number & { readonly [addressBrand]: true };

/**
 * A kernel library with its memory: one WebAssembly instance, or one native library.
 * Both answer the same exported C functions; addresses belong to the machine that gave them.
 */
export interface Machine {
  readonly kind: "wasm" | "native";
  /** 64-byte aligned, zeroed memory. Error `runtime-unavailable` when the machine has no more. */
  allocate(bytes: number): Address;
  release(address: Address): void;
  /**
   * A view of memory. Short-lived: it may go stale after the next `allocate`.
   * Shared memory cannot be handed to Web APIs such as `getRandomValues`; copy instead.
   */
  bytes(address: Address, length: number): Uint8Array;
  /** Calls the exported C function `name` with pointers and 32-bit integers; returns its 32-bit result (0 for void). */
  call(name: string, ...parameters: number[]): number;
}

/** Byte address `offset` bytes after `address`. */
export function offsetAddress(address: Address, offset: number): Address {
  return (address + offset) as Address;
}
