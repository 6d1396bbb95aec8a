// Runs the demo as people do and judges its last line: three modes agree, both lanes are there, figures are sane.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(`${root}examples/breast-cancer/demo.ts`)) {
  console.log("skipped: there is no examples/breast-cancer/demo.ts yet");
  process.exit(0);
}
const command = ["run", "--silent", "demo", "--", "--json"];
const demo = spawnSync("npm", command, { cwd: root, encoding: "utf8", timeout: 600_000 });
const line = demo.stdout.trim().split("\n").at(-1) ?? "";
console.log(line);
const problems = [];
if (demo.status !== 0) problems.push(`the demo ended with ${demo.status}\n${demo.stderr}`);
else {
  const figures = JSON.parse(line);
  for (const lane of ["linear", "bootstrap"]) {
    const one = figures[lane];
    if (one?.mismatches !== 0)
      problems.push(`${lane}: ${one?.mismatches} results differ from simulation`);
    if (!(one?.samples > 0)) problems.push(`${lane}: no samples`);
    if (!(one?.accuracyEncrypted >= 0.9))
      problems.push(`${lane}: accuracy ${one?.accuracyEncrypted}`);
  }
  if (figures.linear?.evaluationKeyBytes !== 0) problems.push("linear: needs evaluation keys");
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
