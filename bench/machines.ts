import { readKernelModule, readKernelSources } from "../src/tfhe/kernel-files.js";
import { loadNativeMachine, type NativeMachine } from "../src/tfhe/machine-native.js";
import { createWasmMachine, type WasmMachine } from "../src/tfhe/machine-wasm.js";
import { buildNativeLibrary, findNativeTarget } from "../src/tfhe/native-build.js";
import { machineFacts } from "./machine.js";
import type { BenchOptions } from "./row.js";

/** Where the kernels of a benchmark run. */
export interface KernelHost {
  readonly runtime: "native" | "wasm";
  /** `avx512`, `avx2`, `baseline`, the architecture's name elsewhere; `wasm`. */
  readonly processor: string;
  /** A machine with the client's or the server's kernels. */
  open(module: "client" | "eval"): Promise<NativeMachine | WasmMachine>;
}

/**
 * The host that `--runtime` asks for; without it native code where there is a C compiler, else WebAssembly, and a line says which.
 * `VELUM_CPU=avx2` or `baseline` holds the compiler back. Error where native code is asked for and there is no compiler.
 */
export async function openHost(options: BenchOptions): Promise<KernelHost> {
  const host = options.runtime === "wasm" ? undefined : await nativeHost(processorLimit());
  if (host === undefined && options.runtime === "native") {
    throw new Error("there is no C compiler that builds the native kernels");
  }
  const found = host ?? wasmHost;
  if (options.runtime === undefined) console.error(`runtime: ${found.runtime}, ${found.processor}`);
  return found;
}

/** Every host that this computer has and `--runtime` allows: the processor as it is, held back to AVX2, and WebAssembly. */
export async function openHosts(options: BenchOptions): Promise<readonly KernelHost[]> {
  const hosts: KernelHost[] = [];
  if (options.runtime !== "wasm") {
    const whole = await nativeHost("host");
    if (whole !== undefined) hosts.push(whole);
    const avx2 = whole?.processor === "avx512" ? await nativeHost("avx2") : undefined;
    if (avx2 !== undefined) hosts.push(avx2);
  }
  if (options.runtime !== "native") hosts.push(wasmHost);
  return hosts;
}

function processorLimit(): "host" | "avx2" | "baseline" {
  const asked = process.env["VELUM_CPU"] ?? "host";
  if (asked === "host" || asked === "avx2" || asked === "baseline") return asked;
  throw new RangeError(`VELUM_CPU is host, avx2 or baseline, not "${asked}"`);
}

const wasmHost: KernelHost = {
  runtime: "wasm",
  processor: "wasm",
  async open(module) {
    return createWasmMachine(new WebAssembly.Module(await readKernelModule(module)));
  },
};

async function nativeHost(limit: "host" | "avx2" | "baseline"): Promise<KernelHost | undefined> {
  const target = await findNativeTarget(limit);
  if (target === undefined) return undefined;
  return {
    runtime: "native",
    processor: limit === "host" ? hostProcessor() : limit,
    async open(module) {
      const sources = await readKernelSources();
      return loadNativeMachine(await buildNativeLibrary(target, sources, `${module}.c`));
    },
  };
}

function hostProcessor(): string {
  const facts = machineFacts();
  if (facts.avx512) return "avx512";
  return facts.avx2 ? "avx2" : process.arch;
}
