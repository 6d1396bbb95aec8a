import { join } from "node:path";
import { VelumError } from "../base/error.js";
import { compiler } from "../circuit/compiler.js";
import type { Sample } from "../trace/inputset.js";
import {
  type Command,
  integerOption,
  onlyOne,
  required,
  runtimeOption,
  usageError,
} from "./arguments.js";
import { readJson, writeBytes } from "./files.js";
import { isSamples, loadProgram } from "./load-program.js";
import { Progress } from "./progress.js";

export const compileCommand: Command = {
  summary: "a program file becomes client.zip and server.zip",
  help: `velum compile PROGRAM -o FOLDER [--inputset FILE.json] [--name NAME] [--failure LOG2]
              [--max-key-bytes N] [--protect-model BITS] [--runtime auto|wasm|native] [--threads N] [--debug FOLDER]

PROGRAM is an ES module:

    export const parameters = { x: "encrypted" };
    export const inputset = [[0, 0], [7, 7]];      // or --inputset: a JSON list of samples
    export default (x) => x.matmul([2, 3]).add(1); // and all of fhe, which the package exports

Writes FOLDER/client.zip for clients and FOLDER/server.zip for the server; prints graph and cost, with times
measured on this machine. --protect-model: answers say nothing of the model but their values, within a statistical
distance of 2^-BITS (40 is usual). --debug writes what every stage leaves, after a failure too.`,
  options: [
    ...[
      "output",
      "inputset",
      "name",
      "failure",
      "max-key-bytes",
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
    const maxEvaluationKeyBytes = integerOption(options, "max-key-bytes");
    const protectionBits = integerOption(options, "protect-model");
    const threads = integerOption(options, "threads");
    const program = await loadProgram(path);
    const inputset = await readSamples(options["inputset"], program.inputset);
    const progress = new Progress();
    const circuit = await compiler(program.parameters, program.fn).compile(inputset, {
      name: options["name"] ?? program.name,
      runtime,
      threads,
      debugFolder: options["debug"],
      onStage: (stage) => progress.stage(`compile: ${stage}`),
      ...(failureLog2 === undefined ? {} : { failureLog2 }),
      ...(protectionBits === undefined ? {} : { protectModel: { bits: protectionBits } }),
      ...(maxEvaluationKeyBytes === undefined ? {} : { maxEvaluationKeyBytes }),
    });
    try {
      progress.stage("measuring this machine");
      const cost = await circuit.measureCost();
      progress.end();
      const [client, server] = [join(output, "client.zip"), join(output, "server.zip")];
      await writeBytes(client, circuit.clientFile);
      await writeBytes(server, circuit.serverFile);
      console.log(`${circuit}\n\n${cost}\n\nwrote ${client} and ${server}`);
    } finally {
      await circuit.close();
    }
  },
};

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
