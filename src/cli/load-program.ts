import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { VelumError } from "../base/error.js";
import type { Encryption } from "../trace/encryption.js";
import type { Sample } from "../trace/inputset.js";
import type { Tracer } from "../trace/tracer.js";

/** What a program file says: an ES module that exports `parameters`, a default function and, if it likes, `inputset`. */
export interface Program {
  /** The function's name, or the file's. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, Encryption>>;
  readonly fn: (...tracers: Tracer[]) => Tracer | readonly Tracer[];
  /** Checked when it is compiled. */
  readonly inputset: Iterable<Sample> | undefined;
}

/**
 * Loads a program file, which executes it. Errors: `bad-argument` for files that do not load or lack an export.
 */
export async function loadProgram(path: string): Promise<Program> {
  const module = await importFile(path);
  const { parameters, inputset, default: fn } = module;
  if (!isParameters(parameters)) {
    throw wrongExport(path, 'exports no parameters like { x: "encrypted" }', "parameters");
  }
  if (!isTraceable(fn)) throw wrongExport(path, "has no function as its default export", "default");
  if (inputset !== undefined && !isSamples(inputset)) {
    throw wrongExport(path, "exports an inputset that is no list", "inputset");
  }
  const file = basename(path, extname(path));
  return { name: ["", "default"].includes(fn.name) ? file : fn.name, parameters, fn, inputset };
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown reason";
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `does not load (${reason})`,
      cure: "Give an ES module that Node can import",
    });
  }
}

function isParameters(value: unknown): value is Record<string, Encryption> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((one) => one === "encrypted" || one === "clear")
  );
}

/** What it returns is checked when it is traced. */
function isTraceable(value: unknown): value is Program["fn"] {
  return typeof value === "function";
}

export function isSamples(value: unknown): value is Iterable<Sample> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function wrongExport(path: string, problem: string, name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem,
    actual: name,
    cure: 'Export parameters = { x: "encrypted" }, a default function and an inputset; see velum compile --help',
  });
}
