import type { ServerManifest, StageInfo } from "../../artifact/server-manifest.js";
import { type DecisionWork, decisionTime } from "../../plan/decision/decision-cost.js";
import { avx2Rates, type KernelRates, referenceRates, wasmRates } from "../../plan/kernel-rates.js";
import { bootstrapTime } from "../../plan/parameters/bootstrap-cost.js";
import type { ServerSpeed } from "../../runtime/measure-speed.js";
import { grainOf, requestsAtOnce } from "../../runtime/schedule.js";
import { isBootstrap } from "../../tfhe/bootstrap-shape.js";
import type { CryptoParameters } from "../../tfhe/parameters.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";
import type { CompileOptions } from "../compile-options.js";

/** What predictions of run time are made from. */
export interface MachineSpeed {
  /** `measured`, or the name of the reference rates. */
  readonly source: string;
  readonly runtime: "wasm" | "native";
  readonly threads: number;
  /** Milliseconds of everything but look-ups of `requests` requests that are worked on together. */
  restMs(requests: number): number;
  /** Milliseconds of one range of `lookups` look-ups of shape `shape` on one thread while `threads` are busy. */
  rangeMs(shape: number, lookups: number, threads: number): number;
}

/** Reference rates of a kind of runtime on this processor. */
export function ratesOf(runtime: MachineSpeed["runtime"]): KernelRates {
  if (runtime === "wasm") return wasmRates;
  return hasAvx512() ? referenceRates : avx2Rates;
}

/** The rates by which parameters are chosen. */
export function planningRates({
  machine,
  runtime,
}: Pick<CompileOptions, "machine" | "runtime">): KernelRates {
  if (machine === "this") return ratesOf(runtime === "wasm" || !inNode() ? "wasm" : "native");
  const kinds = [referenceRates, avx2Rates, wasmRates];
  const found = kinds.find(({ name }) => name === machine);
  if (found !== undefined) return found;
  throw new RangeError(`no rates of ${machine}`);
}

/** As far as the system tells: Linux does. */
function hasAvx512(): boolean {
  if (!inNode()) return false;
  try {
    const facts = process.getBuiltinModule("node:fs").readFileSync("/proc/cpuinfo", "utf8");
    return /^flags\s*:.*\bavx512f\b/m.test(facts);
  } catch {
    return false;
  }
}

/** Speed by the rates of a kind of machine; threads are taken to be cores of their own. `work`: the gates of decision trees. */
export function referenceSpeed(
  rates: KernelRates,
  runtime: MachineSpeed["runtime"],
  threads: number,
  manifest: ServerManifest,
  work: DecisionWork = { externalProducts: 0, leafNodes: 0, wholeBits: 0 },
): MachineSpeed {
  const { glwe, bootstraps } = manifest.parameters;
  const decisionMs = manifest.inputs.reduce((sum, layout) => {
    if (!("form" in layout)) return sum;
    return sum + decisionTime(manifest.parameters, layout, work, rates).totalMs / threads;
  }, 0);
  return {
    source: rates.name,
    runtime,
    threads,
    restMs: (requests) =>
      fixedMs + handingMs(manifest) + requests * (requestMs(manifest, rates) + decisionMs),
    rangeMs(shape, lookups) {
      const { set = 0, extensionLog2 = 0 } = manifest.shapes[shape] ?? {};
      const bootstrap = bootstraps[set];
      if (bootstrap === undefined) return 0;
      const time = bootstrapTime(glwe, bootstrap, extensionLog2, { ...rates, batch: lookups });
      return lookups * time.totalMs;
    },
  };
}

/** Speed as it was measured; between measured numbers of look-ups, threads and requests it is interpolated. */
export function measuredSpeed(speed: ServerSpeed): MachineSpeed {
  const { runtime, threads, restMs, lookups } = speed;
  const corner = (shape: number, count: number, busy: number): number =>
    lookups.find((one) => one.shape === shape && one.lookups === count && one.threads === busy)
      ?.ms ?? 0;
  const most = Math.max(1, ...lookups.map((one) => one.lookups));
  return {
    source: "measured",
    runtime,
    threads,
    restMs(requests) {
      const one = restMs.get(1) ?? 0;
      const [counted = 1, many = one] = [...restMs].at(-1) ?? [];
      return between(1, one, counted, many, requests);
    },
    rangeMs(shape, count, busy) {
      const at = (lookups: number) =>
        between(1, corner(shape, lookups, 1), threads, corner(shape, lookups, threads), busy);
      return between(1, at(1), most, at(most), count);
    },
  };
}

