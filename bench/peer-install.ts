import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lastLine } from "./peer-process.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const peers = `${root}bench/peers`;
const cache = `${root}.cache/peers`;

/** A peer ready to start, or the reason why there is none. */
export type Installed = { readonly command: readonly string[] } | { readonly missing: string };

/** Builds the tfhe-rs program with cargo where there is one; cargo itself knows what is up to date. */
export function installTfheRs(say: (line: string) => void): Installed {
  if (!runs("cargo", ["--version"])) return { missing: "cargo is not installed" };
  const target = `${cache}/target`;
  if (!existsSync(`${target}/release/tfhe-rs-bench`)) {
    say("building tfhe-rs, about 8 minutes on two cores");
  }
  const manifest = `${peers}/tfhe-rs/Cargo.toml`;
  const problem = install("cargo", [
    ...["build", "--release", "--locked", "--manifest-path", manifest],
    ...["--target-dir", target],
  ]);
  if (problem !== undefined) return { missing: `cargo build failed: ${problem}` };
  return { command: [`${target}/release/tfhe-rs-bench`] };
}

/** Makes a Python environment with Concrete where a fitting Python is found. */
export function installConcrete(say: (line: string) => void): Installed {
  const venv = `${cache}/venv`;
  const python = `${venv}/bin/python`;
  if (!runs(python, ["-c", "import concrete.fhe"])) {
    const names = ["python3.12", "python3.11", "python3.10", "python3.9", "python3"];
    const fits = "import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 13))";
    const host = names.find((name) => runs(name, ["-c", fits]));
    if (host === undefined) return { missing: "no Python from 3.8 to 3.12 is installed" };
    say("installing Concrete with pip, about 6 GB");
    const problem =
      install(host, ["-m", "venv", venv]) ??
      install(python, ["-m", "pip", "install", "-q", "-r", `${peers}/requirements.txt`]);
    if (problem !== undefined) return { missing: `pip install failed: ${problem}` };
  }
  return { command: [python, `${peers}/concrete_tlu.py`] };
}

/** The Python with Concrete that is installed already, if there is one. */
export function installedConcrete(): string | undefined {
  const python = `${cache}/venv/bin/python`;
  return runs(python, ["-c", "import concrete.fhe"]) ? python : undefined;
}

/** `taskset -c CORE` where the system has it, else nothing: the last core, which interrupts like least. */
export function pinned(cores: number): readonly string[] {
  return runs("taskset", ["--version"]) ? ["taskset", "-c", String(cores - 1)] : [];
}

function runs(program: string, parameters: readonly string[]): boolean {
  return spawnSync(program, parameters, { stdio: "ignore" }).status === 0;
}

function install(program: string, parameters: readonly string[]): string | undefined {
  const result = spawnSync(program, parameters, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (result.status === 0) return undefined;
  return result.error?.message ?? lastLine(result.stderr);
}
