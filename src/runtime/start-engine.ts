import type { ServerFile } from "../artifact/server-file.js";
import { VelumError } from "../base/error.js";
import type { NativeTarget } from "../tfhe/native-build.js";
import type { Engine } from "./engine.js";
import { startWasmEngine } from "./engine-wasm.js";

/** `auto`: native where a C compiler and koffi are at hand, else WebAssembly. */
export type RuntimeKind = "auto" | "wasm" | "native";

export interface EngineOptions {
  readonly runtime: RuntimeKind;
  /** Threads to work with; `undefined` for one a core. */
  readonly threads: number | undefined;
}

const mostThreads = 256;
/** Looked for once: it asks a compiler. */
let nativeTarget: Promise<NativeTarget | undefined> | undefined;

/**
 * Starts the engine that `options` ask for.
 * Errors: `runtime-unavailable` when `native` is asked for and not to be had, `bad-argument` for impossible options.
 */
export async function startEngine(file: ServerFile, options: EngineOptions): Promise<Engine> {
  const threads = options.threads ?? cores();
  checkOptions(options.runtime, threads);
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
  nativeTarget ??= findNativeTarget();
  const target = await nativeTarget;
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

function checkOptions(runtime: RuntimeKind, threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw refused("threads", threads, `1 to ${mostThreads}`);
  }
  const kinds: readonly RuntimeKind[] = ["auto", "wasm", "native"];
  if (!kinds.includes(runtime)) throw refused("runtime", runtime, kinds.join(", "));
}

function refused(path: string, actual: string | number, limit: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `is ${actual}, and may be ${limit}`,
    limit,
    actual,
    cure: "Leave it out to use what the host offers",
  });
}

function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

function cores(): number {
  if (!inNode()) return navigator.hardwareConcurrency || 1;
  return process.getBuiltinModule("node:os").availableParallelism();
}

function unavailable(problem: string): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: "native engine",
    problem,
    cure: 'Use the "wasm" runtime, or install gcc 12 or clang 12 or later',
  });
}
