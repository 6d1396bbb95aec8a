/** How a caller follows or stops work that takes a while. */
export interface RunOptions {
  /** Stops the work soon; the promise then rejects with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Gets the share that is done, rising from 0 to 1. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}
