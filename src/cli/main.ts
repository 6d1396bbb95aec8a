#!/usr/bin/env node
// `velum COMMAND ...`. Exit codes: 0, 1 for work that failed, 2 for a command that was called wrongly.
import { fileURLToPath } from "node:url";
import { type Command, isUsageError, readArguments, usageError } from "./arguments.js";
import { decryptCommand, encryptCommand, keygenCommand } from "./client-commands.js";
import { compileCommand } from "./compile.js";
import { costCommand } from "./cost.js";
import { failureText } from "./failure-text.js";
import { readJson } from "./files.js";
import { inspectCommand } from "./inspect.js";
import { runCommand } from "./run.js";

const commands: ReadonlyMap<string, Command> = new Map([
  ["compile", compileCommand],
  ["cost", costCommand],
  ["inspect", inspectCommand],
  ["keygen", keygenCommand],
  ["encrypt", encryptCommand],
  ["run", runCommand],
  ["decrypt", decryptCommand],
]);

const list = [...commands].map(([name, { summary }]) => `    ${name.padEnd(10)} ${summary}`);
const usage = `velum COMMAND ...

${list.join("\n")}

velum COMMAND --help says more, velum --version which version it is.`;

async function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(usage);
    if (name === undefined) process.exitCode = 2;
    return;
  }
  if (name === "--version" || name === "-v") {
    console.log(await packageVersion());
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

async function packageVersion(): Promise<string> {
  const file = fileURLToPath(new URL("../../../package.json", import.meta.url));
  const { version } = Object.assign({ version: "unknown" }, await readJson(file));
  return version;
}

// A reader that has seen enough, as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(failureText(error));
  process.exitCode = isUsageError(error) ? 2 : 1;
}
