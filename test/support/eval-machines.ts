import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Machine } from "../../src/tfhe/machine.js";
import { loadNativeMachine } from "../../src/tfhe/machine-native.js";
import { createWasmMachine } from "../../src/tfhe/machine-wasm.js";
import { buildNativeLibrary, findNativeTarget } from "../../src/tfhe/native-build.js";
import { nativeClient, wasmClient } from "./client-machines.js";

const kernels = fileURLToPath(new URL("../../kernels/", import.meta.url));

/** The C files of the kernels, from name to text. */
export function kernelSources(): Map<string, string> {
  const names = readdirSync(kernels).filter((name) => /\.[ch]$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(kernels + name, "utf8")]));
}

export async function wasmEval(): Promise<Machine> {
  return createWasmMachine(new WebAssembly.Module(readFileSync(`${kernels}eval.wasm`)));
}

/** `undefined` on a machine without a C compiler or koffi. */
export async function nativeEval(): Promise<Machine | undefined> {
  const target = await findNativeTarget();
  if (target === undefined) return undefined;
  return loadNativeMachine(await buildNativeLibrary(target, kernelSources(), "eval.c"));
}

/** Every kind of machine that this computer has. */
export async function evalMachines(): Promise<readonly Machine[]> {
  const native = await nativeEval();
  return native === undefined ? [await wasmEval()] : [await wasmEval(), native];
}

/** The fastest machine for keys; both kinds make the same keys from the same randomness. */
export async function keyMachine(): Promise<Machine> {
  return (await nativeClient()) ?? (await wasmClient());
}
