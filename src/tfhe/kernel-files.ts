import { VelumError } from "../base/error.js";

/** Kernel modules of the package: `client` holds what touches keys, `eval` what a server runs. */
export type KernelModule = "client" | "eval";

/** Where the modules lie. Bundlers of web pages know a file by an address that is written out, whole, in `new URL`. */
const places = {
  client: () => new URL("../../kernels/client.wasm", import.meta.url),
  eval: () => new URL("../../kernels/eval.wasm", import.meta.url),
} satisfies { [name in KernelModule]: () => URL };

/** The WebAssembly bytes of a kernel module, read from the package's files (a web page fetches them). */
export async function readKernelModule(name: KernelModule): Promise<Uint8Array<ArrayBuffer>> {
  modules[name] ??= readPackageFile(places[name]()).catch((error: unknown) => {
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
  const { readdir, readFile } = process.getBuiltinModule("node:fs/promises");
  const folder = new URL(".", places.eval());
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""]));
}

async function readPackageFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === "file:") {
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.ok && isWasm(bytes)) return bytes;
  throw new VelumError({
    code: "runtime-unavailable",
    path: `kernel module ${url.pathname.split("/").at(-1)}`,
    problem: response.ok
      ? "is not there: the page's server answers with something else"
      : `could not be fetched (status ${response.status})`,
    actual: response.status,
    cure: "Serve the package's folder dist/kernels beside dist/src, or bundle the page; see docs/web.md",
  });
}

/** Servers of single-page applications answer what they do not have with the page. */
function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x00 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}
