import type { NativeMachine } from "../tfhe/machine-native.js";
import type { Step } from "./engine.js";

type StageCall = Extract<Step, { readonly do: "call" }>;

/** The function and its seven parameters. */
const callWords = 8;

/**
 * Compiled around a program's stages: calls several of them in one go. Each wake-up of a thread may land it on a core that is busy
 * while another is idle, until the system moves it; fewer and longer calls keep all cores at work.
 */
export const stageCallsSource = `#include "program.c"
typedef void stage(char *, word, const char *, const char *, char *, word, word);
__attribute__((visibility("default"))) void stage_calls(const word *call, word count) {
  for (const word *end = call + count * ${callWords}; call < end; call += ${callWords})
    ((stage *)call[0])((char *)call[1], call[2], (const char *)call[3], (const char *)call[4], (char *)call[5], call[6], call[7]);
}
`;

/** The stages that `steps` calls one right after the other, from step `first` on. */
export function stageCallsFrom(steps: readonly Step[], first: number): StageCall[] {
  const calls: StageCall[] = [];
  for (let next = first; next < steps.length; next++) {
    const step = steps[next];
    if (step?.do !== "call" || !step.name.startsWith("stage_")) break;
    calls.push(step);
  }
  return calls;
}

/** Calls the stages in order on one thread of the platform's pool; short ones at once, where they are asked for. A 0 for each. */
export async function callStages(
  machine: NativeMachine,
  calls: readonly StageCall[],
): Promise<number[]> {
  const list = machine.allocate(calls.length * callWords * 8);
  try {
    const words = machine.words(list, calls.length * callWords);
    for (const [index, { name, parameters }] of calls.entries()) {
      words.set([machine.functionAddress(name), ...parameters.map(BigInt)], index * callWords);
    }
    if (calls.every(({ short }) => short === true)) machine.call("stage_calls", list, calls.length);
    else await machine.callAsync("stage_calls", list, calls.length);
  } finally {
    machine.release(list);
  }
  return calls.map(() => 0);
}
