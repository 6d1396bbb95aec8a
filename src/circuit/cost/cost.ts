import { clearLayoutsOf } from "../../artifact/clear-info.js";
import type { ServerManifest } from "../../artifact/server-manifest.js";
import { VelumError } from "../../base/error.js";
import { valueText } from "../../base/value-text.js";
import type { UploadFormCost } from "../../plan/decision/upload-form.js";
import { evaluationKeyMemoryBytes } from "../../plan/parameters/bootstrap-cost.js";
import type { PlannedRounding } from "../../plan/plan.js";
import { keyFileBytes } from "../../tfhe/key-files.js";
import { keySectionLayout } from "../../tfhe/wire-evaluation-keys.js";
import { headerBytes } from "../../tfhe/wire-header.js";
import { inputPayloadBytes } from "../../tfhe/wire-input.js";
import { outputPayloadBytes } from "../../tfhe/wire-output.js";
import { type MachineSpeed, predictRunMs } from "./machine-speed.js";
import { expandedKeyBytes, memoryBesideKeys } from "./server-memory.js";

/** Rotations of one run whose argument has `bits` bits. */
export interface LookupCount {
  readonly bits: number;
  readonly count: number;
  /** Tables that each of them can look the argument up in; absent for one. */
  readonly tables?: number;
}

export function lookupCount(bits: number, count: number, tablesLog2: number): LookupCount {
  return { bits, count, ...(tablesLog2 === 0 ? {} : { tables: 2 ** tablesLog2 }) };
}

/** What the look-ups of one run take that share a set of bootstrap parameters, and its keys. */
export interface SetCost {
  readonly rotations: number;
  readonly cmuxes: number;
  readonly evaluationKeyBytes: number;
  readonly expandedKeyBytes: number;
}

/** Predicted times of the server, evaluation keys loaded. */
export interface PredictedTime {
  /** `measured` on this machine, or the rates of a kind of machine (`avx512`, `avx2`, `wasm`). */
  readonly source: string;
  readonly runtime: "wasm" | "native";
  readonly threads: number;
  /** One request alone, milliseconds. */
  readonly requestMs: number;
  /** All of `batch` requests in one call, milliseconds. */
  readonly batch: number;
  readonly batchMs: number;
}

/** What a circuit takes, known before any key exists. Counts are for one run; `String(cost)` is a text for people. */
export interface CircuitCost {
  readonly lane: "linear" | "decision" | "bootstrap";
  /** By rising width of the argument and number of tables. */
  readonly lookups: readonly LookupCount[];
  /** Rotations: one that several look-ups share counts once. */
  readonly bootstraps: number;
  /** Steps of blind rotations; a step of an extended one counts once for each of its accumulators. */
  readonly cmuxes: number;
  readonly keySwitches: number;
  /** Encrypted bits that decision diagrams ask. */
  readonly decisionBits: number;
  /** What each way of sending these bits would take; empty where none are asked, or only the server file is at hand. */
  readonly uploadForms: readonly UploadFormCost[];
  /** Products of a ciphertext and a clear polynomial. */
  readonly linearProducts: number;
  /** By set of bootstrap parameters; empty where nothing is bootstrapped. */
  readonly sets: readonly SetCost[];
  /** As they travel, and in the server's memory. */
  readonly evaluationKeyBytes: number;
  readonly expandedKeyBytes: number;
  readonly uploadBytes: number;
  /** What clear parameters take of the upload. */
  readonly clearBytes: number;
  readonly downloadBytes: number;
  /** Constants, one client's keys, one request; the kernels' own tables and scratch, some megabytes, come on top. */
  readonly serverMemoryBytes: number;
  /** log2 of the failure probability of one run; `undefined` where only the server file is at hand. */
  readonly failureLog2: number | undefined;
  /** Look-ups that round approximately; empty where there are none, or only the server file is at hand. */
  readonly roundings: readonly PlannedRounding[];
  /** log2 of the statistical distance of an answer from one that says nothing of the model but the values; `undefined` where the model is not protected. */
  readonly distanceLog2: number | undefined;
  readonly time: PredictedTime;
  toString(): string;
}

