import { extname } from "node:path";
import type { CompileOptions } from "../circuit/compile-options.js";
import { compiler } from "../circuit/compiler.js";
import { declareModule } from "../circuit/module.js";
import { type Options, usageError } from "./arguments.js";
import { compileOptions, compileWordList } from "./compile-words.js";
import { readBytes } from "./files.js";
import { loadModel, modelWordList } from "./load-model.js";
import { type FunctionProgram, loadProgram, type ModuleProgram } from "./load-program.js";
import { wordLines } from "./option-texts.js";
import { Progress } from "./progress.js";
import { readInputsets, readRows, readSamples } from "./read-samples.js";

/** What a circuit, a compiled model and a compiled module have in common. */
export interface CompiledFile {
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
  measureCost(batch?: number): Promise<object>;
  close(): Promise<void>;
}

const sourceHelp = `A model is a file of XGBoost (save_model: .json, .ubj), LightGBM (save_model: .txt), ONNX (skl2onnx), or one that dump of
a Velum model wrote. --inputset: rows like those that it will see, as .csv or as JSON.

A PROGRAM is an ES module:

    export const parameters = { x: "encrypted" };
    export const inputset = [[0, 0], [7, 7]];      // or --inputset: a JSON list of samples, or .csv
    export default (x) => x.matmul([2, 3]).add(1); // and all of fhe, which the package exports

or, for several functions that share keys and may take each other's answers (fhe is what the package exports):

    export const functions = { up: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(4)) };
    export const inputsets = { up: [0, 1, 2, 3] };  // or --inputset: a JSON object with a list a function
    export const wires = [{ from: "up", to: "up" }]; // what may feed what; left away: all of one shape`;

/** What commands that compile say of files and options. */
export const compileHelp = `${sourceHelp}

  --inputset FILE  samples, .json or .csv

Limits and other options:
${wordLines(compileWordList)}

Of model files of other libraries:
${wordLines(modelWordList)}`;

const words = [...compileWordList, ...modelWordList];

/** Names of what `compileFile` reads, with a value and without. */
export const compileFileOptions = {
  options: ["inputset", ...words.filter(({ shown }) => shown !== "").map(({ word }) => word)],
  flags: words.filter(({ shown }) => shown === "").map(({ word }) => word),
};

const programs: ReadonlySet<string> = new Set([".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"]);

/** Compiles a program, a module or a model. Errors: those of `compile`, `bad-argument` for options and files. */
async function compileFile(
  path: string,
  options: Options,
  onStage: (stage: string) => void,
): Promise<CompiledFile> {
  const settings = { ...compileOptions(options), onStage };
  if (!programs.has(extname(path).toLowerCase())) return compileModel(path, options, settings);
  const foreign = modelWordList.find(({ word }) => options[word] !== undefined);
  if (foreign !== undefined) throw usageError(`--${foreign.word}`, "is for model files");
  const program = await loadProgram(path);
  return program.kind === "module"
    ? compileModule(program, options, settings)
    : compileFunction(program, options, settings);
}

/** `compileFile`, a line for each of its stages while it lasts, and what `use` does with the result and its measured cost. */
export async function compileAndMeasure(
  path: string,
  options: Options,
  batch: number | undefined,
  use: (compiled: CompiledFile, cost: object) => void | Promise<void>,
): Promise<void> {
  const progress = new Progress();
  try {
    const compiled = await compileFile(path, options, (stage) =>
      progress.stage(`compile: ${stage}`),
    );
    try {
      progress.stage("measuring this machine");
      const cost = await compiled.measureCost(batch);
      progress.end();
      await use(compiled, cost);
    } finally {
      await compiled.close();
    }
  } finally {
    progress.end();
  }
}

async function compileModel(
  path: string,
  options: Options,
  settings: Partial<CompileOptions>,
): Promise<CompiledFile> {
  if (settings.composable === true) throw usageError("--composable", "is for programs");
  const model = loadModel(await readBytes(path), path, options);
  const { inputset } = options;
  if (inputset === undefined) {
    throw usageError("--inputset", "is missing: rows like those that the model will see");
  }
  return model.compile(await readRows(inputset), settings);
}

async function compileFunction(
  program: FunctionProgram,
  options: Options,
  settings: Partial<CompileOptions>,
): Promise<CompiledFile> {
  const inputset = await readSamples(options["inputset"], program.inputset);
  return compiler(program.parameters, program.fn).compile(inputset, {
    name: program.name,
    ...settings,
  });
}

async function compileModule(
  { functions, inputsets: own, wires }: ModuleProgram,
  options: Options,
  settings: Partial<CompileOptions>,
): Promise<CompiledFile> {
  const { name, composable, ...rest } = settings;
  if (name !== undefined) {
    throw usageError("--name", "is for programs of one function; a module's functions have theirs");
  }
  if (composable !== undefined) {
    throw usageError("--composable", "is for programs of one function; modules export wires");
  }
  const inputsets = await readInputsets(options["inputset"], own);
  const missing = Object.keys(functions).find((one) => inputsets[one] === undefined);
  if (missing !== undefined) {
    throw usageError(`inputset of "${missing}"`, "is missing in the program or in --inputset");
  }
  return declareModule(functions).compile(inputsets, { wires, ...rest });
}
