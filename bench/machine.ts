import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, platform, totalmem } from "node:os";

/** Facts about the computer that a figure belongs to. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly avx2: boolean;
  readonly avx512: boolean;
  readonly platform: string;
  readonly node: string;
  /** Short hash of the sources measured; `+` marks changes not committed. */
  readonly revision: string;
}

/** Reads the facts from the operating system; what it does not tell is `unknown` or false. */
export function machineFacts(): MachineFacts {
  const flags = readFlags();
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    avx2: flags.has("avx2"),
    avx512: flags.has("avx512f") && flags.has("avx512dq"),
    platform: `${platform()} ${process.arch}`,
    node: process.version,
    revision: revision(),
  };
}

/** `2026-01-31-intel-xeon-processor`: a file name that says when and where. */
export function machineSlug(facts: MachineFacts, date: Date): string {
  const cpu = facts.cpu.replaceAll(/\((R|TM|C)\)/gi, "").toLowerCase();
  const words = cpu.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  const wide = facts.avx512 ? "avx512" : facts.avx2 ? "avx2" : process.arch;
  return `${date.toISOString().slice(0, 10)}-${words}-${wide}`;
}

function readFlags(): Set<string> {
  try {
    const text = readFileSync("/proc/cpuinfo", "utf8");
    return new Set(/^flags\s*:\s*(.*)$/m.exec(text)?.[1]?.split(" ") ?? []);
  } catch {
    return new Set();
  }
}

function revision(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const dirty = git("status", "--porcelain", "src", "kernels", "bench") !== "";
    return `${git("rev-parse", "--short=10", "HEAD")}${dirty ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}
