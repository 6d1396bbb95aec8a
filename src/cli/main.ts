#!/usr/bin/env node
// `velum COMMAND ...`. Exit codes: 0, 1 for work that failed, 2 for a command that was called wrongly.
import { VelumError } from "../base/error.js";
import { type Command, isUsageError, readArguments, usageError } from "./arguments.js";
import { decryptCommand, encryptCommand, keygenCommand } from "./client-commands.js";
import { compileCommand } from "./compile.js";
import { inspectCommand } from "./inspect.js";
import { runCommand } from "./run.js";

const commands: ReadonlyMap<string, Command> = new Map([
  ["compile", compileCommand],
  ["inspect", inspectCommand],
  ["keygen", keygenCommand],
  ["encrypt", encryptCommand],
  ["run", runCommand],
  ["decrypt", decryptCommand],
]);

const list = [...commands].map(([name, { summary }]) => `    ${name.padEnd(10)} ${summary}`);
const usage = `velum COMMAND ...

${list.join("\n")}

velum COMMAND --help says more.`;

async function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(usage);
    if (name === undefined) process.exitCode = 2;
    return;
  }
  const command = commands.get(name);
  if (command === undefined) {
    throw usageError(`command "${name}"`, `is none of ${[...commands.keys()].join(", ")}`);
  }
  const parameters = readArguments(command, rest);
  if (parameters === undefined) console.log(command.help);
  else await command.run(parameters);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // Whatever else it is, it is a fault of this program or of the user's: the place matters.
  console.error(error instanceof VelumError ? `velum: ${error.message}` : error);
  process.exitCode = isUsageError(error) ? 2 : 1;
}
