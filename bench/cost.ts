// What `circuit.measureCost()` predicts against what runs then take: one request, and a batch in one call.
import { type Circuit, fhe } from "../src/index.js";
import { openCircuit } from "./open-circuit.js";
import { type BenchOptions, type Line, measure, wanted } from "./row.js";

interface Case {
  readonly name: string;
  compile(options: BenchOptions): Promise<Circuit>;
  readonly sample: () => number[];
  readonly batch: number;
}

const settings = ({ runtime, threads }: BenchOptions) =>
  ({ runtime: runtime ?? "auto", threads }) as const;

/** A table of `bits` bits for each of `count` numbers. */
function tables(bits: number, count: number, batch: number): Case {
  const entries = 2 ** bits;
  const table = new fhe.LookupTable(
    Array.from({ length: entries }, (_, i) => (5 * i + 3) % entries),
  );
  const vector = (value: number) => Array.from({ length: count }, () => value);
  return {
    name: `${count} ${count === 1 ? "look-up" : "look-ups"} of ${bits} bits`,
    compile: (options) =>
      fhe
        .compiler({ x: "encrypted" }, (x) => table.apply(x))
        .compile([vector(0), vector(entries - 1)], { ...settings(options), inputForm: "numbers" }),
    sample: () => vector(1),
    batch,
  };
}

function linear(features: number, outputs: number): Case {
  const weights = Array.from({ length: outputs }, (_, row) =>
    Array.from({ length: features }, (_, column) => ((row * 31 + column * 17 + 5) % 255) - 127),
  );
  const full = Array.from({ length: features }, () => 255);
  return {
    name: `linear, ${features} features x ${outputs} outputs`,
    compile: (options) =>
      fhe
        .compiler({ x: "encrypted" }, (x) => fhe.matmul(weights, x))
        .compile([full, full.map((_, i) => 255 * (i % 2))], settings(options)),
    sample: () => full,
    batch: 64,
  };
}

/** Sums, tables of two widths, sums of their results. */
const mixed: Case = {
  name: "mixed: sums, 5 look-ups of 4 bits, a sum, a look-up of 5 bits",
  compile(options) {
    const low = new fhe.LookupTable(Array.from({ length: 16 }, (_, i) => i % 4));
    const high = new fhe.LookupTable(Array.from({ length: 32 }, (_, i) => (i * i) % 8));
    return fhe
      .compiler({ x: "encrypted" }, (x) => {
        const looked = low.apply(fhe.matmul(bands, x));
        return high.apply(fhe.matmul([1, 2, 1, 2, 1], looked));
      })
      .compile([Array(8).fill(0), Array(8).fill(5), [5, 5, 5, 0, 0, 0, 5, 5]], settings(options));
  },
  sample: () => [1, 2, 3, 4, 5, 4, 3, 2],
  batch: 16,
};
const bands = Array.from({ length: 5 }, (_, row) =>
  Array.from({ length: 8 }, (_, column) => (column >= row && column < row + 3 ? 1 : 0)),
);

/** 50 full trees of depth 3 over 30 features: bits that travel one by one, or packed; scores, or their sign by a look-up. */
function trees(uploadForm: "direct" | "packed", sign: boolean): Case {
  const rows = Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 30 }, (_, column) => (row * 5 + column * 3) % 16),
  );
  return {
    name: `50 trees of depth 3, ${uploadForm} bits${sign ? ", a look-up" : ""}`,
    compile: (options) =>
      fhe
        .compiler({ x: "encrypted" }, (x) => {
          const sums = fhe.treeEnsemble(forest, x);
          return sign ? sums.greater(0) : sums;
        })
        .compile(rows, { ...settings(options), uploadForm }),
    sample: () => rows[3] ?? [],
    batch: 16,
  };
}

/** Nodes of a full tree of depth 3 lie as in a heap. */
const forest = (() => {
  const [count, own] = [50, 15];
  const all = Array.from({ length: count * own }, (_, at) => {
    const [tree, node] = [Math.floor(at / own), at % own];
    const leaf = node >= 7;
    return {
      feature: leaf ? -1 : (tree * 7 + node * 3) % 30,
      threshold: leaf ? 0 : (tree * 5 + node) % 3,
      left: leaf ? 0 : tree * own + 2 * node + 1,
      right: leaf ? 0 : tree * own + 2 * node + 2,
      value: leaf ? ((tree * 11 + node * 5) % 15) - 7 : 0,
    };
  });
  return {
    features: 30,
    outputs: 1,
    roots: Int32Array.from({ length: count }, (_, tree) => tree * own),
    feature: Int32Array.from(all, ({ feature }) => feature),
    threshold: Int32Array.from(all, ({ threshold }) => 4 * threshold + 3),
    left: Int32Array.from(all, ({ left }) => left),
    right: Int32Array.from(all, ({ right }) => right),
    values: Float64Array.from(all, ({ value }) => value),
  };
})();

const cases: readonly Case[] = [
  tables(3, 8, 16),
  tables(4, 1, 16),
  tables(5, 8, 8),
  tables(6, 8, 4),
  tables(7, 2, 4),
  tables(8, 1, 4),
  linear(784, 10),
  mixed,
  trees("direct", false),
  trees("packed", false),
  trees("direct", true),
  trees("packed", true),
];

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const one of cases) if (wanted(options, one.name)) yield* runCase(one, options);
}

async function* runCase(one: Case, options: BenchOptions): AsyncIterable<Line> {
  const circuit = await one.compile(options);
  const batch = options.batch ?? one.batch;
  const guessed = circuit.cost(batch);
  const { client, server, keys, close } = await openCircuit(circuit, options);
  const request = client.encrypt(one.sample());
  const { runtime, threads } = server;
  const counts = [1, batch];
  let rounds = counts.map(() => ({ predicted: never, measured: never, measuring: never }));
  await circuit.engine();
  // Prediction and run in turns, the least of each: what else the machine does disturbs both alike.
  for (let round = 0; round < roundCount; round++) {
    const started = performance.now();
    const { time } = await circuit.measureCost(batch);
    const measuring = performance.now() - started;
    const next: typeof rounds = [];
    for (const [index, requests] of counts.entries()) {
      const work = Array.from({ length: requests }, () => request);
      const repetition = { warmUp: round === 0 ? 1 : 0, least: 1, seconds: 0.15, batch: 1 };
      const { minMs } = await measure(repetition, () => server.run(work, keys));
      const predicted = index === 0 ? time.requestMs : time.batchMs;
      const before = rounds[index] ?? { predicted, measured: minMs, measuring };
      next.push({
        predicted: Math.min(before.predicted, predicted),
        measured: Math.min(before.measured, minMs),
        measuring: Math.min(before.measuring, measuring),
      });
    }
    rounds = next;
  }
  for (const [index, { predicted, measured, measuring }] of rounds.entries()) {
    const facts = {
      predictedMs: predicted,
      error: predicted / measured - 1,
      byRatesMs: index === 0 ? guessed.time.requestMs : guessed.time.batchMs,
      rates: guessed.time.source,
      measuringMs: measuring,
    };
    // Times of the whole call, not of one request.
    const times = { medianMs: measured, minMs: measured };
    yield { name: one.name, runtime, threads, batch: counts[index] ?? 1, ...times, facts };
  }
  await circuit.close();
  await close();
}

const roundCount = 3;
const never = Number.POSITIVE_INFINITY;
