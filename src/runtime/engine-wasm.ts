import { VelumError } from "../base/error.js";
import { workerStackBytes } from "../tfhe/machine-wasm.js";
import { callKernel, type Engine, type Step, type StepResult } from "./engine.js";
import { spawnWorker, type WorkerPort } from "./worker-port.js";

/** What a worker is told first. Without `memory` it makes its own and leads. */
export interface WorkerStart {
  readonly kernels: WebAssembly.Module;
  readonly program: WebAssembly.Module;
  readonly shareMemory: boolean;
  readonly memory?: WebAssembly.Memory;
  readonly stack?: number;
}

/** What a worker answers: results, or the reason why there are none. */
export type WorkerAnswer =
  | { readonly results: readonly StepResult[]; readonly memory?: WebAssembly.Memory }
  | { readonly problem: string };

/**
 * The portable engine: WebAssembly in workers. Several workers share one memory where the platform lets memory travel between
 * threads: in Node always, in a page when it is cross-origin isolated. Elsewhere one worker does everything.
 */
export async function startWasmEngine(
  kernels: Uint8Array<ArrayBuffer>,
  program: Uint8Array<ArrayBuffer>,
  threads: number,
): Promise<Engine> {
  const shareMemory = canShareMemory();
  const modules = {
    kernels: await WebAssembly.compile(kernels),
    program: await WebAssembly.compile(program),
    shareMemory,
  };
  const leader = await spawnWorker();
  const workers = [leader];
  try {
    const started = await leader.ask(modules);
    const count = shareMemory ? Math.max(1, threads) : 1;
    const engine = new WasmEngine(workers, count);
    for (let thread = 1; thread < count; thread++) {
      const stack = (await callKernel(engine, "velum_allocate", workerStackBytes)) >>> 0;
      const worker = await spawnWorker();
      workers.push(worker);
      await worker.ask({
        ...modules,
        ...(started.memory ? { memory: started.memory } : {}),
        stack,
      });
    }
    return engine;
  } catch (error) {
    for (const worker of workers) worker.end();
    throw error;
  }
}

class WasmEngine implements Engine {
  readonly kind = "wasm";
  readonly threads: number;
  readonly #workers: readonly WorkerPort[];
  #closed = false;

  constructor(workers: readonly WorkerPort[], threads: number) {
    this.#workers = workers;
    this.threads = threads;
  }

  async run(thread: number, steps: readonly Step[]): Promise<readonly StepResult[]> {
    const worker = this.#workers[thread];
    if (worker === undefined || this.#closed) {
      throw new VelumError({
        code: "runtime-unavailable",
        path: "wasm engine",
        problem: "was closed",
        cure: "Load the circuit again",
      });
    }
    return (await worker.ask({ steps })).results;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const worker of this.#workers) worker.end();
  }
}

function canShareMemory(): boolean {
  if (typeof process !== "undefined" && process.versions?.node !== undefined) return true;
  return "crossOriginIsolated" in globalThis && globalThis.crossOriginIsolated === true;
}
