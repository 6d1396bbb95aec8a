// Velum and its peers on the same work, in turns on one core of the same machine. See bench/peers/README.md.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { machineFacts } from "./machine.js";
import { type Installed, installConcrete, installTfheRs, pinned } from "./peer-install.js";
import { lastLine, PeerProcess, type PeerReport } from "./peer-process.js";
import {
  type BenchOptions,
  type Line,
  type Ratio,
  type Row,
  type Skip,
  summarize,
  wanted,
} from "./row.js";

interface Case {
  /** The row of `bench/bootstrap.ts` and `bench/keys.ts`. */
  readonly ours: string;
  readonly batches: readonly number[];
  readonly peer: "tfhe-rs" | "Concrete";
  readonly parameters: readonly string[];
  readonly rounds: number;
}

/** One of Velum's contestants: a runtime at a batch size. */
interface Entry {
  readonly runtime: "native" | "wasm";
  readonly batch: number;
}

const cases: readonly Case[] = [
  {
    ours: "p=4 norm=5 2^-128",
    batches: [1, 8],
    peer: "tfhe-rs",
    parameters: ["2_2_ks32", "30"],
    rounds: 5,
  },
  concreteCase(6, 3),
  concreteCase(7, 3),
  concreteCase(8, 2),
];

function concreteCase(width: number, rounds: number): Case {
  return {
    ours: `p=${width} norm=1 2^-64`,
    batches: [1],
    peer: "Concrete",
    parameters: [String(width), "-64", "2"],
    rounds,
  };
}

/** Yields Velum's rows, the peers' rows, and their ratios, case by case. */
export async function* run(options: BenchOptions): AsyncGenerator<Line> {
  const installed = new Map<Case["peer"], Installed>();
  for (const one of cases.filter((one) => wanted(options, one.ours))) {
    let peer = installed.get(one.peer);
    if (peer === undefined) {
      const install = one.peer === "tfhe-rs" ? installTfheRs : installConcrete;
      peer = install((line) => console.error(line));
      installed.set(one.peer, peer);
    }
    if ("missing" in peer) {
      yield { skipped: `${one.ours} against ${one.peer}`, because: peer.missing };
    } else {
      yield* compare(one, peer.command, options);
    }
  }
}

async function* compare(
  one: Case,
  command: readonly string[],
  options: BenchOptions,
): AsyncGenerator<Line> {
  const pin = pinned(machineFacts().cores);
  const peer = new PeerProcess([...pin, ...command, ...one.parameters, "--rounds"]);
  try {
    await peer.ready();
    const theirs: PeerReport[] = [];
    const ours = new Map<Entry, Row[]>(entries(one, options).map((entry) => [entry, []]));
    for (let round = 0; round < one.rounds; round++) {
      theirs.push(await peer.round());
      for (const [entry, rows] of ours) {
        const row = await measureOurs("bootstrap", one.ours, entry, pin);
        if ("skipped" in row) {
          yield row;
          ours.delete(entry);
        } else rows.push(row);
      }
    }
    const summary = foldPeer(theirs);
    yield summary;
    for (const [entry, rows] of ours) {
      const row = fold(rows);
      yield row;
      yield ratio(one, row, summary, "time", row.minMs, summary.minMs);
      if (entry.batch === one.batches[0]) yield* compareKeys(one, entry, summary, pin);
    }
  } catch (error) {
    yield { skipped: `${one.ours} against ${one.peer}`, because: String(error) };
  } finally {
    peer.stop();
  }
}

async function* compareKeys(
  one: Case,
  entry: Entry,
  peer: Row,
  pin: readonly string[],
): AsyncGenerator<Line> {
  const row = await measureOurs("keys", one.ours, { ...entry, batch: 1 }, pin);
  yield row;
  if ("skipped" in row) return;
  const keyMs = fact(peer, "keyGenerationMs");
  yield ratio(one, row, peer, "keyGeneration", row.minMs, keyMs);
  const bytes = fact(row, "evaluationKeyBytes");
  yield ratio(one, row, peer, "keyBytes", bytes, fact(peer, "evaluationKeyBytes"));
}

function entries(one: Case, options: BenchOptions): Entry[] {
  const runtimes =
    options.runtime === undefined ? (["native", "wasm"] as const) : [options.runtime];
  const batches = options.batch === undefined ? one.batches : [options.batch];
  return runtimes.flatMap((runtime) => batches.map((batch) => ({ runtime, batch })));
}

/** Runs one row of another benchmark in a process of its own, held to the same core as the peer. */
async function measureOurs(
  bench: "bootstrap" | "keys",
  name: string,
  entry: Entry,
  pin: readonly string[],
): Promise<Row | Skip> {
  const command = [
    ...pin,
    process.execPath,
    fileURLToPath(new URL("./bench.js", import.meta.url)),
    ...[bench, "--runtime", entry.runtime, "--threads", "1"],
    ...["--batch", String(entry.batch), "--only", name],
  ];
  const [program = "", ...parameters] = command;
  const skipped = `bench ${bench}: ${name}, ${entry.runtime}, batch ${entry.batch}`;
  try {
    const { stdout } = await promisify(execFile)(program, parameters, { maxBuffer: 1 << 24 });
    const rows = stdout.split("\n").filter((line) => line.startsWith("{"));
    const row = rows.map((line) => readRow(line)).find((row) => row.name === name);
    return row ?? { skipped, because: "no row of that name was printed" };
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr ?? String(error);
    const stated = stderr.split("\n").find((line) => /\w*Error\b|there is no/.test(line));
    return { skipped, because: stated ?? lastLine(stderr) };
  }
}

function readRow(line: string): Row {
  const { name, runtime, threads, batch, medianMs, minMs, ...facts } = JSON.parse(line) as Row;
  return { name, runtime, threads, batch, medianMs, minMs, facts: facts as Row["facts"] & object };
}

function fold(rows: readonly Row[]): Row {
  const [first] = rows;
  if (first === undefined) throw new RangeError("no rounds");
  return {
    ...first,
    minMs: least(rows),
    medianMs: summarize(rows.map((r) => r.medianMs)).medianMs,
  };
}

function foldPeer(reports: readonly PeerReport[]): Row {
  const [first] = reports;
  if (first === undefined) throw new RangeError("no rounds");
  return {
    name: first.name,
    runtime: first.peer,
    threads: 1,
    batch: 1,
    minMs: least(reports),
    medianMs: summarize(reports.map((r) => r.medianMs)).medianMs,
    facts: {
      keyGenerationMs: first.keyGenerationS * 1000,
      evaluationKeyBytes: first.evaluationKeyBytes,
      ok: reports.every((report) => report.ok),
    },
  };
}

function fact(row: Row, name: string): number {
  return Number(row.facts?.[name]);
}

function least(rows: readonly { readonly minMs: number }[]): number {
  return Math.min(...rows.map((row) => row.minMs));
}

function ratio(
  one: Case,
  row: Row,
  peer: Row,
  what: Ratio["what"],
  ours: number,
  theirs: number,
): Ratio {
  return {
    ratio: one.ours,
    peer: `${peer.runtime} ${peer.name}`,
    runtime: row.runtime,
    batch: row.batch,
    what,
    ours,
    theirs,
    value: ours / theirs,
  };
}
