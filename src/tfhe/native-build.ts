import { VelumError } from "../base/error.js";
import { contentHash, toHex } from "../base/hash.js";
import { cleanCache, touchLibrary } from "./native-cache.js";

/** A C compiler of the host, and the flags that make its code fit the host's processor. */
export interface NativeTarget {
  readonly compiler: string;
  readonly flags: readonly string[];
}

const optimise = [
  "-O3",
  "-std=gnu11",
  "-fPIC",
  "-shared",
  "-fvisibility=hidden",
  "-fno-strict-aliasing",
  "-ffp-contract=fast",
];
const processors: Record<string, readonly string[]> = {
  host: ["-march=native"],
  avx2: ["-march=haswell", "-mtune=native"],
  baseline: ["-march=x86-64-v2"],
};

/**
 * Finds a compiler that understands the kernels' vector types (gcc 12, clang 12 or later), or `undefined`.
 * `processor`: `host` for everything that this processor has; `avx2` and `baseline` hold back, for comparisons.
 */
export async function findNativeTarget(
  processor: keyof typeof processors = "host",
): Promise<NativeTarget | undefined> {
  const flags = [...optimise, ...(processors[processor] ?? [])];
  const probe =
    "typedef double v __attribute__((vector_size(16))); v f(v a,v b){return __builtin_shufflevector(a,b,0,2);}";
  for (const compiler of [process.env["CC"], "cc", "gcc", "clang"]) {
    if (!compiler) continue;
    if (await compiles(compiler, [...flags, "-fsyntax-only", "-x", "c", "-"], probe)) {
      return { compiler, flags: [...flags, ...schedulingFlags(compiler)] };
    }
  }
  return undefined;
}

/** Whether `compiler` takes `source` from its input. The event loop goes on meanwhile. */
async function compiles(
  compiler: string,
  flags: readonly string[],
  source: string,
): Promise<boolean> {
  const { spawn } = process.getBuiltinModule("node:child_process");
  return new Promise((resolve) => {
    const child = spawn(compiler, flags, { stdio: ["pipe", "ignore", "ignore"] });
    child.on("error", () => resolve(false));
    child.on("close", (code) => resolve(code === 0));
    // A compiler that ends before it has read everything is judged by its code.
    child.stdin.on("error", () => {});
    child.stdin.end(source);
  });
}

/** gcc orders the long butterfly sequences better when it schedules before register allocation. */
function schedulingFlags(compiler: string): string[] {
  return /clang/.test(compiler) ? [] : ["-fschedule-insns", "-fsched-pressure"];
}

/**
 * Compiles C `sources` (file name to text; `main` is the file compiled) into a shared library in the user's cache, named after
 * the content, the flags and the processor. Returns its path; does nothing when it is there already. Cost: 3 to 10 s the first time.
 * Errors: `runtime-unavailable` with the compiler's first line.
 */
export async function buildNativeLibrary(
  target: NativeTarget,
  sources: ReadonlyMap<string, string>,
  main: string,
  link: readonly string[] = [],
): Promise<string> {
  const fs = process.getBuiltinModule("node:fs/promises");
  const os = process.getBuiltinModule("node:os");
  const path = process.getBuiltinModule("node:path");
  const identity = JSON.stringify([
    target,
    main,
    link,
    [...sources],
    os.cpus()[0]?.model ?? "",
    process.arch,
  ]);
  const name = toHex(contentHash(new TextEncoder().encode(identity))).slice(0, 24);
  const root = process.env["VELUM_CACHE"] ?? path.join(os.homedir(), ".cache", "velum");
  const library = path.join(root, `${name}.so`);
  if (
    await fs.access(library).then(
      () => true,
      () => false,
    )
  ) {
    await touchLibrary(library);
    return library;
  }
  await fs.mkdir(root, { recursive: true, mode: 0o700 });
  const folder = await fs.mkdtemp(path.join(root, "build-"));
  try {
    for (const [file, text] of sources) await fs.writeFile(path.join(folder, file), text);
    const made = path.join(folder, "out.so");
    const parameters = [...target.flags, path.join(folder, main), "-o", made, ...link];
    const output = await runCompiler(target.compiler, parameters);
    if (output.code !== 0) {
      throw new VelumError({
        code: "runtime-unavailable",
        path: "native engine",
        problem: `${target.compiler} refused the kernels (${output.text.split("\n").find((line) => line.includes("error")) ?? "no message"})`,
        cure: 'Use the "wasm" runtime, or point CC to gcc 12 or clang 12 or later',
      });
    }
    await fs.rename(made, library);
    await cleanCache(root);
    return library;
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Exit code and messages; no code where the compiler could not be started. */
function runCompiler(
  compiler: string,
  parameters: readonly string[],
): Promise<{ readonly code: number | null; readonly text: string }> {
  const { spawn } = process.getBuiltinModule("node:child_process");
  return new Promise((resolve) => {
    const child = spawn(compiler, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += String(chunk);
    });
    child.on("error", (error) => resolve({ code: null, text: `error: ${error.message}` }));
    child.on("close", (code) => resolve({ code, text }));
  });
}
