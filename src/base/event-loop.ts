import { VelumError } from "./error.js";

/** Longest time that work may keep the event loop: half a frame of a page. */
export const sliceMs = 8;

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
