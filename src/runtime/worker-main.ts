import { VelumError } from "../base/error.js";
import { createWasmMachine, joinWasmMachine, type WasmMachine } from "../tfhe/machine-wasm.js";
import type { Step, StepResult } from "./engine.js";
import type { WorkerAnswer, WorkerStart } from "./engine-wasm.js";
import type { WorkerQuestion } from "./worker-port.js";

/** A thread of the wasm engine: its kernels, the program's stages, and the memory they share. */
interface Thread {
  readonly machine: WasmMachine;
  readonly stages: ReadonlyMap<string, (...parameters: number[]) => void>;
}

let thread: Thread | undefined;

async function start(question: WorkerStart): Promise<WorkerAnswer> {
  const { kernels, program, shared, shareMemory } = question;
  const machine =
    shared === undefined
      ? await createWasmMachine(kernels)
      : await joinWasmMachine(kernels, shared.memory, shared.stack);
  const instance = await WebAssembly.instantiate(program, { kernels: machine.instance.exports });
  const stages = new Map<string, (...parameters: number[]) => void>();
  for (const [name, value] of Object.entries(instance.exports)) {
    if (typeof value === "function") stages.set(name, value as (...parameters: number[]) => void);
  }
  thread = { machine, stages };
  return {
    results: [],
    ...(shareMemory && shared === undefined ? { memory: machine.memory } : {}),
  };
}

function perform({ machine, stages }: Thread, step: Step): StepResult {
  if (step.do === "write") {
    machine.bytes(step.address, step.data.length).set(step.data);
    return 0;
  }
  if (step.do === "read") return new Uint8Array(machine.bytes(step.address, step.bytes));
  if (step.name === "velum_allocate") return machine.allocate(step.parameters[0] ?? 0);
  const stage = stages.get(step.name);
  if (stage === undefined) return machine.call(step.name, ...step.parameters);
  stage(...step.parameters);
  return 0;
}

async function answer(question: WorkerQuestion): Promise<WorkerAnswer> {
  try {
    if ("kernels" in question) return await start(question);
    const own = thread;
    if (own === undefined) return { problem: "it was not started" };
    return { results: question.steps.map((step) => perform(own, step)) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : "unknown reason";
    return { problem, ...(error instanceof VelumError ? { refusal: error.parts } : {}) };
  }
}

if (typeof process !== "undefined" && process.versions?.node !== undefined) {
  const { parentPort } = process.getBuiltinModule("node:worker_threads");
  parentPort?.on("message", async (question: WorkerQuestion) =>
    parentPort.postMessage(await answer(question)),
  );
} else {
  // A page's worker: questions that arrive before this line wait in its queue.
  addEventListener("message", async ({ data }: MessageEvent<WorkerQuestion>) =>
    postMessage(await answer(data)),
  );
}
