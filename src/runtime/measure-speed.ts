import { clearLayoutsOf } from "../artifact/clear-info.js";
import { isBootstrap } from "../tfhe/bootstrap-shape.js";
import { expandedKeyLayout } from "../tfhe/expanded-keys.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import { type KeyId, seedBytes } from "../tfhe/wire-header.js";
import { inputBodyBytes, writeInputCiphertext } from "../tfhe/wire-input.js";
import { expandedPackingKeyBytes } from "../tfhe/wire-packing-keys.js";
import { type Reader, type RunInput, readRunInput } from "./composed-input.js";
import { allocate, type Engine, release } from "./engine.js";
import type { ExpandedKeys } from "./evaluation-keys.js";
import { measureLookups, type RangeTime } from "./measure-lookups.js";
import type { RequestRunner } from "./request-runner.js";
import type { LoadedProgram } from "./request-steps.js";
import { runsOneByOne } from "./run-each.js";
import { requestsAtOnce } from "./schedule.js";

/** How fast one engine is at one circuit, as measured. */
export interface ServerSpeed {
  readonly runtime: Engine["kind"];
  readonly threads: number;
  /** By number of requests: milliseconds of everything but look-ups. */
  readonly restMs: ReadonlyMap<number, number>;
  /** Ranges of look-ups; empty where there are none. */
  readonly lookups: readonly RangeTime[];
}

/** How long, and how often at least, everything but look-ups is measured: longer where it is all there is. */
const restBudgetMs = { linear: 90, besideLookups: 15 };
const fewestRestRuns = 4;
/** Of the requests that a measurement makes up. */
const nobodysKey = "0".repeat(32) as KeyId;

/**
 * Measures without keys: everything but look-ups on `batch` requests of noise, and ranges of look-ups (`measureLookups`). Nothing else may
 * run meanwhile. Takes up to 0.3 s a kind of look-up. Error `runtime-unavailable`.
 */
export async function measureSpeed(
  runner: RequestRunner,
  program: LoadedProgram,
  reader: Reader,
  batch: number,
): Promise<ServerSpeed> {
  const { engine, scratch } = program;
  const { parameters, requestBytes, shapes } = program.manifest;
  const together = Math.min(batch, requestsAtOnce(requestBytes));
  const restMs = new Map<number, number>();
  for (const requests of new Set([1, together])) {
    restMs.set(requests, await measureRest(runner, program, reader, requests));
  }
  const lookups: RangeTime[] = [];
  for (const [shape, own] of shapes.entries()) {
    const times = await measureLookups(engine, parameters, own, scratch);
    lookups.push(...times.map((time) => ({ shape, ...time })));
  }
  return { runtime: engine.kind, threads: engine.threads, restMs, lookups };
}

/** The least time of some runs without look-ups. */
async function measureRest(
  runner: RequestRunner,
  program: LoadedProgram,
  { clear: numbers, ...reader }: Reader,
  count: number,
): Promise<number> {
  const { manifest, engine } = program;
  const parts = manifest.inputs.map((layout) => ({
    ...layout,
    seed: new Uint8Array(seedBytes),
    bodies: new Uint8Array(inputBodyBytes(layout)),
  }));
  const sample = numbers?.sample();
  const clear = clearLayoutsOf(manifest.clear).map((layout, index) => ({
    ...layout,
    numbers: sample?.[index] ?? [],
  }));
  const request = writeInputCiphertext({ ...reader.identity, keyId: nobodysKey }, parts, [], clear);
  let least = Number.POSITIVE_INFINITY;
  const linear = manifest.parameters.bootstraps.length === 0;
  const budgetMs = linear ? restBudgetMs.linear : restBudgetMs.besideLookups;
  const keys = await blankKeys(engine, manifest.parameters);
  try {
    const end = performance.now() + budgetMs;
    for (let i = 0; i < fewestRestRuns || performance.now() < end; i++) {
      const started = performance.now();
      if (count > engine.threads && runsOneByOne(manifest)) {
        await runner.runEach(reader, new Array<RunInput>(count).fill(request), keys, {});
      } else {
        const requests = Array.from({ length: count }, () => readRunInput(reader, request));
        await runner.runAll(requests, keys, {}, isBootstrap);
      }
      least = Math.min(least, performance.now() - started);
    }
    return least;
  } finally {
    if (keys !== undefined) await release(engine, keys.address);
  }
}

/** Zeros in place of a public key or packing keys, to measure with; nothing where no stage but look-ups reads keys. */
async function blankKeys(
  engine: Engine,
  parameters: CryptoParameters,
): Promise<ExpandedKeys | undefined> {
  const { publicKey, packing } = parameters;
  if (publicKey !== true && packing === undefined) return undefined;
  const bytes =
    publicKey === true ? expandedKeyLayout(parameters).bytes : expandedPackingKeyBytes(parameters);
  return { keyId: nobodysKey, bytes, address: await allocate(engine, bytes) };
}
