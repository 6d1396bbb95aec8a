// Runs the demo as people do and judges its last line: three modes agree, both lanes are there, figures are sane.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = ["run", "--silent", "demo", "--", "--json"];
const demo = spawnSync("npm", command, { cwd: root, encoding: "utf8", timeout: 600_000 });
const line = demo.stdout.trim().split("\n").at(-1) ?? "";
console.log(line);
const problems = [];
if (demo.status !== 0) problems.push(`the demo ended with ${demo.status}\n${demo.stderr}`);
else {
  const figures = JSON.parse(line);
  for (const lane of ["linear", "bootstrap"]) {
    const one = figures[lane] ?? {};
    const expect = (name, holds) => {
      if (!holds(one[name])) problems.push(`${lane}: ${name} is ${one[name]}`);
    };
    const share = (value) => value >= 0.9 && value <= 1;
    const positive = (value) => Number.isFinite(value) && value > 0;
    expect("samples", (value) => value >= 16 && Number.isInteger(value));
    expect("mismatches", (value) => value === 0);
    for (const name of ["accuracyClear", "accuracyQuantized", "accuracyEncrypted"]) {
      expect(name, share);
    }
    if (one.accuracyEncrypted !== one.accuracyQuantized) {
      problems.push(`${lane}: encryption changed the accuracy`);
    }
    expect("uploadBytes", (value) => value > 0 && value <= 512);
    expect("downloadBytes", (value) => value > 0 && value <= 8192);
    expect("evaluationKeyBytes", (value) => (lane === "linear" ? value === 0 : value < 60e6));
    for (const name of ["keygenMs", "encryptMs", "runMs", "decryptMs"]) expect(name, positive);
  }
  if (figures.runtime !== "wasm" && figures.runtime !== "native") {
    problems.push(`runtime is ${figures.runtime}`);
  }
  // Half a minute on two cores; a machine that does other work takes longer.
  if (!(figures.totalSeconds > 0)) problems.push(`totalSeconds is ${figures.totalSeconds}`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
