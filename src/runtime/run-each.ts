import type { ServerManifest } from "../artifact/server-manifest.js";
import { offsetAddress } from "../tfhe/machine.js";
import type { ReadRequest } from "./composed-input.js";
import { forRanges } from "./ranges.js";
import {
  feedSteps,
  type LoadedProgram,
  readSteps,
  stageStep,
  uploadSteps,
  type Workplace,
} from "./request-steps.js";
import type { RunOptions } from "./run-options.js";

/**
 * Whether many requests are better worked on one by one, a thread each: where no look-ups share passes over keys, and encrypted bits,
 * which take megabytes a request once expanded, would leave the cache between two stages.
 */
export function runsOneByOne({ parameters, inputs }: ServerManifest): boolean {
  return parameters.bootstraps.length === 0 && inputs.some((layout) => "form" in layout);
}

/**
 * Runs requests one by one, a thread each, in `engine.threads` places of the workspace: memory does not grow with their number, and
 * threads wait for nothing but each other's last request. `read` gives the request of a number when its turn comes, `finish` takes its
 * outputs. A failure ends it after the requests under way.
 */
export async function runEach(
  program: LoadedProgram,
  workplace: Workplace,
  count: number,
  options: RunOptions,
  turn: {
    readonly read: (index: number) => ReadRequest;
    readonly finish: (index: number, request: ReadRequest, outputs: Uint8Array[]) => void;
  },
): Promise<void> {
  const { manifest, engine } = program;
  const unpacking = manifest.feed?.stages ?? 0;
  await forRanges(engine.threads, count, 1, "run", options, async (thread, index) => {
    const request = turn.read(index);
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
    const outputs = results.filter((result) => typeof result !== "number");
    turn.finish(index, request, outputs);
  });
}
