// Whole programs beside Concrete's: vectors of look-ups, maxima, compile times and simulation; Concrete runs where it is installed here.
//   npm run bench -- programs [--only look-ups|rounding|maximum|chain|simulate] [--threads n]
// Without --threads all cores work. Concrete's maxima take minutes: they run only with `--only maximum`.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { type Circuit, fhe } from "../src/index.js";
import { openCircuit } from "./open-circuit.js";
import { installedConcrete } from "./peer-install.js";
import { type BenchOptions, type Line, measure, type Row, summarize, wanted } from "./row.js";

const failureLog2 = -64;

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  const cores = process.argv.includes("--threads") ? options.threads : availableParallelism();
  const all = { ...options, threads: cores };
  const rows: Row[] = [];
  const keep = (row: Row): Row => {
    rows.push(row);
    return row;
  };
  // First, while nothing is warm: programs are compiled once.
  if (wanted(options, "chain compile")) for (const row of await compileChain()) yield keep(row);
  if (wanted(options, "simulate")) for await (const row of simulations()) yield keep(row);
  for (const bits of [4, 5, 6]) {
    const name = `256 look-ups of ${bits} bits`;
    if (!wanted(options, name)) continue;
    yield keep(await lookups(`${name}, bootstrapped`, bits, "numbers", all));
    yield keep(await lookups(`${name}, inputs as cells`, bits, "auto", all));
  }
  for (const [bits, kept] of widths) {
    for (const exactness of ["exact", "approximate"] as const) {
      const name = `16 ${exactness} roundings of ${bits} bits to ${kept} with a table`;
      if (wanted(options, name)) yield keep(await roundings(name, bits, kept, exactness, all));
    }
  }
  if (wanted(options, "maximum")) yield keep(await maxima(all));
  yield* beside(rows, options);
}

/** A repeatable sequence of fractions. */
function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function vector(next: () => number, length: number, limit: number): number[] {
  return Array.from({ length }, () => Math.floor(next() * limit));
}

/** Fresh inputs can travel as one-hot cells, which need no bootstraps; as numbers they do, as the results of other look-ups would. */
async function lookups(
  name: string,
  bits: number,
  inputForm: "auto" | "numbers",
  options: BenchOptions,
): Promise<Row> {
  const entries = 2 ** bits;
  const table = new fhe.LookupTable(
    Array.from({ length: entries }, (_, i) => (3 * i + 1) % entries),
  );
  const next = numbers(bits);
  const inputset = [
    ...Array.from({ length: 10 }, () => vector(next, 256, entries)),
    Array.from({ length: 256 }, () => entries - 1),
  ];
  const compiler = fhe.compiler({ x: "encrypted" }, (x) => fhe.lookup(table, x));
  return runs(
    name,
    await compiler.compile(inputset, { failureLog2, inputForm }),
    [inputset[0] ?? []],
    options,
  );
}

/** Bits of a value and bits that its rounding keeps. */
const widths: readonly (readonly [number, number])[] = [
  [8, 4],
  [12, 6],
  [16, 6],
];

/** Signed values, rounded and looked up in a table of no structure. The sample lies far from ties, so that results are certain. */
async function roundings(
  name: string,
  bits: number,
  kept: number,
  exactness: "exact" | "approximate",
  options: BenchOptions,
): Promise<Row> {
  const step = 2 ** (bits - kept);
  const half = 2 ** (bits - 1);
  const sample = Array.from({ length: 16 }, (_, i) => step * (i - 8) + (i % 2));
  const table = fhe.univariate((v) => (Math.floor(v / step) ** 2 * 7 + 3) % 61);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      table(fhe.roundBitPattern(x, bits - kept, true, exactness)),
    )
    .compile([sample, sample.map(() => -half), sample.map(() => half - 1)], {
      failureLog2,
      inputForm: "numbers",
      threads: options.threads,
    });
  const { time, roundings: planned } = await circuit.measureCost();
  const row = await runs(name, circuit, [sample], options);
  const [off] = planned.map(({ offShare }) => offShare);
  const facts = { ...row.facts, predictedMs: time.requestMs };
  return { ...row, facts: off === undefined ? facts : { ...facts, offShare: off } };
}

async function maxima(options: BenchOptions): Promise<Row> {
  const next = numbers(8);
  const inputset = Array.from({ length: 50 }, () => [vector(next, 64, 256), vector(next, 64, 256)]);
  inputset.push([vector(() => 0, 64, 256), vector(() => 0.999, 64, 256)]);
  inputset.push([vector(() => 0.999, 64, 256), vector(() => 0, 64, 256)]);
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
      if (x === undefined || y === undefined) throw new Error("two parameters");
      return fhe.maximum(x, y);
    })
    .compile(inputset, { failureLog2 });
  return runs("maximum of 64 pairs of 8 bits", circuit, inputset[0] ?? [], options);
}

