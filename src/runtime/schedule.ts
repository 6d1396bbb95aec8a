import { isBootstrap } from "../tfhe/bootstrap-shape.js";

/** Look-ups that share one pass over the keys (SWITCH_BATCH in kernels/key_switch.h). */
export const keyBatch = 8;
/** Requests worked on at a time; more are taken in turns, so that memory does not grow with their number. */
const largestBatch = 64;
/** Of all requests that are worked on at a time, as far as one alone does not need more. */
const largestWorkspaceBytes = 2 ** 28;

/** Requests of `requestBytes` that are worked on at a time. */
export function requestsAtOnce(requestBytes: number): number {
  return Math.max(1, Math.min(largestBatch, Math.floor(largestWorkspaceBytes / requestBytes)));
}

/** Items of a range: full key batches where there is enough work for all threads, else equal shares. */
export function grainOf(kernel: string, items: number, threads: number): number {
  const share = Math.ceil(items / threads);
  return isBootstrap({ kernel }) ? Math.min(keyBatch, share) : share;
}