/** The line through two points; the first value where both are one. */
function between(x0: number, y0: number, x1: number, y1: number, x: number): number {
  return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** Milliseconds from the requests' arrival to the last answer, keys loaded. */
export function predictRunMs(
  manifest: ServerManifest,
  speed: MachineSpeed,
  requests: number,
): number {
  const together = requestsAtOnce(manifest.requestBytes);
  const turns = Math.floor(requests / together);
  const rest = requests % together;
  const whole = turns === 0 ? 0 : turns * turnMs(manifest, speed, together);
  return whole + (rest === 0 ? 0 : turnMs(manifest, speed, rest));
}

function turnMs(manifest: ServerManifest, speed: MachineSpeed, requests: number): number {
  const stages = manifest.stages.filter(isBootstrap);
  const lookups = stages.map(({ items, ...stage }) =>
    stageMs({ ...stage, items: items * requests }, speed),
  );
  return speed.restMs(requests) + lookups.reduce((sum, ms) => sum + ms, 0);
}

/** Threads take ranges in turn, each the next when it is free, as the runtime does. */
function stageMs({ kernel, items, shape = 0 }: StageInfo, speed: MachineSpeed): number {
  const grain = grainOf(kernel, items, speed.threads);
  const ranges = Math.ceil(items / grain);
  const busy = Math.min(speed.threads, ranges);
  const full = speed.rangeMs(shape, grain, busy);
  const last = speed.rangeMs(shape, items - (ranges - 1) * grain, busy);
  const rounds = Math.floor((ranges - 1) / busy);
  // Whoever is first free after the rounds of full ranges takes the last one; the others of its round are full.
  const others = (ranges - 1) % busy === 0 ? 0 : full;
  return rounds * full + Math.max(others, last);
}

/** Nanoseconds for a number that a stage touches, on the machine of the reference rates; others scale as their products do. */
const numberNs: Readonly<Record<string, number>> = {
  velum_stage_expand: 2.5,
  velum_stage_linear: 6.8,
  velum_stage_linear_clear: 10,
  velum_stage_extract: 1,
  velum_stage_affine: 1,
  velum_stage_affine_clear: 1,
  velum_stage_pack_glwe: 3,
  velum_stage_pack_lwe: 3,
};
/** Questions to threads. */
const fixedMs = 0.02;
/** The checksum of an upload, nanoseconds a byte: JavaScript on any machine. */
const checkNs = 1.25;

/** Stages that every thread is asked about, beside look-ups: a question and an answer each. */
function handingMs({ stages }: ServerManifest): number {
  const asked = stages.filter((stage) => stage.heavy && !isBootstrap(stage));
  return asked.length * 0.03;
}

/** Rough: measured speed takes its place where it matters. */
function requestMs(manifest: ServerManifest, rates: KernelRates): number {
  const inputs = manifest.stages.find(({ kernel }) => kernel === "velum_stage_expand")?.items ?? 1;
  const numbers = polynomialNumbers(manifest.parameters);
  const ns = manifest.stages.map(({ kernel, items }) => {
    const each = kernel.startsWith("velum_stage_linear") ? inputs : 1;
    return items * each * numbers * (numberNs[kernel] ?? 0);
  });
  const stages =
    ns.reduce((sum, one) => sum + one, 0) * (rates.pointwise / referenceRates.pointwise);
  return (stages + inputPayloadBytes(manifest.inputs) * checkNs) / 1e6;
}

function polynomialNumbers({ glwe }: CryptoParameters): number {
  return (glwe.dimension + 1) * glwe.polynomialSize;
}

export function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

/** Threads that the engines would use by themselves. */
export function cores(): number {
  if (!inNode()) return navigator.hardwareConcurrency || 1;
  return process.getBuiltinModule("node:os").availableParallelism();
}
