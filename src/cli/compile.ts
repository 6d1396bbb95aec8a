import { join } from "node:path";
import { VelumError } from "../base/error.js";
import type { Circuit } from "../circuit/circuit.js";
import type { CompileOptions } from "../circuit/compile-options.js";
import type { CompiledModule } from "../circuit/compiled-module.js";
import { compiler } from "../circuit/compiler.js";
import { declareModule } from "../circuit/module.js";
import type { Sample } from "../trace/inputset.js";
import {
  type Command,
  integerOption,
  type Options,
  onlyOne,
  required,
  runtimeOption,
  usageError,
} from "./arguments.js";
import { readJson, writeBytes } from "./files.js";
import {
  type FunctionProgram,
  type Inputsets,
  isInputsets,
  isSamples,
  loadProgram,
  type ModuleProgram,
} from "./load-program.js";
import { Progress } from "./progress.js";

export const compileCommand: Command = {
  summary: "a program file becomes client.zip and server.zip",
  help: `velum compile PROGRAM -o FOLDER [--inputset FILE.json] [--name NAME] [--failure LOG2]
              [--max-upload-bytes N] [--max-key-bytes N] [--max-memory-bytes N] [--max-run-ms N]
              [--protect-model BITS] [--runtime auto|wasm|native] [--threads N] [--debug FOLDER]

PROGRAM is an ES module:

    export const parameters = { x: "encrypted" };
    export const inputset = [[0, 0], [7, 7]];      // or --inputset: a JSON list of samples
    export default (x) => x.matmul([2, 3]).add(1); // and all of fhe, which the package exports

or, for several functions that share keys and may take each other's answers (fhe is what the package exports):

    export const functions = { up: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(4)) };
    export const inputsets = { up: [0, 1, 2, 3] };  // or --inputset: a JSON object with a list a function
    export const wires = [{ from: "up", to: "up" }]; // what may feed what; left away: all of one shape

Writes FOLDER/client.zip for clients and FOLDER/server.zip for the server; prints graph and cost, with times
measured on this machine. --protect-model: answers say nothing of the model but their values, within a statistical
distance of 2^-BITS (40 is usual). --debug writes what every stage leaves, after a failure too.`,
  options: [
    ...[
      "output",
      "inputset",
      "name",
      "failure",
      "max-upload-bytes",
      "max-key-bytes",
      "max-memory-bytes",
      "max-run-ms",
      "protect-model",
      "runtime",
      "threads",
      "debug",
    ],
  ],
  async run({ options, positionals }) {
    const path = onlyOne(positionals, "the program file");
    const output = required(options, "output");
    const runtime = runtimeOption(options);
    const failureLog2 = integerOption(options, "failure");
    const maxUploadBytes = integerOption(options, "max-upload-bytes");
    const maxEvaluationKeyBytes = integerOption(options, "max-key-bytes");
    const maxMemoryBytes = integerOption(options, "max-memory-bytes");
    const maxRunMs = integerOption(options, "max-run-ms");
    const protectionBits = integerOption(options, "protect-model");
    const threads = integerOption(options, "threads");
    const program = await loadProgram(path);
    const progress = new Progress();
    const settings = {
      runtime,
      threads,
      debugFolder: options["debug"],
      onStage: (stage: string) => progress.stage(`compile: ${stage}`),
      ...(failureLog2 === undefined ? {} : { failureLog2 }),
      ...(protectionBits === undefined ? {} : { protectModel: { bits: protectionBits } }),
      ...(maxUploadBytes === undefined ? {} : { maxUploadBytes }),
      ...(maxEvaluationKeyBytes === undefined ? {} : { maxEvaluationKeyBytes }),
      ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      ...(maxRunMs === undefined ? {} : { maxRunMs }),
    };
    const compiled =
      program.kind === "module"
        ? await compileModule(program, options, settings)
        : await compileFunction(program, options, settings);
    try {
      progress.stage("measuring this machine");
      const cost = await compiled.measureCost();
      progress.end();
      const [client, server] = [join(output, "client.zip"), join(output, "server.zip")];
      await writeBytes(client, compiled.clientFile);
      await writeBytes(server, compiled.serverFile);
      console.log(`${compiled}\n\n${cost}\n\nwrote ${client} and ${server}`);
    } finally {
      await compiled.close();
    }
  },
};

async function compileFunction(
  program: FunctionProgram,
  options: Options,
  settings: Partial<CompileOptions>,
): Promise<Circuit> {
  const inputset = await readSamples(options["inputset"], program.inputset);
  const name = options["name"] ?? program.name;
  return compiler(program.parameters, program.fn).compile(inputset, { name, ...settings });
}

async function compileModule(
  { functions, inputsets: own, wires }: ModuleProgram,
  options: Options,
  settings: Partial<CompileOptions>,
): Promise<CompiledModule> {
  if (options["name"] !== undefined) {
    throw usageError("--name", "is for programs of one function; a module's functions have theirs");
  }
  const inputsets = await readInputsets(options["inputset"], own);
  const missing = Object.keys(functions).find((name) => inputsets[name] === undefined);
  if (missing !== undefined) {
    throw usageError(`inputset of "${missing}"`, "is missing in the program or in --inputset");
  }
  return declareModule(functions).compile(inputsets, { wires, ...settings });
}

async function readInputsets(
  path: string | undefined,
  own: Inputsets | undefined,
): Promise<Inputsets> {
  if (path === undefined) {
    if (own !== undefined) return own;
    throw usageError("--inputset", "is missing, and the program exports no inputsets");
  }
  const inputsets = await readJson(path);
  if (isInputsets(inputsets)) return inputsets;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "is not an object with a list of samples a function",
    cure: 'Write a JSON object like { "f": [0, 1, 2, 3] }',
  });
}

async function readSamples(
  path: string | undefined,
  own: Iterable<Sample> | undefined,
): Promise<Iterable<Sample>> {
  if (path === undefined) {
    if (own !== undefined) return own;
    throw usageError("--inputset", "is missing, and the program exports no inputset");
  }
  const samples = await readJson(path);
  if (isSamples(samples)) return samples;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "is not a list of samples",
    cure: "Write a JSON array with one sample an entry",
  });
}
