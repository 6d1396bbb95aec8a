// Several functions of one value in one circuit, beside a circuit for each of them: what they gain by sharing rotations.
//   npm run bench -- shared-rotations [--only bits|comparisons|tables] [--threads n]
import { type Circuit, fhe } from "../src/index.js";
import type { Tracer } from "../src/trace/tracer.js";
import { openCircuit } from "./open-circuit.js";
import { type BenchOptions, type Line, measure, type Row, wanted } from "./row.js";

interface Case {
  readonly name: string;
  readonly inputset: readonly (readonly number[])[];
  readonly functions: readonly ((a: Tracer, b: Tracer) => Tracer)[];
}

const bits = 6;
const pairs = Array.from({ length: 64 }, (_, i) => [i >> 3, i & 7]);
const count = (length: number): number[][] => Array.from({ length }, (_, i) => [i, 0]);

const cases: readonly Case[] = [
  {
    name: `all bits of a value of ${bits}`,
    inputset: count(2 ** bits),
    functions: Array.from({ length: bits }, (_, i) => (a) => fhe.bits(a).at(i)),
  },
  {
    name: "five comparisons of a pair of 3 bits",
    inputset: pairs,
    functions: [
      (a, b) => a.less(b),
      (a, b) => a.lessEqual(b),
      (a, b) => a.equal(b),
      (a, b) => a.greater(b),
      (a, b) => a.greaterEqual(b),
    ],
  },
  {
    name: "four tables of a value of 2 bits",
    inputset: count(4),
    functions: [
      [3, 0, 2, 1],
      [1, 3, 0, 2],
      [0, 2, 3, 1],
      [2, 0, 1, 3],
    ].map((entries) => (a) => new fhe.LookupTable(entries).apply(a)),
  },
];

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const { name, inputset, functions } of cases) {
    if (!wanted(options, name)) continue;
    const compile = (own: readonly Case["functions"][number][]): Promise<Circuit> =>
      fhe
        .compiler({ a: "encrypted", b: "encrypted" }, (a, b) => own.map((fn) => fn(a, b)))
        .compile(inputset, { inputForm: "numbers" });
    const sample = inputset.at(-1) ?? [];
    yield await timed(`${name}, together`, [await compile(functions)], sample, options);
    const apart: Circuit[] = [];
    for (const fn of functions) apart.push(await compile([fn]));
    yield await timed(`${name}, a circuit each`, apart, sample, options);
  }
}

/** The server's time for one request to each circuit, one after the other, keys loaded. */
async function timed(
  name: string,
  circuits: readonly Circuit[],
  sample: readonly number[],
  options: BenchOptions,
): Promise<Row> {
  let [medianMs, minMs, bootstraps, predictedMs] = [0, 0, 0, 0];
  let engine = { runtime: "", threads: 0 };
  for (const circuit of circuits) {
    const { client, server, keys, close } = await openCircuit(circuit, options);
    const request = client.encrypt(...sample);
    const repetition = { warmUp: 2, least: 5, seconds: 1, batch: 1 };
    const times = await measure(repetition, () => server.run([request], keys));
    engine = { runtime: server.runtime, threads: server.threads };
    medianMs += times.medianMs;
    minMs += times.minMs;
    bootstraps += circuit.plan.bootstraps;
    predictedMs += circuit.plan.bootstrapMs;
    await close();
    await circuit.close();
  }
  return { name, ...engine, batch: 1, medianMs, minMs, facts: { bootstraps, predictedMs } };
}
