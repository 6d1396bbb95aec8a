import { VelumError } from "../base/error.js";

/** Kernel modules of the package: `client` holds what touches keys, `eval` what a server runs. */
export type KernelModule = "client" | "eval";

const folder = new URL("../../kernels/", import.meta.url);

/** The WebAssembly bytes of a kernel module, read from the package's files (a web page fetches them). */
export async function readKernelModule(name: KernelModule): Promise<Uint8Array<ArrayBuffer>> {
  modules[name] ??= readPackageFile(`${name}.wasm`).catch((error: unknown) => {
    delete modules[name];
    throw error;
  });
  return modules[name];
}

/** Modules read before: a package's files do not change. */
const modules: { [name in KernelModule]?: Promise<Uint8Array<ArrayBuffer>> } = {};

/** The C sources of all kernels by file name, for a native build. Not for web pages. */
export async function readKernelSources(): Promise<ReadonlyMap<string, string>> {
  sources ??= readSources().catch((error: unknown) => {
    sources = undefined;
    throw error;
  });
  return sources;
}

let sources: Promise<ReadonlyMap<string, string>> | undefined;

async function readSources(): Promise<ReadonlyMap<string, string>> {
  const { readdir, readFile } = await import("node:fs/promises");
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
}

async function readPackageFile(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(name, folder);
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new VelumError({
    code: "runtime-unavailable",
    path: `kernel module ${name}`,
    problem: `could not be fetched (status ${response.status})`,
    actual: response.status,
    cure: "Serve the package's folder dist/kernels beside dist/src",
  });
}
