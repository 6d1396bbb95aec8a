import type { ServerManifest } from "../artifact/server-manifest.js";
import { throwIfAborted } from "../base/event-loop.js";
import { offsetAddress } from "../tfhe/machine.js";
import type { ReadRequest } from "./composed-input.js";
import {
  feedSteps,
  type LoadedProgram,
  readSteps,
  stageStep,
  uploadSteps,
  type Workplace,
} from "./request-steps.js";
import type { RunOptions } from "./run-options.js";
import { requestsAhead } from "./schedule.js";

/**
 * Whether many requests are better worked on one by one, a thread each: where no look-ups share passes over keys, and encrypted bits,
 * which take megabytes a request once expanded, would leave the cache between two stages.
 */
export function runsOneByOne({ parameters, inputs }: ServerManifest): boolean {
  return parameters.bootstraps.length === 0 && inputs.some((layout) => "form" in layout);
}

/** What is done with a request before and after its turn. */
export interface RequestTurn {
  readonly read: (index: number) => ReadRequest;
  readonly finish: (index: number, request: ReadRequest, outputs: Uint8Array[]) => void;
}

/**
 * Runs requests one by one, a thread each, in `engine.threads` places of the workspace: memory does not grow with their number, and
 * threads wait for nothing: while they work, the next requests are read and their bytes brought near (`requestsAhead`). `turn.read` gives
 * the request of a number when its turn comes, `turn.finish` takes its outputs. A failure ends it after the requests under way.
 */
export async function runEach(
  program: LoadedProgram,
  workplace: Workplace,
  count: number,
  options: RunOptions,
  turn: RequestTurn,
): Promise<void> {
  const { threads } = program.engine;
  let next = 0;
  let done = 0;
  const failures: unknown[] = [];
  const one = async (thread: number, index: number): Promise<void> => {
    throwIfAborted(options.signal, "run");
    const request = turn.read(index);
    turn.finish(index, request, await runOne(program, workplace, thread, request));
    options.onProgress?.(++done / count);
  };
  const work = async (thread: number): Promise<void> => {
    const underWay: Promise<void>[] = [];
    let requestMs = Number.POSITIVE_INFINITY;
    const started = performance.now();
    do {
      while (
        next < count &&
        failures.length === 0 &&
        underWay.length <= requestsAhead(requestMs, count - next, threads)
      ) {
        underWay.push(one(thread, next++).catch((failure) => void failures.push(failure)));
      }
      await underWay.shift();
      requestMs = Math.min(requestMs, performance.now() - started);
    } while (underWay.length > 0 || (next < count && failures.length === 0));
  };
  await Promise.all(Array.from({ length: Math.min(threads, count) }, (_, thread) => work(thread)));
  if (failures.length > 0) throw failures[0];
}

async function runOne(
  program: LoadedProgram,
  workplace: Workplace,
  thread: number,
  request: ReadRequest,
): Promise<Uint8Array[]> {
  const { manifest, engine } = program;
  const unpacking = manifest.feed?.stages ?? 0;
  const place = offsetAddress(workplace.workspace, thread * manifest.requestBytes);
  const own = { ...workplace, workspace: place };
  const stages = manifest.stages.flatMap(({ items }, stage) => [
    ...(stage === unpacking ? feedSteps(request, place) : []),
    ...(stage < unpacking && request.vectors.length === 0
      ? []
      : [stageStep(program, own, stage, thread, { begin: 0, end: items })]),
  ]);
  const results = await engine.run(thread, [
    ...uploadSteps(program, request, place),
    ...stages,
    ...readSteps(program, place),
  ]);
  return results.filter((result) => typeof result !== "number");
}
