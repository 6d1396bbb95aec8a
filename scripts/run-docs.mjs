// Runs the code blocks of README.md and docs/*.md that begin with "```ts run", each as a program of its own against the built
// package, types checked. A line `expression; // => value` must give that value.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const work = `${root}.cache/docs`;

/** Blocks of one page as `{ page, line, code }`. */
function blocksOf(page) {
  const text = readFileSync(root + page, "utf8");
  return [...text.matchAll(/^```ts run\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    code: match[1],
  }));
}

/** Turns `expression; // => value` into an assertion on the same line. */
function withAssertions(code) {
  const head = 'import { deepEqual as docEqual } from "node:assert/strict";';
  const body = code.replaceAll(/^(\s*)(.+?);\s*\/\/ => (.+)$/gm, "$1docEqual($2, $3);");
  return `${head} ${body}\nexport {};\n`;
}

const pages = ["README.md", ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];
const blocks = pages.filter((page) => page.endsWith(".md")).flatMap(blocksOf);
if (blocks.length === 0) {
  console.log('no code block of README.md or docs/ is marked "ts run"');
  process.exit(0);
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const names = blocks.map(({ page, line }) => `${page.replaceAll(/[^\w]+/g, "-")}-${line}`);
blocks.forEach(({ code }, i) => {
  writeFileSync(`${work}/${names[i]}.ts`, withAssertions(code));
});
const options = { rootDir: ".", outDir: "out", tsBuildInfoFile: null, incremental: false };
const config = {
  extends: "../../tsconfig.json",
  compilerOptions: { ...options, declaration: false },
  include: ["*.ts"],
  exclude: [],
};
writeFileSync(`${work}/tsconfig.json`, JSON.stringify(config));
const run = (...parameters) =>
  spawnSync(process.execPath, parameters, { cwd: work, encoding: "utf8", timeout: 300_000 });
const checked = run(`${root}node_modules/typescript/bin/tsc`, "-p", work);
if (checked.status !== 0) console.error(checked.stdout + checked.stderr);

let failed = checked.status === 0 ? 0 : 1;
blocks.forEach(({ page, line }, i) => {
  const result = run(`${work}/out/${names[i]}.js`);
  console.log(`${result.status === 0 ? "runs" : "FAILS"} ${page}:${line}`);
  if (result.status === 0) return;
  failed++;
  console.error(result.stdout + result.stderr);
});
process.exit(failed === 0 ? 0 : 1);
