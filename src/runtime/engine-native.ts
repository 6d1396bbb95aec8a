import type { Address } from "../tfhe/machine.js";
import { loadNativeMachine } from "../tfhe/machine-native.js";
import { buildNativeLibrary, type NativeTarget } from "../tfhe/native-build.js";
import { type Engine, engineClosed, type Step, type StepResult } from "./engine.js";
import { NativeBlocks } from "./native-blocks.js";
import { nativeChecksumSource } from "./native-checksum.js";
import { stageCallsSource } from "./stage-calls.js";
import { StageQueue } from "./stage-queue.js";

/** Sources of a circuit in C: the kernels it was made for, and its stages. */
export interface NativeSources {
  readonly kernels: ReadonlyMap<string, string>;
  readonly program: string;
}

/** Threads of the platform's pool, which all native calls of a process share (`UV_THREADPOOL_SIZE`). */
const poolThreads = Number(process.env["UV_THREADPOOL_SIZE"]) || 4;

/**
 * The native engine: kernels and stages compiled for this host (cached by content), run on the platform's thread pool, on at
 * most as many threads as that has.
 * Errors: `runtime-unavailable`. Cost: some seconds the first time on a host, then milliseconds; a new circuit about 0.1 s.
 */
export async function startNativeEngine(
  target: NativeTarget,
  sources: NativeSources,
  threads: number,
): Promise<Engine> {
  const kernelLibrary = await buildNativeLibrary(target, sources.kernels, "eval.c");
  const programLibrary = await buildNativeLibrary(
    target,
    new Map([
      ["program.c", sources.program],
      ["stage_calls.c", stageCallsSource],
      ["checksum.c", nativeChecksumSource],
    ]),
    "stage_calls.c",
    [kernelLibrary],
  );
  const machine = await loadNativeMachine(kernelLibrary, programLibrary);
  const blocks = new NativeBlocks(machine);
  /** What takes well below a millisecond is done at once. */
  const performNow = (step: Step): StepResult => {
    if (closed) throw engineClosed("native");
    if (step.do === "call") return machine.call(step.name, ...step.parameters);
    if (step.do === "read") return new Uint8Array(blocks.bytes(step.address, step.bytes));
    blocks.bytes(step.address, step.data.length).set(step.data);
    return 0;
  };
  const perform = async (step: Step): Promise<StepResult> => {
    if (step.do !== "call" || isShort(step)) return performNow(step);
    if (closed) throw engineClosed("native");
    const [parameter = 0] = step.parameters;
    if (step.name === "velum_release" && !blocks.remove(parameter)) return 0;
    const result = await machine.callAsync(step.name, ...step.parameters);
    if (step.name !== "velum_allocate") return result;
    // A block that was refused is asked for again, for the error.
    const address = result === 0 ? machine.allocate(parameter) : (result as Address);
    blocks.add(address, parameter);
    return address;
  };
  const performAll = async (steps: readonly Step[]): Promise<StepResult[]> => {
    // Without a pause: other steps may be asked for in the meantime.
    if (steps.every(isShort)) return steps.map(performNow);
    const results: StepResult[] = [];
    for (const step of steps) results.push(await perform(step));
    return results;
  };
  const queues = Array.from(
    { length: Math.min(threads, poolThreads) },
    () => new StageQueue(machine, blocks),
  );
  let closed = false;
  const underWay = new Set<Promise<unknown>>();
  return {
    kind: "native",
    threads: queues.length,
    checksum: (bytes) => machine.callOn("stage_checksum", bytes) >>> 0,
    async run(thread, steps) {
      const queue = StageQueue.takes(steps) ? queues[thread] : undefined;
      const work = queue === undefined ? performAll(steps) : queue.run(steps);
      const ended: Promise<unknown> = work.catch(() => {}).finally(() => underWay.delete(ended));
      underWay.add(ended);
      return work;
    },
    async close() {
      closed = true;
      for (const queue of queues) queue.close();
      // Kernels on other threads still use the memory.
      await Promise.all(underWay);
      blocks.releaseAll();
    },
  };
}

function isShort(step: Step): boolean {
  return step.do !== "call" || step.short === true;
}
