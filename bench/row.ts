import type { KernelRates } from "../src/plan/kernel-rates.js";

/** What a line of a benchmark says. Every module of `bench/` yields rows; `bench.ts` prints them as JSON, one a line. */
export interface Row {
  /** The case, e.g. `p=4 norm=5 2^-128`. */
  readonly name: string;
  /** `native` or `wasm`; the peer and its version where the row is a peer's. */
  readonly runtime: string;
  readonly threads: number;
  /** Items worked on by one call; times are for one item. */
  readonly batch: number;
  /** Milliseconds for one item. */
  readonly medianMs: number;
  readonly minMs: number;
  /** Sizes in bytes, other times, checks: printed beside the rest. */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/** Two rows of one run put side by side. */
export interface Ratio {
  readonly ratio: string;
  readonly peer: string;
  readonly runtime: string;
  readonly batch: number;
  readonly what: "time" | "keyGeneration" | "keyBytes";
  readonly ours: number;
  readonly theirs: number;
  /** ours / theirs: below 1 means that Velum takes less. */
  readonly value: number;
}

/** A case that could not be run here, and why. */
export interface Skip {
  readonly skipped: string;
  readonly because: string;
}

/** Rates of a kind of machine, fitted to the rows before it. */
export interface Fit {
  readonly rates: KernelRates;
  /** What `src/plan/kernel-rates.ts` says of it. */
  readonly kept?: KernelRates;
}

export type Line = Row | Ratio | Skip | Fit;

/** The command line of `npm run bench`, read. */
export interface BenchOptions {
  readonly runtime: "native" | "wasm" | undefined;
  readonly threads: number;
  readonly batch: number | undefined;
  /** Only rows whose name contains this text. */
  readonly only: string | undefined;
  /** Keep the lines in `bench/results/`. */
  readonly save: boolean;
}

/** The shape of `bench/NAME.ts`. */
export interface BenchModule {
  run(options: BenchOptions): AsyncIterable<Line>;
}

/** True when the row called `name` is asked for. */
export function wanted(options: BenchOptions, name: string): boolean {
  return options.only === undefined || name.includes(options.only);
}

/** Minimum and median of a list of times. The list must not be empty. */
export function summarize(times: readonly number[]): { minMs: number; medianMs: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  const first = sorted[0];
  if (upper === undefined || lower === undefined || first === undefined) {
    throw new RangeError("no times to summarize");
  }
  return { minMs: first, medianMs: (lower + upper) / 2 };
}

/** How long and how often to repeat. */
export interface Repetition {
  /** Calls whose times are thrown away: compilers tier up, caches fill. */
  readonly warmUp: number;
  /** Calls that count, at least. */
  readonly least: number;
  /** Stop once this much time has gone by and `least` calls were made. */
  readonly seconds: number;
  /** Items worked on by one call. */
  readonly batch: number;
}

/** Times `work` again and again; returns milliseconds for one item. Awaits what `work` returns. */
export async function measure(
  repetition: Repetition,
  work: () => unknown,
): Promise<{ minMs: number; medianMs: number; repetitions: number }> {
  for (let i = 0; i < repetition.warmUp; i++) await work();
  const times: number[] = [];
  const end = performance.now() + repetition.seconds * 1000;
  while (times.length < repetition.least || performance.now() < end) {
    const started = performance.now();
    await work();
    times.push((performance.now() - started) / repetition.batch);
  }
  return { ...summarize(times), repetitions: times.length };
}

/** One line of JSON, numbers cut to four significant digits, facts beside the rest. */
export function formatLine(line: Line): string {
  const { facts, ...rest } = line as Row;
  return JSON.stringify({ ...rest, ...facts }, (_key, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
  );
}