/** The server's time for one request, keys loaded, as a row. */
async function runs(
  name: string,
  circuit: Circuit,
  sample: readonly (readonly number[])[],
  options: BenchOptions,
): Promise<Row> {
  const { client, server, keys, keygenMs, close } = await openCircuit(circuit, options);
  const request = client.encrypt(...sample);
  let answer: Uint8Array = new Uint8Array();
  const repetition = { warmUp: 1, least: 3, seconds: 1, batch: 1 };
  const times = await measure(repetition, async () => {
    answer = (await server.run([request], keys))[0] ?? answer;
  });
  const found = client.decrypt(answer).map(({ data }) => [...data]);
  const correct = String(found) === String([circuit.simulate(...sample)].flat(9));
  const { runtime, threads } = server;
  await close();
  const facts = {
    correct,
    keygenMs,
    bootstraps: circuit.sizes.bootstraps,
    evaluationKeyBytes: circuit.sizes.evaluationKeyBytes,
    uploadBytes: circuit.sizes.uploadBytes,
  };
  return { name, runtime, threads, batch: 1, medianMs: times.medianMs, minMs: times.minMs, facts };
}

const chainTable = new fhe.LookupTable(Array.from({ length: 16 }, (_, i) => (5 * i + 3) % 16));
const chainSamples = (() => {
  const next = numbers(4);
  return [...Array.from({ length: 100 }, () => vector(next, 4, 16)), [15, 15, 15, 15]];
})();

function compileOnce(): Promise<Circuit> {
  return fhe
    .compiler({ x: "encrypted" }, (x) => {
      let y = x;
      for (let i = 0; i < 66; i++) y = fhe.lookup(chainTable, y).mul(1).add(0);
      return y;
    })
    .compile(chainSamples, { failureLog2, inputForm: "numbers" });
}

/** The first compilation of a process, and later ones. */
async function compileChain(): Promise<Row[]> {
  const started = performance.now();
  const circuit = await compileOnce();
  const first = performance.now() - started;
  const later = await measure({ warmUp: 2, least: 5, seconds: 1, batch: 1 }, compileOnce);
  const nodes = circuit.graph.nodes.length;
  const row = (name: string, times: { minMs: number; medianMs: number }): Row => ({
    ...{ name, runtime: "compiler", threads: 1, batch: 1, facts: { nodes } },
    ...times,
  });
  return [
    row("chain compile, first", { minMs: first, medianMs: first }),
    row("chain compile, later", later),
  ];
}

async function* simulations(): AsyncIterable<Row> {
  yield* simulated("simulate chain", await compileOnce(), chainSamples);
  const next = numbers(64);
  const weights = Array.from({ length: 64 }, () => vector(next, 64, 3).map((value) => value - 1));
  const samples = Array.from({ length: 100 }, () => vector(next, 64, 4));
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      fhe.lookup(chainTable, x.matmul(weights).floorDivide(8).mod(16)),
    )
    .compile(samples, { failureLog2 });
  yield* simulated("simulate 64 x 64 product with a look-up", circuit, samples);
}

/** The mean of the first 20 calls, which is what the peer's script measures, and later ones. */
function simulated(name: string, circuit: Circuit, samples: readonly number[][]): Row[] {
  const call = (i: number): void => {
    circuit.simulate(samples[i % samples.length] ?? []);
  };
  const row = (kind: string, times: { minMs: number; medianMs: number }): Row => ({
    ...{ name: `${name}, ${kind}`, runtime: "simulation", threads: 1, batch: 1, ...times },
  });
  const mean = (calls: number): number => {
    const started = performance.now();
    for (let i = 0; i < calls; i++) call(i);
    return (performance.now() - started) / calls;
  };
  const first = mean(20);
  const later = summarize(Array.from({ length: 20 }, () => mean(100)));
  return [row("first 20 calls", { minMs: first, medianMs: first }), row("later calls", later)];
}

/** The same by Concrete, in this run where it is installed, and the ratios. */
function* beside(rows: readonly Row[], options: BenchOptions): Iterable<Line> {
  const python = installedConcrete();
  if (python === undefined) {
    yield { skipped: "Concrete", because: "it is not installed; `npm run bench -- peers` does" };
    return;
  }
  const script = fileURLToPath(new URL("../../bench/peers/concrete_programs.py", import.meta.url));
  for (const row of rows) {
    const [peerCase] = row.name.split(",");
    if (peerCase?.startsWith("maximum") && options.only !== "maximum") continue;
    const result = spawnSync(python, ["-W", "ignore", script, peerCase ?? ""], {
      encoding: "utf8",
    });
    const line = result.stdout.trim().split("\n").at(-1) ?? "";
    if (result.status !== 0 || line === "") {
      yield {
        skipped: `Concrete, ${row.name}`,
        because: result.stderr.trim().split("\n").at(-1) ?? "",
      };
      continue;
    }
    const { peer, ms }: { readonly peer: string; readonly ms: number } = JSON.parse(line);
    yield {
      ratio: row.name,
      peer,
      runtime: row.runtime,
      batch: 1,
      what: "time",
      ours: row.minMs,
      theirs: ms,
      value: row.minMs / ms,
    };
  }
}
