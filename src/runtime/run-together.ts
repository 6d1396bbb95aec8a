import type { StageInfo } from "../artifact/server-manifest.js";
import { offsetAddress } from "../tfhe/machine.js";
import type { ReadRequest } from "./composed-input.js";
import type { Step } from "./engine.js";
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
import { grainOf } from "./schedule.js";

/**
 * Runs requests stage by stage, so that look-ups of all of them share each pass over the keys: uploads, stages, downloads. Short stages
 * go to thread 0 together with what comes next; heavy ones to all threads. `leftOut`: stages not to run. Gives outputs by request.
 */
export async function runTogether(
  program: LoadedProgram,
  workplace: Workplace,
  requests: readonly ReadRequest[],
  options: RunOptions,
  leftOut?: (stage: StageInfo) => boolean,
): Promise<Uint8Array[][]> {
  const { manifest, engine } = program;
  const place = (request: number) =>
    offsetAddress(workplace.workspace, request * manifest.requestBytes);
  const pending: Step[] = requests.flatMap((own, i) => uploadSteps(program, own, place(i)));
  // Stages that only unpack uploads are left out where there are none.
  const unpacking = manifest.feed?.stages ?? 0;
  const uploaded = requests.some(({ vectors }) => vectors.length > 0);
  const heavy = manifest.stages.reduce((sum, stage) => sum + (stage.heavy ? stage.items : 0), 0);
  let done = 0;
  for (const [index, stage] of manifest.stages.entries()) {
    if (leftOut?.(stage) === true || (!uploaded && index < unpacking)) continue;
    if (index === unpacking)
      pending.push(...requests.flatMap((own, i) => feedSteps(own, place(i))));
    const items = stage.items * requests.length;
    if (!stage.heavy) {
      pending.push(stageStep(program, workplace, index, 0, { begin: 0, end: items }));
      continue;
    }
    if (pending.length > 0) await engine.run(0, pending.splice(0));
    const before = done;
    await forRanges(
      engine.threads,
      items,
      grainOf(stage.kernel, items, engine.threads),
      "run",
      {
        signal: options.signal,
        onProgress: (part) => options.onProgress?.((before + part * stage.items) / heavy),
      },
      (thread, begin, end) =>
        engine.run(thread, [stageStep(program, workplace, index, thread, { begin, end })]),
    );
    done += stage.items;
  }
  const reads = requests.flatMap((_, i) => readSteps(program, place(i)));
  const read = (await engine.run(0, [...pending, ...reads])).filter(
    (result) => typeof result !== "number",
  );
  options.onProgress?.(1);
  const outputs = manifest.outputPlaces.length;
  return requests.map((_, request) => read.slice(request * outputs, (request + 1) * outputs));
}
