import { spawnWorker } from "../src/runtime/worker-port.js";
import type { NativeMachine } from "../src/tfhe/machine-native.js";
import { type WasmMachine, workerStackBytes } from "../src/tfhe/machine-wasm.js";

/** Threads that run kernels on the memory of one machine. */
export interface KernelThreads {
  readonly count: number;
  /** One call of the kernel `name` on each thread, side by side; `calls[t]` are the parameters of thread t. */
  run(name: string, calls: readonly (readonly number[])[]): Promise<void>;
  close(): void;
}

/** One thread is the caller's own; more are the platform's thread pool (native) or workers on shared memory (WebAssembly). */
export async function startThreads(
  machine: NativeMachine | WasmMachine,
  count: number,
): Promise<KernelThreads> {
  if (count === 1) return ownThread(machine);
  return machine.kind === "native" ? nativeThreads(machine, count) : wasmThreads(machine, count);
}

function ownThread(machine: NativeMachine | WasmMachine): KernelThreads {
  return {
    count: 1,
    async run(name, calls) {
      for (const parameters of calls) machine.call(name, ...parameters);
    },
    close() {},
  };
}

function nativeThreads(machine: NativeMachine, count: number): KernelThreads {
  return {
    count,
    async run(name, calls) {
      await Promise.all(calls.map((parameters) => machine.callAsync(name, ...parameters)));
    },
    close() {},
  };
}

/** The smallest WebAssembly module: the benchmarks need no stages of a program. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

async function wasmThreads(machine: WasmMachine, count: number): Promise<KernelThreads> {
  const program = new WebAssembly.Module(emptyModule);
  const { module: kernels, memory } = machine;
  const workers = await Promise.all(
    Array.from({ length: count }, async () => {
      const worker = await spawnWorker();
      const stack = machine.allocate(workerStackBytes);
      await worker.ask({ kernels, program, shareMemory: true, shared: { memory, stack } });
      return worker;
    }),
  );
  return {
    count,
    async run(name, calls) {
      await Promise.all(
        calls.map((parameters, t) =>
          workers[t]?.ask({ steps: [{ do: "call", name, parameters }] }),
        ),
      );
    },
    close() {
      for (const worker of workers) worker.end();
    },
  };
}
