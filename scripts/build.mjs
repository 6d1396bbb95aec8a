// Builds everything that the package needs: kernels (C to WebAssembly), then TypeScript. Steps whose inputs did not change are skipped.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildKernels } from "./build-kernels.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const quiet = process.argv.includes("--quiet");
const say = quiet ? () => {} : console.log;

await buildKernels(root, say);
const started = performance.now();
const tsc = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], {
  cwd: root,
  stdio: "inherit",
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
say(
  `types checked and JavaScript written in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);

// JavaScript whose source is gone would still be run and packed, and so would maps to sources, which the package does not hold.
for (const folder of ["src", "test", "bench", "examples"]) {
  const target = join(root, "dist", folder);
  if (!existsSync(target)) continue;
  for (const name of readdirSync(target, { recursive: true })) {
    const source = /^(.*?)\.(js|d\.ts)$/.exec(name)?.[1];
    const stale =
      source === undefined
        ? name.endsWith(".js.map")
        : !existsSync(join(root, folder, `${source}.ts`));
    if (stale) rmSync(join(target, name));
  }
}
