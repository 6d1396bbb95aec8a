import { VelumError } from "../base/error.js";
import type { Address, Machine } from "./machine.js";

/** A native machine: calls may also run on another thread of the process. */
export interface NativeMachine extends Machine {
  readonly kind: "native";
  /** Runs the kernel on the platform's thread pool; several run at once. */
  callAsync(name: string, ...parameters: number[]): Promise<number>;
  /** Calls a function of a pointer and a length on bytes that need not be the machine's. */
  callOn(name: string, bytes: Uint8Array): number;
  /** Where a function of the program lies, for code that calls it itself. */
  functionAddress(name: string): bigint;
}

/** The part of koffi that is used; koffi's own types would force it on everyone who only reads ours. */
interface NativeFunction {
  (...parameters: (number | Uint8Array)[]): number | bigint;
  async(...parameters: (number | ((error: Error | null, result: number | bigint) => void))[]): void;
}
interface NativeLibrary {
  func(name: string, result: string, parameters: string[]): NativeFunction;
  symbol(name: string): bigint;
}
interface Koffi {
  load(path: string): NativeLibrary;
  view(address: bigint, length: number): ArrayBuffer;
}

/**
 * Loads a compiled kernel library and builds its tables. Functions that it does not export are looked for in `programPath`, a library
 * linked against it.
 * Error `runtime-unavailable` when koffi is not installed or the library does not load.
 */
export async function loadNativeMachine(
  path: string,
  programPath?: string,
): Promise<NativeMachine> {
  const { library, koffi } = openLibrary(path);
  const program = programPath === undefined ? undefined : koffi.load(programPath);
  const functions = new Map<string, NativeFunction>();
  const ownerOf = (name: string): NativeLibrary =>
    name.startsWith("stage_") && program !== undefined ? program : library;
  const find = (name: string, arity: number): NativeFunction => {
    let fn = functions.get(name);
    if (fn === undefined) {
      fn = ownerOf(name).func(
        name,
        "intptr_t",
        Array.from({ length: arity }, () => "intptr_t"),
      );
      functions.set(name, fn);
    }
    return fn;
  };
  const call = (name: string, ...parameters: number[]): number =>
    Number(find(name, parameters.length)(...parameters));
  call("velum_initialise");
  return {
    kind: "native",
    call,
    callAsync(name, ...parameters) {
      const fn = find(name, parameters.length);
      return new Promise((resolve, reject) => {
        fn.async(...parameters, (error, result) =>
          error ? reject(error) : resolve(Number(result)),
        );
      });
    },
    allocate(bytes) {
      const address = call("velum_allocate", bytes);
      if (address === 0) {
        throw new VelumError({
          code: "runtime-unavailable",
          path: "kernel memory",
          problem: `the system has no ${bytes} bytes more`,
          actual: bytes,
          cure: "Run smaller batches or release keys that are not in use",
        });
      }
      return address as Address;
    },
    release(address) {
      call("velum_release", address);
    },
    callOn(name, bytes) {
      let fn = functions.get(name);
      fn ??= ownerOf(name).func(name, "intptr_t", ["const void *", "intptr_t"]);
      functions.set(name, fn);
      return Number(fn(bytes, bytes.length));
    },
    functionAddress: (name) => ownerOf(name).symbol(name),
    bytes(address, length) {
      return new Uint8Array(koffi.view(BigInt(address), length));
    },
  };
}

function openLibrary(path: string): { library: NativeLibrary; koffi: Koffi } {
  try {
    // Not imported: bundlers of web pages would take it along.
    const koffi: Koffi = process.getBuiltinModule("node:module").createRequire(import.meta.url)(
      "koffi",
    );
    return { koffi, library: koffi.load(path) };
  } catch (cause) {
    throw new VelumError({
      code: "runtime-unavailable",
      path: "native engine",
      problem: `the library could not be loaded (${cause instanceof Error ? cause.message.split("\n")[0] : "unknown reason"})`,
      cure: 'Install the optional package koffi, or use the "wasm" runtime',
    });
  }
}
