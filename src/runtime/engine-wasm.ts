import { type ErrorParts, VelumError } from "../base/error.js";
import type { Address } from "../tfhe/machine.js";
import { workerStackBytes } from "../tfhe/machine-wasm.js";
import { allocate, type Engine, engineClosed, type Step, type StepResult } from "./engine.js";
import { spawnWorker, type WorkerPort } from "./worker-port.js";

/** What a worker is told first. */
export interface WorkerStart {
  readonly kernels: WebAssembly.Module;
  readonly program: WebAssembly.Module;
  readonly shareMemory: boolean;
  /** The memory to work in, and a block in it for the worker's own stack. Absent for the worker that leads: it makes a memory. */
  readonly shared?: { readonly memory: WebAssembly.Memory; readonly stack: Address };
}

/** What a worker answers: results, or the reason why there are none. */
export type WorkerAnswer =
  | { readonly results: readonly StepResult[]; readonly memory?: WebAssembly.Memory }
  | { readonly problem: string; readonly refusal?: ErrorParts };

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
    kernels: await compileModule(kernels, "kernels.wasm"),
    program: await compileModule(program, "program.wasm"),
    shareMemory,
  };
  const leader = await spawnWorker();
  const workers = [leader];
  try {
    const { memory } = await leader.ask(modules);
    const engine = new WasmEngine(workers, memory === undefined ? 1 : Math.max(1, threads));
    while (memory !== undefined && workers.length < engine.threads) {
      const stack = await allocate(engine, workerStackBytes);
      const worker = await spawnWorker();
      workers.push(worker);
      await worker.ask({ ...modules, shared: { memory, stack } });
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
    if (worker === undefined || this.#closed) throw engineClosed(this.kind);
    return (await worker.ask({ steps })).results;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const worker of this.#workers) worker.end();
  }
}

async function compileModule(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch {
    throw new VelumError({
      code: "file-corrupt",
      path: "server file",
      problem: `is damaged: ${name} is not WebAssembly that this host understands`,
      cure: "Compile the circuit anew, or use a host with WebAssembly SIMD and threads",
    });
  }
}

function canShareMemory(): boolean {
  if (typeof process !== "undefined" && process.versions?.node !== undefined) return true;
  return "crossOriginIsolated" in globalThis && globalThis.crossOriginIsolated === true;
}
