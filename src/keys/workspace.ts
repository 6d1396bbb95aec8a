import { type Address, type Machine, offsetAddress } from "../tfhe/machine.js";
import { type ClientKey, keyParts, secretBits } from "./client-key.js";

interface Block {
  readonly address: Address;
  readonly bytes: number;
}

/**
 * Machine memory that holds a client key while an operation runs: the key ready for the kernels, and blocks for what goes in and out.
 * All of it is zeroed before it is given back. The kernels see one small key at a time: that of set `set`.
 */
export class Workspace {
  readonly machine: Machine;
  /** What the client kernels take as their first argument. */
  readonly client: Address;
  readonly #blocks: Block[] = [];

  constructor(machine: Machine, key: ClientKey, set = 0) {
    const bits = secretBits(key);
    const { glwe, bootstraps } = key.parameters;
    const sizes = [glwe.dimension, glwe.polynomialSize, bootstraps[set]?.lwe.dimension ?? 0];
    this.machine = machine;
    this.client = this.allocate(machine.call("velum_client_bytes", ...sizes));
    try {
      const [big, ...small] = keyParts(key.parameters);
      const parts = [big, small[set]].filter((part) => part !== undefined);
      const block = this.allocate(parts.reduce((sum, { bytes }) => sum + bytes, 0));
      let at = 0;
      for (const { start, bytes } of parts) {
        machine.bytes(offsetAddress(block, at), bytes).set(bits.subarray(start, start + bytes));
        at += bytes;
      }
      machine.call("velum_client_open", this.client, block, ...sizes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** A block that lives as long as the workspace. */
  allocate(bytes: number): Address {
    const address = this.machine.allocate(bytes);
    this.#blocks.push({ address, bytes });
    return address;
  }

  /** A block with a copy of `data`. */
  copyIn(data: ArrayBufferView): Address {
    const address = this.allocate(data.byteLength);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.machine.bytes(address, data.byteLength).set(bytes);
    return address;
  }

  /** A copy of `bytes` bytes of machine memory. */
  copyOut(address: Address, bytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.machine.bytes(address, bytes));
  }

  dispose(): void {
    for (const { address, bytes } of this.#blocks.splice(0)) {
      this.machine.bytes(address, bytes).fill(0);
      this.machine.release(address);
    }
  }
}

/** Runs `use` on a workspace for `key`, and zeroes it whatever happens. */
export function withWorkspace<Result>(
  machine: Machine,
  key: ClientKey,
  use: (workspace: Workspace) => Result,
): Result {
  const workspace = new Workspace(machine, key);
  try {
    return use(workspace);
  } finally {
    workspace.dispose();
  }
}
