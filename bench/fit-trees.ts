// Fitting boosted trees: Velum and, where Python has xgboost, XGBoost on one thread, in turns on the same data.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NumpyRandom } from "../src/models/numpy-random.js";
import { XGBClassifier } from "../src/models/trees/xgb-classifier.js";
import { lastLine } from "./peer-process.js";
import { type BenchOptions, type Line, summarize, wanted } from "./row.js";

interface Size {
  readonly rows: number;
  readonly features: number;
  readonly trees: number;
  readonly depth: number;
}

const sizes: readonly Size[] = [
  { rows: 100_000, features: 30, trees: 50, depth: 3 },
  { rows: 100_000, features: 30, trees: 50, depth: 6 },
  { rows: 10_000, features: 30, trees: 50, depth: 3 },
];
const rounds = 3;

/** What one fit took. */
interface Fitted {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly accuracy: number;
}

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const size of sizes) {
    const { rows, features, trees, depth } = size;
    const name = `fit XGB ${trees} x depth ${depth}, ${rows} x ${features}`;
    if (wanted(options, name)) yield* compare(name, size);
  }
}

async function* compare(name: string, size: Size): AsyncIterable<Line> {
  const fit = await prepare(size);
  await fit(); // compilers tier up
  const ours: Fitted[] = [];
  const theirs: Fitted[] = [];
  let peer = "";
  let missing: string | undefined;
  for (let round = 0; round < rounds; round++) {
    ours.push(await fit());
    if (missing !== undefined) continue;
    const report = fitPeer(size);
    if ("missing" in report) {
      missing = report.missing;
      continue;
    }
    peer = report.peer;
    theirs.push(report);
  }
  yield rowOf(name, "Velum", ours);
  if (missing !== undefined) {
    yield { skipped: `${name} against xgboost`, because: missing };
    return;
  }
  yield rowOf(name, peer, theirs);
  const least = (list: readonly Fitted[]) => Math.min(...list.map((one) => one.wallMs));
  yield {
    ...{ ratio: name, peer, runtime: "JavaScript", batch: 1, what: "time" },
    ...{ ours: least(ours), theirs: least(theirs), value: least(ours) / least(theirs) },
  };
}

function rowOf(name: string, runtime: string, list: readonly Fitted[]): Line {
  const times = summarize(list.map((one) => one.wallMs));
  const cpuMs = Math.min(...list.map((one) => one.cpuMs));
  const facts = { cpuMs, accuracy: list[0]?.accuracy ?? 0 };
  return { name, runtime, threads: 1, batch: 1, ...times, facts };
}

/** The data of `bench/peers/fit_trees.py`, number for number, and what fits a model to them once. */
async function prepare({ rows, features, trees, depth }: Size): Promise<() => Promise<Fitted>> {
  const random = new NumpyRandom(0);
  const data = new Float64Array(rows * features);
  for (let i = 0; i < data.length; i++) data[i] = random.random();
  const at = (row: number, column: number) => data[row * features + column] ?? 0;
  const y = new Float64Array(rows).map((_, row) =>
    Number(at(row, 0) + at(row, 1) * at(row, 2) + 0.3 * at(row, 3) > 0.9),
  );
  const X = { shape: [rows, features], data };
  const sample = { shape: [5000, features], data: data.subarray(0, 5000 * features) };
  return async () => {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const model = new XGBClassifier({ nEstimators: trees, maxDepth: depth }).fit(X, y);
    const wallMs = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    const labels = await model.predict(sample);
    const hits = labels.filter((label, row) => label === y[row]).length;
    return { wallMs, cpuMs: (user + system) / 1000, accuracy: hits / labels.length };
  };
}

/** Asks the Python named by `VELUM_PEER_PYTHON`, else `python3`. */
function fitPeer({
  rows,
  features,
  trees,
  depth,
}: Size): (Fitted & { peer: string }) | { missing: string } {
  const python = process.env["VELUM_PEER_PYTHON"] ?? "python3";
  const script = fileURLToPath(new URL("../../bench/peers/fit_trees.py", import.meta.url));
  const parameters = [script, ...[rows, features, trees, depth].map(String)];
  const result = spawnSync(python, parameters, { encoding: "utf8" });
  if (result.status === 0) return JSON.parse(result.stdout) as Fitted & { peer: string };
  return { missing: result.error?.message ?? lastLine(result.stderr) };
}
