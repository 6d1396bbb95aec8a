import { VelumError } from "../base/error.js";
import type { Address, Machine } from "./machine.js";

const pageBytes = 65536;
/** Pages a new memory starts with; the kernels' tables need less, and blocks grow it. */
const initialPages = 256;
/** 4 GiB, the most that 32-bit WebAssembly addresses. */
const maximumPages = 65536;
/** A worker's own stack inside a shared memory. */
const stackBytes = 262144;

/** A WebAssembly machine, and what another thread needs to join its memory. */
export interface WasmMachine extends Machine {
  readonly kind: "wasm";
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly instance: WebAssembly.Instance;
}

/**
 * Instantiates a kernel module with a memory of its own and builds its tables.
 * The memory is of the shared kind, which engines create even where pages may not send it to other threads.
 */
export async function createWasmMachine(module: WebAssembly.Module): Promise<WasmMachine> {
  const memory = new WebAssembly.Memory({
    initial: initialPages,
    maximum: maximumPages,
    shared: true,
  });
  const machine = await instantiate(module, memory);
  machine.call("velum_initialise");
  return machine;
}

/**
 * A further instance on the memory of a running machine, for another thread.
 * `stack` is a block of `workerStackBytes` that the first machine allocated for it.
 */
export async function joinWasmMachine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stack: Address,
): Promise<WasmMachine> {
  const machine = await instantiate(module, memory);
  const pointer = machine.instance.exports["__stack_pointer"];
  if (pointer instanceof WebAssembly.Global) pointer.value = stack + stackBytes;
  return machine;
}

/** Bytes to allocate for the stack of a joining thread. */
export const workerStackBytes = stackBytes;

async function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<WasmMachine> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const functions = new Map<string, (...parameters: number[]) => number | undefined>();
  const call = (name: string, ...parameters: number[]): number => {
    let fn = functions.get(name);
    if (fn === undefined) {
      const found = instance.exports[name];
      if (typeof found !== "function") throw missing(name);
      fn = found as (...parameters: number[]) => number | undefined;
      functions.set(name, fn);
    }
    return fn(...parameters) ?? 0;
  };
  return {
    kind: "wasm",
    module,
    memory,
    instance,
    call,
    allocate(bytes) {
      const fits = bytes < maximumPages * pageBytes - pageBytes;
      const address = fits ? call("velum_allocate", bytes) >>> 0 : 0;
      if (address === 0) throw outOfMemory(bytes, memory.buffer.byteLength);
      return address as Address;
    },
    release(address) {
      call("velum_release", address);
    },
    bytes(address, length) {
      return new Uint8Array(memory.buffer, address, length);
    },
  };
}

function missing(name: string): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: `kernel "${name}"`,
    problem: "the kernel module does not export it",
    cure: "Use the kernels that this program was compiled against",
  });
}

function outOfMemory(bytes: number, held: number): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: "kernel memory",
    problem: `${bytes} bytes more do not fit beside the ${Math.round(held / pageBytes)} pages held`,
    limit: maximumPages * pageBytes,
    actual: bytes,
    cure: "Run smaller batches, release keys that are not in use, or use the native engine",
  });
}
