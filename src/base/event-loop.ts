import { VelumError } from "./error.js";

/** Longest time that work may keep the event loop: half a frame of a page. */
const sliceMs = 8;

/** Resolves after everything that waits in the event loop had its turn; without the 4 ms that pages add to nested timers. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Error `aborted` once `signal` has fired. `path` names the work. */
export function throwIfAborted(signal: AbortSignal | undefined, path: string): void {
  if (!signal?.aborted) return;
  throw new VelumError({
    code: "aborted",
    path,
    problem: "was aborted by its caller",
    cure: "Start it again to get a result",
  });
}

/** How long work is watched and stopped from outside. */
export interface SliceOptions {
  /** Stops the work at the end of a slice. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the share that is done, rising from 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Long work in slices of some 8 ms, with a turn of the event loop between them. */
export class Slices {
  readonly #path: string;
  readonly #options: SliceOptions;
  #start = performance.now();

  /** `path` names the work in errors. Error `aborted` where the signal has fired already. */
  constructor(path: string, options: SliceOptions) {
    this.#path = path;
    this.#options = options;
    throwIfAborted(options.signal, path);
  }

  /** Between two pieces of work, `fraction` of all done: lets others run where the slice is over. Error `aborted`. */
  async pause(fraction: number): Promise<void> {
    if (performance.now() - this.#start < sliceMs) return;
    this.#options.onProgress?.(fraction);
    await nextTurn();
    throwIfAborted(this.#options.signal, this.#path);
    this.#start = performance.now();
  }
}
