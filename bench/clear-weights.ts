// Programs with a clear parameter, beside the same with that parameter encrypted: upload, keys, look-ups, the server's time.
//   npm run bench -- clear-weights [--only matmul|position|choice|comparison] [--threads n]
import { type Circuit, fhe } from "../src/index.js";
import type { Tracer } from "../src/trace/tracer.js";
import { openCircuit } from "./open-circuit.js";
import { type BenchOptions, type Line, measure, type Row, wanted } from "./row.js";

type Value = number | readonly number[] | readonly (readonly number[])[];

interface Case {
  readonly name: string;
  /** Pairs of an encrypted and a clear value. */
  readonly inputset: readonly (readonly [Value, Value])[];
  readonly fn: (x: Tracer, w: Tracer) => Tracer;
  /** Not with the parameter encrypted: a product of encrypted values for each weight. */
  readonly clearOnly?: true;
}

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const vector = (length: number, k: number): number[] => count(length).map((i) => (i * k + k) % 16);
const matrix = (size: number, k: number): number[][] =>
  count(size).map((r) => count(size).map((c) => ((r * 7 + c * k) % 16) - 8));

function square(size: number): Case["inputset"] {
  const largest = count(size).map(() => 15);
  const all = (value: number): number[][] => count(size).map(() => count(size).map(() => value));
  const random = [1, 3, 5].map((k) => [vector(size, k), matrix(size, k)] as const);
  return [[largest, all(-8)], [largest, all(7)], ...random];
}

const cases: readonly Case[] = [
  {
    name: "matmul of 64 values of 4 bits, 64 x 64 weights of 4 bits",
    inputset: square(64),
    fn: (x, w) => x.matmul(w),
    clearOnly: true,
  },
  {
    name: "matmul of 4 values of 4 bits, 4 x 4 weights of 4 bits",
    inputset: square(4),
    fn: (x, w) => x.matmul(w),
  },
  {
    name: "position among 16 values of 4 bits",
    inputset: count(16).map((i) => [vector(16, i), i] as const),
    fn: (x, p) => x.at(p),
  },
  {
    name: "choice by a condition",
    inputset: count(16).map((i) => [vector(16, i), i % 4] as const),
    fn: (x, c) => fhe.where(c.greater(1), x, x.neg()),
  },
  {
    name: "comparison of values of 8 bits",
    inputset: count(16).map((i) => [17 * i, 255 - 17 * i] as const),
    fn: (x, limit) => x.less(limit),
  },
];

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const { name, inputset, fn, clearOnly } of cases) {
    if (!wanted(options, name)) continue;
    for (const w of ["clear", "encrypted"] as const) {
      if (w === "encrypted" && clearOnly) continue;
      const circuit = await fhe.compiler({ x: "encrypted", w }, fn).compile(inputset);
      yield await timed(`${name}, ${w}`, circuit, inputset.at(-1) ?? [0, 0], options);
    }
  }
}

/** The server's time for one request, keys loaded, the request's clear part read and put to use. */
async function timed(
  name: string,
  circuit: Circuit,
  sample: readonly Value[],
  options: BenchOptions,
): Promise<Row> {
  const { client, server, keys, close } = await openCircuit(circuit, options);
  const request = client.encrypt(...sample);
  const { runtime, threads } = server;
  const repetition = { warmUp: 2, least: 5, seconds: 1, batch: 1 };
  const { medianMs, minMs } = await measure(repetition, () => server.run([request], keys));
  await close();
  await circuit.close();
  const { uploadBytes, evaluationKeyBytes, bootstraps } = circuit.sizes;
  const facts = { uploadBytes, evaluationKeyBytes, bootstraps };
  return { name, runtime, threads, batch: 1, medianMs, minMs, facts };
}
