// Looks through the files that git tracks: nothing of one machine, no addresses of registries, no binaries that nobody can read,
// licences as stated.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const largestBytes = 2_000_000;
const licences = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|MIT OR Apache-2\.0)$/;
/** Packages that may run a script when installed: koffi looks for its prebuilt library, which came as a package. */
const mayRunAtInstall = ["koffi"];
const problems = [];

function git(...parameters) {
  return execFileSync("git", parameters, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** Lines of tracked text files that match, as `path:line:text`. */
function matches(pattern, ...paths) {
  try {
    return git("grep", "-nIE", pattern, "--", ...paths)
      .trim()
      .split("\n");
  } catch (error) {
    if (error.status === 1) return [];
    throw error;
  }
}

function report(problem, lines) {
  if (lines.length === 0) return;
  const shown = lines.slice(0, 5).map((line) => `\n  ${line.slice(0, 160)}`);
  problems.push(`${problem}: ${lines.length}${shown.join("")}`);
}

const quote = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const self = ":!scripts/check-tracked.mjs";
const homes = "(^|[^[:alnum:]_./~-])/(root|home/[a-z]|Users/[A-Za-z]|work/|workspace/)";
report("paths of a machine", matches(homes, ".", self));
for (const folder of [root, homedir()].filter((folder) => folder.length > 6)) {
  report("paths of this machine", matches(quote(folder.replace(/\/$/, "")), ".", self));
}

const hosts =
  "(registry|artifactory|nexus|verdaccio|pypi|mirror|proxy)[[:alnum:].-]*\\.[a-z]{2,}[/:]";
report("addresses of registries", matches(`https?://[^ /]*${hosts}`, ".", self));
report("addresses in the lock file", matches('"resolved": "http', "package-lock.json"));
const crates = 'source = "registry\\+https://github.com/rust-lang/crates.io-index"';
const sources = matches("source = ", "*Cargo.lock").filter(
  (line) => !new RegExp(crates).test(line),
);
report("crates from elsewhere", sources);

const files = git("ls-files", "-z").split("\0").filter(Boolean);
const present = files.filter((path) => existsSync(root + path));
report(
  "large files",
  present.filter((path) => statSync(root + path).size > largestBytes),
);
const built =
  /(^|\/)(node_modules|dist|target|site-packages|__pycache__|pyvenv\.cfg)(\/|$)|\.(so|dll|dylib|wasm|whl|tgz|pyc)$/;
report(
  "built or installed files",
  files.filter((path) => built.test(path)),
);
report(
  "settings of one machine",
  files.filter((path) => /(^|\/)(\.npmrc|\.env|pip\.conf)$/.test(path)),
);

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const text = existsSync(`${root}LICENSE`) ? readFileSync(`${root}LICENSE`, "utf8") : "";
if (manifest.license !== "Apache-2.0" || !/Apache License\s+Version 2\.0/.test(text)) {
  problems.push("LICENSE and package.json must both say Apache-2.0");
}
if (!existsSync(`${root}NOTICE`)) problems.push("NOTICE is missing");
const lock = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));
for (const [path, { license, hasInstallScript }] of Object.entries(lock.packages)) {
  if (path === "") continue;
  const name = path.replace(/^.*node_modules\//, "");
  if (!licences.test(license ?? "")) problems.push(`${name}: licence ${license ?? "not stated"}`);
  if (hasInstallScript && !mayRunAtInstall.includes(name)) {
    problems.push(`${name} runs a script when it is installed`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${files.length} tracked files looked through`);
process.exit(problems.length === 0 ? 0 : 1);
