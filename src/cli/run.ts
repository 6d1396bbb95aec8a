import { basename, join } from "node:path";
import { bytesText, msText } from "../circuit/cost.js";
import { ServerCircuit } from "../runtime/server-circuit.js";
import { type Command, integerOption, oneAndMore, required, runtimeOption } from "./arguments.js";
import { readBytes, writeBytes } from "./files.js";
import { Progress } from "./progress.js";

export const runCommand: Command = {
  summary: "the server's part: computes on requests",
  help: `velum run SERVER.zip REQUEST... -o FOLDER [--keys EVALUATION.keys] [--runtime auto|wasm|native] [--threads N]

Computes on ciphertexts of one client, all in one batch, and writes FOLDER/NAME.answer for each request NAME. It executes
code of the server file: run only files whose origin you know.`,
  options: ["keys", "output", "runtime", "threads"],
  async run({ options, positionals }) {
    const [path, names] = oneAndMore(positionals, "the server file", "the requests");
    const folder = required(options, "output");
    const runtime = runtimeOption(options);
    const threads = integerOption(options, "threads");
    const file = await readBytes(path);
    const requests = await Promise.all(names.map(readBytes));
    const keyFile = options["keys"] === undefined ? undefined : await readBytes(options["keys"]);
    const progress = new Progress();
    const server = await ServerCircuit.load(file, { runtime, threads });
    try {
      const keys =
        keyFile === undefined
          ? undefined
          : await server.loadEvaluationKeys(keyFile, progress.options("evaluation keys"));
      const started = performance.now();
      const answers = await server.run(requests, keys, progress.options("run"));
      const ms = performance.now() - started;
      progress.end();
      for (const [index, answer] of answers.entries()) {
        const out = join(folder, `${basename(names[index] ?? "")}.answer`);
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
