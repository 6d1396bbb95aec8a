import { join } from "node:path";
import { type Command, onlyOne, required } from "./arguments.js";
import { compileAndMeasure, compileFileOptions, compileHelp } from "./compile-file.js";
import { writeBytes } from "./files.js";

export const compileCommand: Command = {
  summary: "a program or a model file becomes client.zip and server.zip",
  help: `velum compile PROGRAM -o FOLDER [--inputset FILE] [OPTIONS]
velum compile MODEL -o FOLDER --inputset ROWS [OPTIONS]

Writes FOLDER/client.zip for clients and FOLDER/server.zip for the server; prints graph and cost, with times measured on this
machine. velum cost prints the cost alone.

${compileHelp}`,
  ...{ options: ["output", ...compileFileOptions.options], flags: compileFileOptions.flags },
  async run({ options, positionals }) {
    const path = onlyOne(positionals, "the program or model file");
    const output = required(options, "output");
    await compileAndMeasure(path, options, undefined, async (compiled, cost) => {
      const [client, server] = [join(output, "client.zip"), join(output, "server.zip")];
      await writeBytes(client, compiled.clientFile);
      await writeBytes(server, compiled.serverFile);
      console.log(`${compiled}\n\n${cost}\n\nwrote ${client} and ${server}`);
    });
  },
};