/** What was promised of a circuit: logarithms to base 2, and where roundings may be off. */
export type PromisedLimits = Pick<CircuitCost, "failureLog2" | "distanceLog2"> &
  Partial<Pick<CircuitCost, "roundings">>;

/** Works it out from what a server file says. `batch`: requests of one call. */
export function circuitCost(
  manifest: ServerManifest,
  lookups: readonly LookupCount[],
  { failureLog2, distanceLog2, roundings = [] }: PromisedLimits,
  speed: MachineSpeed,
  batch: number,
  uploadForms: readonly UploadFormCost[] = [],
): CircuitCost {
  const { parameters, inputs: parts, outputs, stages } = manifest;
  const clear = clearLayoutsOf(manifest.clear);
  const bootstraps = lookups.reduce((sum, { count }) => sum + count, 0);
  const inputs = stages.find(({ kernel }) => kernel === "velum_stage_expand")?.items ?? 1;
  const results = stages
    .filter(({ kernel }) => kernel.startsWith("velum_stage_linear"))
    .reduce((sum, { items }) => sum + items, 0);
  const sets = setCosts(manifest);
  const keyMemoryBytes = expandedKeyBytes(parameters);
  const fields = {
    lane: laneOf(manifest),
    lookups: byWidth(lookups),
    bootstraps,
    cmuxes: sets.reduce((sum, { cmuxes }) => sum + cmuxes, 0),
    keySwitches: bootstraps,
    decisionBits: parts.reduce((sum, part) => sum + ("form" in part ? part.length : 0), 0),
    uploadForms,
    linearProducts: results * inputs,
    sets,
    evaluationKeyBytes: keyFileBytes(parameters),
    expandedKeyBytes: keyMemoryBytes,
    uploadBytes: headerBytes + inputPayloadBytes(parts, clear),
    clearBytes: inputPayloadBytes([], clear),
    downloadBytes: headerBytes + outputPayloadBytes(parameters.glwe, outputs),
    serverMemoryBytes: memoryBesideKeys(manifest) + keyMemoryBytes,
    failureLog2,
    roundings,
    distanceLog2,
    time: {
      source: speed.source,
      runtime: speed.runtime,
      threads: speed.threads,
      requestMs: predictRunMs(manifest, speed, 1),
      batch,
      batchMs: predictRunMs(manifest, speed, batch),
    },
  };
  // Not enumerable: costs compare, print and travel as plain data.
  return Object.defineProperty(fields, "toString", { value: () => formatCost(fields) });
}

/** What each set of keys does and takes. */
function setCosts({ parameters, stages, shapes }: ServerManifest): SetCost[] {
  const rotations = stages.flatMap(({ items, shape }) => {
    const found = shape === undefined ? undefined : shapes[shape];
    return found === undefined ? [] : [{ ...found, items }];
  });
  return parameters.bootstraps.map((bootstrap, set): SetCost => {
    const own = rotations.filter((rotation) => rotation.set === set);
    const accumulators = own.reduce(
      (sum, { items, extensionLog2 }) => sum + items * 2 ** extensionLog2,
      0,
    );
    return {
      rotations: own.reduce((sum, { items }) => sum + items, 0),
      cmuxes: accumulators * bootstrap.lwe.dimension,
      evaluationKeyBytes: keySectionLayout(parameters, set).bytes,
      expandedKeyBytes: evaluationKeyMemoryBytes(parameters.glwe, bootstrap),
    };
  });
}

function laneOf({ parameters, stages }: ServerManifest): CircuitCost["lane"] {
  if (parameters.bootstraps.length > 0) return "bootstrap";
  return stages.some(({ kernel }) => kernel === "velum_stage_ensemble") ? "decision" : "linear";
}

/** `batch` itself. Error `bad-argument` where it is no number of requests. */
export function checkBatch(batch: number): number {
  if (Number.isSafeInteger(batch) && batch >= 1) return batch;
  throw new VelumError({
    code: "bad-argument",
    path: "cost",
    problem: `a batch of ${valueText(batch)} requests was asked for`,
    limit: 1,
    actual: valueText(batch),
    cure: "Give a whole number of requests, at least 1",
  });
}

