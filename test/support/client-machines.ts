import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Machine } from "../../src/tfhe/machine.js";
import { loadNativeMachine } from "../../src/tfhe/machine-native.js";
import { createWasmMachine } from "../../src/tfhe/machine-wasm.js";
import { buildNativeLibrary, findNativeTarget } from "../../src/tfhe/native-build.js";

const kernels = fileURLToPath(new URL("../../kernels/", import.meta.url));

export async function wasmClient(): Promise<Machine> {
  return createWasmMachine(new WebAssembly.Module(readFileSync(`${kernels}client.wasm`)));
}

/** `undefined` on a machine without a C compiler or koffi. */
export async function nativeClient(): Promise<Machine | undefined> {
  const target = await findNativeTarget();
  if (target === undefined) return undefined;
  const names = readdirSync(kernels).filter((name) => /\.[ch]$/.test(name));
  const sources = new Map(names.map((name) => [name, readFileSync(kernels + name, "utf8")]));
  return loadNativeMachine(await buildNativeLibrary(target, sources, "client.c"));
}

/** Every kind of machine that this computer has. */
export async function clientMachines(): Promise<readonly Machine[]> {
  const native = await nativeClient();
  return native === undefined ? [await wasmClient()] : [await wasmClient(), native];
}
