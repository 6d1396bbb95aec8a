import type { NativeMachine } from "../tfhe/machine-native.js";
import type { Step } from "./engine.js";

/** One function of a program: its name and its seven parameters. */
export type StageCall = Pick<Extract<Step, { readonly do: "call" }>, "name" | "parameters">;

/** The function and its parameters. */
export const callWords = 8;

/**
 * Compiled around a program's stages: calls several of them in one go, and moves bytes between them. Each wake-up of a thread may land
 * it on a core that is busy while another is idle, until the system moves it; fewer and longer calls keep all cores at work.
 */
export const stageCallsSource = `#include "program.c"
#include "checksum.c"
typedef void stage(char *, word, const char *, const char *, char *, word, word);
__attribute__((visibility("default"))) void stage_copy(char *to, word bytes, const char *from, const char *a, char *b, word c, word d) {
  (void)a; (void)b; (void)c; (void)d;
  __builtin_memcpy(to, from, (__SIZE_TYPE__)bytes);
}
__attribute__((visibility("default"))) void stage_calls(const word *call, word count) {
  for (const word *end = call + count * ${callWords}; call < end; call += ${callWords})
    ((stage *)call[0])((char *)call[1], call[2], (const char *)call[3], (const char *)call[4], (char *)call[5], call[6], call[7]);
}
`;

/** Moves `bytes` bytes. */
export function copyCall(to: number, from: number, bytes: number): StageCall {
  return { name: "stage_copy", parameters: [to, bytes, from, 0, 0, 0, 0] };
}

/** Writes `calls` as `stage_calls` reads them. */
export function writeCalls(
  machine: NativeMachine,
  words: BigInt64Array,
  calls: readonly StageCall[],
): void {
  for (const [index, { name, parameters }] of calls.entries()) {
    const call = [machine.functionAddress(name), ...parameters.map(BigInt)];
    words.set(call, index * callWords);
  }
}