function byWidth(lookups: readonly LookupCount[]): LookupCount[] {
  const counts = new Map<string, LookupCount>();
  for (const own of lookups) {
    const key = `${own.bits} ${own.tables ?? 1}`;
    counts.set(key, { ...own, count: (counts.get(key)?.count ?? 0) + own.count });
  }
  return [...counts.values()].sort((a, b) => a.bits - b.bits || (a.tables ?? 1) - (b.tables ?? 1));
}

function lookupsText({ bits, count, tables }: LookupCount): string {
  return `${count} of ${bits} bits${tables === undefined ? "" : ` with up to ${tables} tables`}`;
}

function formatCost(cost: Omit<CircuitCost, "toString">): string {
  const { time } = cost;
  const widths = cost.lookups.map(lookupsText).join(", ");
  const engine = `${time.runtime}, ${time.threads} ${time.threads === 1 ? "thread" : "threads"}`;
  const source = time.source === "measured" ? "measured here" : `by the rates of ${time.source}`;
  const rows: [string, string][] = [["lane", cost.lane]];
  if (cost.bootstraps > 0) {
    rows.push(["bootstraps", `${cost.bootstraps} (${widths})`]);
    rows.push(["CMUX", cost.cmuxes.toLocaleString("en")]);
    rows.push(["key switches", cost.keySwitches.toLocaleString("en")]);
  }
  if (cost.decisionBits > 0) rows.push(["encrypted bits", cost.decisionBits.toLocaleString("en")]);
  for (const { form, chosen, bits, ...own } of cost.uploadForms) {
    const keys =
      own.evaluationKeyBytes === 0 ? "no keys" : `keys ${bytesText(own.evaluationKeyBytes)}`;
    rows.push([
      `  ${form}${chosen ? " (used)" : ""}`,
      `${bits} bits, upload ${bytesText(own.uploadBytes)}, ${keys}, ${msText(own.serverMs)} on one thread`,
    ]);
  }
  rows.push(["linear products", cost.linearProducts.toLocaleString("en")]);
  if (cost.evaluationKeyBytes > 0) {
    rows.push([
      "evaluation keys",
      `${bytesText(cost.evaluationKeyBytes)}, expanded ${bytesText(cost.expandedKeyBytes)}`,
    ]);
  }
  rows.push(["upload", uploadText(cost)], ["download", bytesText(cost.downloadBytes)]);
  rows.push(["server memory", bytesText(cost.serverMemoryBytes)]);
  if (cost.failureLog2 !== undefined) {
    rows.push(["failure", `2^${cost.failureLog2.toFixed(1)} a run`]);
  }
  for (const { count, step, band, offShare } of cost.roundings) {
    if (band.from > band.to) continue;
    const share = Number((100 * offShare).toPrecision(2));
    const text = `${count} to multiples of ${step}: remainders ${band.from} to ${band.to} go either way`;
    rows.push(["roundings", `${text}, ${share} % of evenly spread values wrong`]);
  }
  if (cost.distanceLog2 !== undefined) {
    rows.push(["model protected", `within 2^${cost.distanceLog2.toFixed(1)} an answer`]);
  }
  rows.push(["one request", msText(time.requestMs)]);
  rows.push([`${time.batch} requests`, msText(time.batchMs)]);
  rows.push(["predicted", `${source} (${engine})`]);
  return rows.map(([name, text]) => `${name.padEnd(16)} ${text}`).join("\n");
}

function uploadText({ uploadBytes, clearBytes }: Omit<CircuitCost, "toString">): string {
  const whole = bytesText(uploadBytes);
  return clearBytes === 0 ? whole : `${whole}, ${bytesText(clearBytes)} of it clear`;
}

/** `412 B`, `5.1 KB`, `22.6 MB`: decimal units. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "KB"] : [bytes / 1e6, "MB"];
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
}

/** Milliseconds or seconds to three digits. */
export function msText(ms: number): string {
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}
