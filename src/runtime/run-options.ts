import { checkOptions } from "../base/check-options.js";

/** How a caller follows or stops work that takes a while. */
export interface RunOptions {
  /** Stops the work soon; the promise then rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the share that is done, rising from 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Error `bad-argument` for names that are no options of runs. */
export function checkRunOptions(options: unknown, path: string): void {
  checkOptions(options, ["signal", "onProgress"], path);
}
