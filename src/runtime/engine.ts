import { VelumError } from "../base/error.js";
import type { Address } from "../tfhe/machine.js";

/**
 * One thing that a thread of an engine does. `call` names an exported kernel, or `stage_k` of the loaded program; a `short` one takes
 * well below a millisecond and may run where it is asked for, since waking another thread can take longer.
 */
export type Step =
  | { readonly do: "write"; readonly address: Address; readonly data: Uint8Array }
  | {
      readonly do: "call";
      readonly name: string;
      readonly parameters: readonly number[];
      readonly short?: boolean;
    }
  | { readonly do: "read"; readonly address: Address; readonly bytes: number };

/** What a step gives: the kernel's number, or the bytes read; 0 for a write. */
export type StepResult = number | Uint8Array<ArrayBuffer>;

/**
 * Kernels, the stages of one program, one memory, and threads that work on it. All work is asynchronous: nothing holds the caller's
 * event loop. Thread 0 is always there; memory is allocated through it alone.
 */
export interface Engine {
  readonly kind: "wasm" | "native";
  readonly threads: number;
  /** What `checksum` of base/checksum.ts gives, sooner; absent where the engine knows no faster way. */
  readonly checksum?: (bytes: Uint8Array) => number;
  /**
   * Runs the steps in order on one thread. Stages of a program may be asked for while the thread works on earlier ones: they follow in
   * the order in which they were asked, without a pause, since what they write has been brought near by then.
   */
  run(thread: number, steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Ends the threads and frees the memory. Work under way rejects or ends first; later work rejects with `runtime-unavailable`. */
  close(): Promise<void>;
}

/** The error of work for an engine that was closed. */
export function engineClosed(kind: Engine["kind"]): VelumError {
  return new VelumError({
    code: "runtime-unavailable",
    path: `${kind} engine`,
    problem: "was closed",
    cure: "Load the circuit again",
  });
}

/** Gives blocks back. An engine that is gone has freed them already. */
export async function release(engine: Engine, ...blocks: Address[]): Promise<void> {
  const steps = blocks.map(
    (block): Step => ({
      do: "call",
      name: "velum_release",
      parameters: [block],
    }),
  );
  await engine.run(0, steps).catch(() => {});
}

/** Calls one kernel on thread 0. */
export async function callKernel(
  engine: Engine,
  name: string,
  ...parameters: number[]
): Promise<number> {
  const [result] = await engine.run(0, [{ do: "call", name, parameters }]);
  return typeof result === "number" ? result : 0;
}

/** Zeroed memory. Error `runtime-unavailable` when there is no more. */
export async function allocate(engine: Engine, bytes: number): Promise<Address> {
  const address = await callKernel(engine, "velum_allocate", bytes);
  return address as Address;
}
