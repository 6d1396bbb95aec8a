import { basename, join } from "node:path";
import { bytesText, msText } from "../circuit/cost/cost.js";
import type { FedValue, RunInput } from "../runtime/composed-input.js";
import { type Command, integerOption, required, runtimeOption, usageError } from "./arguments.js";
import { readBytes, writeBytes } from "./files.js";
import { functionOf, openServer } from "./open-sides.js";
import { Progress } from "./progress.js";

export const runCommand: Command = {
  summary: "the server's part: computes on requests",
  help: `velum run SERVER.zip REQUEST... -o FOLDER [--keys EVALUATION.keys] [--runtime auto|wasm|native] [--threads N]
                                 [--function NAME] [--from PARAMETER=ANSWER[#OUTPUT]]...

Computes on ciphertexts of one client, all in one batch, and writes FOLDER/NAME.answer for each request NAME. It executes
code of the server file: run only files whose origin you know.

--function: which function of a module. An earlier ANSWER may stand for a request: its results are the parameters in order.
--from gives single parameters from answers, beside one request that has null for them, or none where all are given; the
answer is then FOLDER/FUNCTION.answer. #1 is the second result of an answer, #0 may be left away.`,
  options: ["function", "keys", "output", "runtime", "threads"],
  repeated: ["from"],
  async run({ options, repeated, positionals }) {
    const [path, ...names] = positionals;
    if (path === undefined) throw usageError("arguments", "the server file is missing");
    const folder = required(options, "output");
    const runtime = runtimeOption(options);
    const threads = integerOption(options, "threads");
    const file = await readBytes(path);
    const from = repeated["from"] ?? [];
    const inputs = await readInputs(names, from);
    const keyFile = options["keys"] === undefined ? undefined : await readBytes(options["keys"]);
    const progress = new Progress();
    const server = await openServer(file, { runtime, threads });
    try {
      const own = functionOf(server, options["function"]);
      const keys =
        keyFile === undefined
          ? undefined
          : await server.loadEvaluationKeys(keyFile, progress.options("evaluation keys"));
      const started = performance.now();
      const answers = await own.run(inputs, keys, progress.options("run"));
      const ms = performance.now() - started;
      progress.end();
      for (const [index, answer] of answers.entries()) {
        const name = basename(names[index] ?? options["function"] ?? "fed");
        const out = join(folder, `${name}.answer`);
        await writeBytes(out, answer);
        console.log(`${out}: answer, ${bytesText(answer.length)}`);
      }
      const noun = answers.length === 1 ? "request" : "requests";
      const engine = `${server.runtime}, threads: ${server.threads}`;
      console.log(`${answers.length} ${noun} in ${msText(ms)} (${engine})`);
    } finally {
      progress.end();
      await server.close();
    }
  },
};

/** Requests and answers as they are, or one that `--from` completes. */
async function readInputs(names: readonly string[], from: readonly string[]): Promise<RunInput[]> {
  const files = await Promise.all(names.map(readBytes));
  if (from.length === 0) {
    if (files.length === 0) throw usageError("arguments", "the requests are missing");
    return files;
  }
  const [request, ...others] = files;
  if (others.length > 0) {
    throw usageError("--from", `completes one request, and ${files.length} are given`);
  }
  const fed = await Promise.all(from.map(readFed));
  return [{ ...(request === undefined ? {} : { request }), from: Object.fromEntries(fed) }];
}

/** `PARAMETER=ANSWER[#OUTPUT]`. */
async function readFed(text: string): Promise<readonly [string, FedValue]> {
  const [, parameter, path, output = "0"] = /^([^=]+)=(.+?)(?:#(\d+))?$/.exec(text) ?? [];
  if (parameter === undefined || path === undefined) {
    throw usageError("--from", `is "${text}", not PARAMETER=ANSWER`);
  }
  return [parameter, { answer: await readBytes(path), output: Number(output) }];
}
