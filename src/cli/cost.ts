import { archiveHolds } from "../artifact/archive.js";
import { isModuleFile, readServerModule } from "../artifact/module-file.js";
import { readServerFile } from "../artifact/server-file.js";
import { type Command, onlyOne, usageError } from "./arguments.js";
import { compileAndMeasure, compileFileOptions, compileHelp } from "./compile-file.js";
import { readBytes } from "./files.js";
import { moduleFileCost } from "./inspect-module.js";
import { serverCost } from "./inspected-rows.js";
import { numberOf } from "./option-texts.js";

const defaultBatch = 16;

export const costCommand: Command = {
  summary: "what a program, a model or a server.zip takes: keys, bytes, times",
  help: `velum cost PROGRAM|MODEL [--inputset FILE] [--batch N] [OPTIONS]
velum cost SERVER.zip [--batch N]

Of a program or a model: compiles it, writes nothing, and prints the cost, with times measured on this machine. Of a server
file: by the rates of native code on this processor. --batch: requests in one call, 16 unless told otherwise.

${compileHelp}`,
  ...{ options: ["batch", ...compileFileOptions.options], flags: compileFileOptions.flags },
  async run({ options, positionals }) {
    const path = onlyOne(positionals, "the program, model or server file");
    const batch = batchOf(options["batch"]);
    if (path.toLowerCase().endsWith(".zip")) {
      const file = await readBytes(path);
      const cost = fileCost(file, batch);
      if (cost !== undefined) {
        console.log(String(cost));
        return;
      }
    }
    await compileAndMeasure(path, options, batch, (_, cost) => console.log(String(cost)));
  },
};

/** Of a server file; undefined for other files. */
function fileCost(file: Uint8Array, batch: number): object | undefined {
  if (isModuleFile(file)) return moduleFileCost(readServerModule(file), batch);
  const server = ["manifest.json", "client.json"].some((name) => archiveHolds(file, name));
  return server ? serverCost(readServerFile(file), batch) : undefined;
}

function batchOf(text: string | undefined): number {
  const batch = text === undefined ? defaultBatch : numberOf(text, "--batch");
  if (Number.isInteger(batch) && batch >= 1 && batch <= 1e6) return batch;
  throw usageError("--batch", `is ${batch}, and may be a whole number from 1 to 1000000`);
}
