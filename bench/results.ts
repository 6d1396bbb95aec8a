import { appendFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { machineFacts, machineSlug } from "./machine.js";
import { formatLine, type Line } from "./row.js";

/**
 * Appends one run to `bench/results/<date>-<cpu>.jsonl`: a line with the machine and the name of the benchmark,
 * then the lines themselves. Returns the path from the repository's root.
 */
export function saveResults(benchmark: string, lines: readonly Line[]): string {
  const facts = machineFacts();
  const now = new Date();
  const path = `bench/results/${machineSlug(facts, now)}.jsonl`;
  const head = JSON.stringify({ benchmark, date: now.toISOString().slice(0, 16), machine: facts });
  const folder = fileURLToPath(new URL("../../bench/results", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  appendFileSync(file, `${[head, ...lines.map(formatLine)].join("\n")}\n`);
  return path;
}
