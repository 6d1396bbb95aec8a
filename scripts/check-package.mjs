// Packs what is built, installs the file into an empty project without optional dependencies, and uses it there:
// what was published works, types and all, without a compiler and without native code.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(`${root}src/index.ts`)) {
  console.log("skipped: there is no src/index.ts yet");
  process.exit(0);
}

const wanted = /^(dist\/(src|kernels)\/|package\.json$|README\.md$|LICENSE$|NOTICE$)/;
const unwanted = /\.(ts|map|txt|tsbuildinfo)$/;
const largestBytes = 3_000_000;

const project = mkdtempSync(join(tmpdir(), "velum-package-"));
const run = (program, ...parameters) =>
  execFileSync(program, parameters, { cwd: project, encoding: "utf8", timeout: 600_000 });
const problems = [];
try {
  const where = ["--pack-destination", project, "--ignore-scripts", "--json"];
  const [packed] = JSON.parse(run("npm", "pack", root, ...where));
  console.log(`${packed.filename}: ${packed.files.length} files, ${packed.size} bytes`);
  for (const { path } of packed.files) {
    if (!wanted.test(path) || (unwanted.test(path) && !path.endsWith(".d.ts"))) {
      problems.push(`${path} does not belong in the package`);
    }
  }
  for (const path of ["dist/src/index.js", "dist/src/index.d.ts", "dist/kernels/eval.wasm"]) {
    if (!packed.files.some((file) => file.path === path)) problems.push(`${path} is missing`);
  }
  if (packed.size > largestBytes) problems.push(`over ${largestBytes} bytes`);

  writeFileSync(`${project}/package.json`, '{ "private": true, "type": "module" }');
  const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--omit=optional"];
  run("npm", "install", ...quietly, `./${packed.filename}`);
  copyFileSync(`${root}scripts/package-use.mts`, `${project}/use.mts`);
  const types = ["--typeRoots", `${root}node_modules/@types`, "--types", "node"];
  const strict = [
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--strict",
    "--exactOptionalPropertyTypes",
  ];
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  run(process.execPath, tsc, ...strict, ...types, "use.mts");
  console.log(run(process.execPath, "use.mjs").trim());
} catch (error) {
  problems.push(`${error.message}\n${error.stdout ?? ""}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
const shown = problems.slice(0, 8);
for (const problem of shown) console.error(problem);
if (problems.length > shown.length) console.error(`and ${problems.length - shown.length} more`);
process.exit(problems.length === 0 ? 0 : 1);
