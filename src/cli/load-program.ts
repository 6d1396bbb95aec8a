import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { VelumError } from "../base/error.js";
import type { FunctionDeclaration, ModuleOptions } from "../circuit/module.js";
import {
  byParameter,
  type Encryption,
  type ParameterDeclarations,
  type TracedFunction,
} from "../trace/encryption.js";
import type { Sample } from "../trace/inputset.js";

/** What a program file of one function says: it exports `parameters`, a default function and, if it likes, `inputset`. */
export interface FunctionProgram {
  readonly kind: "function";
  /** The function's name, or the file's. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, Encryption>>;
  readonly fn: TracedFunction;
  /** Checked when it is compiled. */
  readonly inputset: Iterable<Sample> | undefined;
}

/** What a program file of a module says: it exports `functions` and, if it likes, `inputsets` and `wires`. */
export interface ModuleProgram {
  readonly kind: "module";
  /** Checked when they are declared as a module. */
  readonly functions: Readonly<Record<string, FunctionDeclaration>>;
  readonly inputsets: Inputsets | undefined;
  /** `true` where it exports none. */
  readonly wires: ModuleOptions["wires"];
}

/** By name of the function; checked when they are compiled. */
export type Inputsets = Readonly<Record<string, Iterable<Sample>>>;

/**
 * Loads a program file, which executes it. Errors: `bad-argument` for files that do not load or lack an export.
 */
export async function loadProgram(path: string): Promise<FunctionProgram | ModuleProgram> {
  const exported = await importFile(path);
  return exported["functions"] === undefined
    ? functionProgram(path, exported)
    : moduleProgram(path, exported);
}

function functionProgram(path: string, exported: Exports): FunctionProgram {
  const { parameters, inputset, default: fn } = exported;
  if (!isParameters(parameters)) {
    throw wrongExport(path, 'exports no parameters like { x: "encrypted" }', "parameters");
  }
  if (!isTraceable(fn)) throw wrongExport(path, "has no function as its default export", "default");
  if (inputset !== undefined && !isSamples(inputset)) {
    throw wrongExport(path, "exports an inputset that is no list", "inputset");
  }
  const file = basename(path, extname(path));
  const name = ["", "default"].includes(fn.name) ? file : fn.name;
  return { kind: "function", name, parameters: byParameter(parameters), fn, inputset };
}

function moduleProgram(path: string, exported: Exports): ModuleProgram {
  const { functions, inputsets, wires = true } = exported;
  if (!isFunctions(functions)) {
    throw wrongModule(path, "exports functions that are no object of fhe.function", "functions");
  }
  if (inputsets !== undefined && !isInputsets(inputsets)) {
    throw wrongModule(path, "exports inputsets that are no object of lists", "inputsets");
  }
  if (!isWiring(wires)) {
    throw wrongModule(path, "exports wires that are neither a list nor true or false", "wires");
  }
  return { kind: "module", functions, inputsets, wires };
}

type Exports = Readonly<Record<string, unknown>>;

async function importFile(path: string): Promise<Exports> {
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

function isParameters(value: unknown): value is ParameterDeclarations {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return false;
  const kinds: unknown[] = Array.isArray(value)
    ? value.map((pair: unknown) => (Array.isArray(pair) ? pair[1] : undefined))
    : Object.values(value);
  return kinds.every((one) => one === "encrypted" || one === "clear");
}

/** What it returns is checked when it is traced. */
function isTraceable(value: unknown): value is FunctionProgram["fn"] {
  return typeof value === "function";
}

function isFunctions(value: unknown): value is ModuleProgram["functions"] {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(
      (one: unknown) =>
        typeof one === "object" && one !== null && "parameters" in one && "fn" in one,
    )
  );
}

/** Entries are checked when wires are made of them. */
function isWiring(value: unknown): value is ModuleProgram["wires"] {
  return typeof value === "boolean" || Array.isArray(value);
}

export function isInputsets(value: unknown): value is Inputsets {
  return typeof value === "object" && value !== null && Object.values(value).every(isSamples);
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

function wrongModule(path: string, problem: string, name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem,
    actual: name,
    cure: 'Export functions = { f: fhe.function({ x: "encrypted" }, (x) => ...) } and inputsets = { f: [...] }; see velum compile --help',
  });
}
