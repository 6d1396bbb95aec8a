import type { ServerFile } from "../artifact/server-file.js";
import { VelumError } from "../base/error.js";
import type { Engine } from "./engine.js";
import { startWasmEngine } from "./engine-wasm.js";

/** `auto`: native where a C compiler and koffi are at hand, else WebAssembly. */
export type RuntimeKind = "auto" | "wasm" | "native";

export interface EngineOptions {
  readonly runtime: RuntimeKind;
  /** Threads to work with; `undefined` for one a core. */
  readonly threads: number | undefined;
}

/** Starts the engine that `options` ask for. Error `runtime-unavailable` when `native` is asked for and not to be had. */
export async function startEngine(file: ServerFile, options: EngineOptions): Promise<Engine> {
  const threads = options.threads ?? (await cores());
  if (options.runtime !== "wasm" && inNode()) {
    const native = await tryNative(file, threads, options.runtime === "native");
    if (native !== undefined) return native;
  } else if (options.runtime === "native") {
    throw unavailable("a web page has no native code");
  }
  return startWasmEngine(new Uint8Array(file.kernels), new Uint8Array(file.program), threads);
}

async function tryNative(
  file: ServerFile,
  threads: number,
  required: boolean,
): Promise<Engine | undefined> {
  const [{ findNativeTarget }, { startNativeEngine }] = await Promise.all([
    import("../tfhe/native-build.js"),
    import("./engine-native.js"),
  ]);
  const target = await findNativeTarget();
  if (target === undefined) {
    if (required) throw unavailable("no C compiler of the host understands the kernels");
    return undefined;
  }
  try {
    return await startNativeEngine(
      target,
      { kernels: file.kernelSources, program: file.programSource },
      threads,
    );
  } catch (error) {
    if (required) throw error;
    return undefined;
  }
}

function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

async function cores(): Promise<number> {
  if (!inNode()) return navigator.hardwareConcurrency || 1;
  const { availableParallelism } = await import("node:os");
  return availableParallelism();
}

function unavailable(problem: string): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: "native engine",
    problem,
    cure: 'Use the "wasm" runtime, or install gcc 12 or clang 12 or later',
  });
}
