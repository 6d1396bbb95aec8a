// `npm run bench -- NAME [--runtime native|wasm] [--threads n] [--batch n] [--only TEXT] [--save]`
// NAME is a file of this folder that exports `run`; one JSON line is printed for each row it yields.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { saveResults } from "./results.js";
import { type BenchModule, type BenchOptions, formatLine, type Line } from "./row.js";

const usage =
  "npm run bench -- NAME [--runtime native|wasm] [--threads n] [--batch n] [--only TEXT] [--save]";

function stop(problem: string): never {
  console.error(`${problem}\n${usage}`);
  process.exit(2);
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    stop(`--${name} takes a whole number from 1, not "${text}"`);
  return value;
}

function readOptions(): { name: string; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runtime: { type: "string" },
      threads: { type: "string" },
      batch: { type: "string" },
      only: { type: "string" },
      save: { type: "boolean", default: false },
    },
  });
  const name = positionals[0];
  if (name === undefined || !/^[a-z-]+$/.test(name)) stop("which benchmark?");
  const { runtime } = values;
  if (runtime !== undefined && runtime !== "native" && runtime !== "wasm") {
    stop(`--runtime is native or wasm, not "${runtime}"`);
  }
  return {
    name,
    options: {
      runtime,
      threads: count("threads", values.threads) ?? 1,
      batch: count("batch", values.batch),
      only: values.only,
      save: values.save,
    },
  };
}

const { name, options } = readOptions();
const file = new URL(`./${name}.js`, import.meta.url);
if (!existsSync(file)) stop(`there is no bench/${name}.ts`);
const module = (await import(file.href)) as Partial<BenchModule>;
if (module.run === undefined) stop(`bench/${name}.ts is no benchmark: it exports no run()`);

const lines: Line[] = [];
for await (const line of module.run(options)) {
  console.log(formatLine(line));
  lines.push(line);
}
if (options.save) console.error(`kept in ${saveResults(name, lines)}`);
