import { type Address, offsetAddress } from "../tfhe/machine.js";
import type { NativeMachine } from "../tfhe/machine-native.js";
import { engineClosed, type Step, type StepResult } from "./engine.js";
import type { NativeBlocks } from "./native-blocks.js";
import { callWords, copyCall, type StageCall, writeCalls } from "./stage-calls.js";

/** Memory that bytes pass through on their way into a workspace and out of it. */
interface Staging {
  readonly address: Address;
  readonly bytes: number;
}

/** Steps as calls alone: bytes to write lie ready in `staging`, and bytes to read will lie there. */
interface Prepared {
  readonly steps: readonly Step[];
  readonly calls: readonly StageCall[];
  readonly staging: Staging | undefined;
}

interface Waiting extends Prepared {
  resolve(results: readonly StepResult[]): void;
  reject(problem: unknown): void;
}

const alignment = 64;

/**
 * Steps for one thread of the native engine, in the order in which they were asked. While the thread works, the bytes of later steps are
 * brought into memory beside the workspace, and when it is done, all that waits becomes one call.
 */
export class StageQueue {
  readonly #machine: NativeMachine;
  readonly #blocks: NativeBlocks;
  readonly #waiting: Waiting[] = [];
  /** Free again. There are as many as steps ever waited at a time. */
  readonly #spare: Staging[] = [];
  #list: Staging | undefined;
  #busy = false;
  #closed = false;

  constructor(machine: NativeMachine, blocks: NativeBlocks) {
    this.#machine = machine;
    this.#blocks = blocks;
  }

  /** Whether steps are for a queue: stages of a program, not all of them short, and what they read and write. */
  static takes(steps: readonly Step[]): boolean {
    const calls = steps.filter((step) => step.do === "call");
    return (
      calls.every(({ name }) => name.startsWith("stage_")) &&
      calls.some(({ short }) => short !== true)
    );
  }

  /** Errors: `runtime-unavailable` without memory, and where the engine is closed before the steps begin. */
  async run(steps: readonly Step[]): Promise<readonly StepResult[]> {
    if (this.#closed) throw engineClosed("native");
    const prepared = this.#prepare(steps);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...prepared, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  /** What has not begun is rejected. */
  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(engineClosed("native"));
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const now = this.#waiting.splice(0);
      try {
        await this.#call(now.flatMap(({ calls }) => calls));
        for (const one of now) one.resolve(this.#results(one));
      } catch (problem) {
        for (const { reject, staging } of now) {
          this.#keep(staging);
          reject(problem);
        }
      }
    }
    this.#busy = false;
  }

  async #call(calls: readonly StageCall[]): Promise<void> {
    const bytes = calls.length * callWords * BigInt64Array.BYTES_PER_ELEMENT;
    if (this.#list === undefined || this.#list.bytes < bytes) {
      if (this.#list !== undefined) this.#release(this.#list);
      this.#list = this.#allocate(2 * bytes);
    }
    const { address } = this.#list;
    const { buffer, byteOffset } = this.#blocks.bytes(address, bytes);
    const words = new BigInt64Array(buffer, byteOffset, calls.length * callWords);
    writeCalls(this.#machine, words, calls);
    await this.#machine.callAsync("stage_calls", address, calls.length);
  }

  #prepare(steps: readonly Step[]): Prepared {
    const sizes = steps.map(stagedBytes);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const staging = bytes === 0 ? undefined : this.#take(bytes);
    let at = staging?.address ?? (0 as Address);
    const calls = steps.map((step, index): StageCall => {
      const place = at;
      at = offsetAddress(at, sizes[index] ?? 0);
      if (step.do === "call") return step;
      if (step.do === "read") return copyCall(place, step.address, step.bytes);
      this.#blocks.bytes(place, step.data.length).set(step.data);
      return copyCall(step.address, place, step.data.length);
    });
    return { steps, calls, staging };
  }

  #results({ steps, staging }: Prepared): StepResult[] {
    let at = staging?.address ?? (0 as Address);
    const results = steps.map((step): StepResult => {
      const place = at;
      at = offsetAddress(at, stagedBytes(step));
      return step.do === "read" ? new Uint8Array(this.#blocks.bytes(place, step.bytes)) : 0;
    });
    this.#keep(staging);
    return results;
  }

  #take(bytes: number): Staging {
    const found = this.#spare.findIndex((one) => one.bytes >= bytes);
    const [fitting] = found < 0 ? [] : this.#spare.splice(found, 1);
    if (fitting !== undefined) return fitting;
    const small = this.#spare.pop();
    if (small !== undefined) this.#release(small);
    return this.#allocate(bytes);
  }

  #keep(staging: Staging | undefined): void {
    if (staging !== undefined) this.#spare.push(staging);
  }

  #allocate(bytes: number): Staging {
    const address = this.#machine.allocate(bytes);
    this.#blocks.add(address, bytes);
    return { address, bytes };
  }

  #release({ address }: Staging): void {
    this.#blocks.remove(address);
    this.#machine.release(address);
  }
}

/** What a step takes of the staging memory. */
function stagedBytes(step: Step): number {
  if (step.do === "call") return 0;
  const bytes = step.do === "write" ? step.data.length : step.bytes;
  return Math.ceil(bytes / alignment) * alignment;
}
