import { VelumError } from "../base/error.js";
import { engineClosed, type Step } from "./engine.js";
import type { WorkerAnswer, WorkerStart } from "./engine-wasm.js";

type Results = Extract<WorkerAnswer, { readonly results: unknown }>;
export type WorkerQuestion = WorkerStart | { readonly steps: readonly Step[] };

/** A worker that answers questions one after the other. */
export interface WorkerPort {
  /** Error `runtime-unavailable` with the reason: the worker's own, or why there is no worker any more. */
  ask(question: WorkerQuestion): Promise<Results>;
  end(): void;
}

interface RawWorker {
  post(question: WorkerQuestion): void;
  end(): void;
  /** Keeps the process alive, or does not. */
  hold(busy: boolean): void;
}

type Waiting = { resolve(results: Results): void; reject(error: VelumError): void };

/** Starts `worker-main` in a worker thread of Node or in a web worker. */
export async function spawnWorker(): Promise<WorkerPort> {
  const waiting: Waiting[] = [];
  let failed: VelumError | undefined;
  const settle = (answer: WorkerAnswer): void => {
    const next = waiting.shift();
    if (waiting.length === 0) raw.hold(false);
    if (!("problem" in answer)) next?.resolve(answer);
    else next?.reject(answer.refusal ? new VelumError(answer.refusal) : trapped(answer.problem));
  };
  const fail = (problem: string): void => {
    failed ??= lost(problem);
    for (const one of waiting.splice(0)) one.reject(failed);
  };
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  const raw = inNode ? nodeWorker(settle, fail) : webWorker(settle, fail);
  return {
    ask(question) {
      if (failed !== undefined) return Promise.reject(failed);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        raw.hold(true);
        raw.post(question);
      });
    },
    end() {
      failed ??= engineClosed("wasm");
      fail("");
      raw.end();
    },
  };
}

function nodeWorker(
  settle: (answer: WorkerAnswer) => void,
  fail: (problem: string) => void,
): RawWorker {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  // Flags of the process, such as --input-type, are not for a file.
  const worker = new Worker(new URL("./worker-main.js", import.meta.url), { execArgv: [] });
  worker.on("message", settle);
  worker.on("error", (error) => fail(error instanceof Error ? error.message : "unknown reason"));
  worker.on("messageerror", () => fail("its answer did not arrive"));
  worker.on("exit", (code) => fail(`exit code ${code}`));
  worker.unref();
  return {
    post: (question) => worker.postMessage(...message(question)),
    end: () => void worker.terminate(),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
  };
}

function webWorker(
  settle: (answer: WorkerAnswer) => void,
  fail: (problem: string) => void,
): RawWorker {
  // Bundlers of web pages know a worker by this very form.
  const worker = new Worker(new URL("./worker-main.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => settle(data);
  // Without a message when the script itself did not load.
  worker.onerror = (event) => fail(event.message || "worker-main.js did not load");
  worker.onmessageerror = () => fail("its answer did not arrive");
  return {
    post: (question) => worker.postMessage(...message(question)),
    end: () => worker.terminate(),
    hold: () => {},
  };
}

/** What is posted, and what moves instead of being copied: a view would take all that it looks at along. */
function message(question: WorkerQuestion): [WorkerQuestion, ArrayBuffer[]] {
  if (!("steps" in question)) return [question, []];
  const moved: ArrayBuffer[] = [];
  const steps = question.steps.map((step): Step => {
    if (step.do !== "write") return step;
    const data = new Uint8Array(step.data);
    moved.push(data.buffer);
    return { ...step, data };
  });
  return [{ steps }, moved];
}

/** A kernel that stopped; its worker goes on. */
function trapped(problem: string): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: "wasm engine",
    problem: `a kernel stopped (${problem})`,
    cure: "Load the circuit again, from a file whose origin you know",
  });
}

function lost(problem: string): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: "wasm engine",
    problem: `a worker stopped (${problem})`,
    cure: "Load the circuit again; run smaller batches if memory was short",
  });
}
