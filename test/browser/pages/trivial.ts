import { sha256 } from "@noble/hashes/sha2.js";
import { strToU8, unzlibSync, zlibSync } from "fflate";

/** Packages by the import map, memory of the shared kind, and a main thread kept busy for 80 ms. */
export async function run() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const end = performance.now() + 80;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    hash: sha256(strToU8("abc"))[0],
    length: unzlibSync(zlibSync(new Uint8Array(1000))).length,
    memoryBytes: memory.buffer.byteLength,
    sharedArrayBuffer: typeof SharedArrayBuffer === "function",
  };
}
