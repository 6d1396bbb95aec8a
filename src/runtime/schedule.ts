import { isBootstrap } from "../tfhe/bootstrap-shape.js";

/** Look-ups that share one pass over the keys (SWITCH_BATCH in kernels/key_switch.h). */
export const keyBatch = 8;
/** Requests worked on at a time; more are taken in turns, so that memory does not grow with their number. */
const largestBatch = 64;
/** Of all requests that are worked on at a time, as far as one alone does not need more. */
const largestWorkspaceBytes = 2 ** 28;

/** A thread that works this long without waking has as good as no pauses. */
const unbrokenMs = 48;
/** Requests that take longer are not made ready ahead: reading one is nothing beside them, and a run is to stop soon where it is told. */
const longRequestMs = 100;
const mostAhead = 16;

/**
 * Requests that a thread is given while it works on one of `requestMs` milliseconds: short ones are worked on in turns of some 48 ms,
 * while those of the next turn are made ready. Towards the end, with `left` requests to give, all of `threads` shall have equal shares.
 */
export function requestsAhead(requestMs: number, left: number, threads: number): number {
  if (requestMs > longRequestMs) return 0;
  const aTurn = Math.ceil(unbrokenMs / Math.max(requestMs, unbrokenMs / mostAhead));
  return Math.min(2 * aTurn - 1, Math.floor(left / threads));
}

/** Requests of `requestBytes` that are worked on at a time. */
export function requestsAtOnce(requestBytes: number): number {
  return Math.max(1, Math.min(largestBatch, Math.floor(largestWorkspaceBytes / requestBytes)));
}

/** Items of a range: full key batches where there is enough work for all threads, else equal shares. */
export function grainOf(kernel: string, items: number, threads: number): number {
  const share = Math.ceil(items / threads);
  return isBootstrap({ kernel }) ? Math.min(keyBatch, share) : share;
}
