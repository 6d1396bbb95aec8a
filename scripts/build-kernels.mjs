// Compiles kernels/*.c to WebAssembly SIMD with the LLVM toolchain of @yowasp/clang, and copies the C sources beside them
// (the native engine compiles those on the host). A hash of sources and flags names what was built; nothing is rebuilt twice.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const flags = [
  "-O2",
  "-std=gnu11",
  "-Wall",
  "-Wextra",
  "--target=wasm32",
  "-nostdlib",
  "-ffreestanding",
  "-fno-strict-aliasing",
  "-msimd128",
  "-mbulk-memory",
  "-matomics",
  "-mmutable-globals",
  "-ffp-contract=off",
  "-Wl,--no-entry",
  "-Wl,--import-memory",
  "-Wl,--shared-memory",
  "-Wl,--max-memory=4294967296",
  "-fvisibility=hidden",
  "-Wl,--export-dynamic",
  "-Wl,--export=__stack_pointer",
  "-Wl,--export=__heap_base",
  "-Wl,-z,stack-size=262144",
  "-Wl,--gc-sections",
];
const modules = ["eval", "client"];

/** Checkouts that share their packages share compiled kernels, too. */
const keptFolder = join("node_modules", ".cache", "velum-kernels");

/** Builds `dist/kernels/{eval,client}.wasm`; `say` gets one line a step. */
export async function buildKernels(root, say) {
  const source = join(root, "kernels");
  const target = join(root, "dist", "kernels");
  mkdirSync(target, { recursive: true });
  const names = readdirSync(source)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const files = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(source, name), "utf8")]),
  );
  const hash = createHash("sha256")
    .update(JSON.stringify([flags, files]))
    .digest("hex");
  const stamp = join(target, "hash.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  for (const name of modules) {
    if (`${name}.c` in files) await buildModule(root, name, files, say);
  }
  for (const name of names) writeFileSync(join(target, name), files[name]);
  writeFileSync(stamp, hash);
}

/** Compiles one module, or takes what was compiled before from the same sources with the same flags. */
async function buildModule(root, name, files, say) {
  const used = includedFrom(`${name}.c`, files);
  const hash = createHash("sha256")
    .update(JSON.stringify([flags, used]))
    .digest("hex");
  const kept = join(root, keptFolder, `${name}-${hash}.wasm`);
  const target = join(root, "dist", "kernels", `${name}.wasm`);
  if (existsSync(kept)) {
    copyFileSync(kept, target);
    return;
  }
  const { runClang, runLLVM } = await import("@yowasp/clang");
  // Loads the toolchain from its package without its progress lines.
  await runLLVM(null, {}, { fetchProgress: () => {} });
  const started = performance.now();
  const out = await runClang(["clang", ...flags, `${name}.c`, "-o", `${name}.wasm`], used, {
    stdout: writeOut,
    stderr: writeOut,
  });
  const code = out[`${name}.wasm`];
  writeFileSync(target, code);
  mkdirSync(join(root, keptFolder), { recursive: true });
  // Renamed when whole: another build may read it at the same time.
  writeFileSync(`${kept}.${process.pid}`, code);
  renameSync(`${kept}.${process.pid}`, kept);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`kernels/${name}.c -> ${name}.wasm, ${code.length} bytes, ${seconds} s`);
}

/** `main` and every file that it includes. */
function includedFrom(main, files) {
  const found = {};
  const add = (name) => {
    if (name in found || !(name in files)) return;
    found[name] = files[name];
    for (const [, included] of files[name].matchAll(/^#include "([^"]+)"/gm)) add(included);
  };
  add(main);
  return found;
}

function writeOut(bytes) {
  if (bytes) process.stderr.write(bytes);
}
