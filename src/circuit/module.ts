import { VelumError } from "../base/error.js";
import { valueText } from "../base/value-text.js";
import {
  byParameter,
  type Encryption,
  type EncryptionIn,
  type ListedParameters,
  type NamedParameters,
  type ParameterDeclarations,
  type TracedFunction,
  type TracersOf,
} from "../trace/encryption.js";
import { readInputset, type Sample } from "../trace/inputset.js";
import { checkFunction, traceFunction } from "../trace/trace-function.js";
import type { Tracer } from "../trace/tracer.js";
import { compileTogether } from "./compile/compile-module.js";
import { type CompileOptions, compileSettings } from "./compile-options.js";
import { CompiledModule } from "./compiled-module.js";
import type { Wire, Wiring } from "./composition.js";
import type { ModuleFunction } from "./module-function.js";

/** A function of a module: its parameters in order, and what it does. */
export interface FunctionDeclaration {
  readonly parameters: Readonly<Record<string, Encryption>>;
  readonly fn: TracedFunction;
}

/** How a module is compiled: the options of a circuit, and which outputs may feed which parameters. */
export interface ModuleOptions extends Omit<CompileOptions, "composable"> {
  /** `true` (default): every output may feed every encrypted parameter of its shape. A list costs less: only those wires. */
  readonly wires: boolean | readonly Wire[];
}

/** A compiled module: its functions by name, and what they share. */
export type Module<Names extends string> = CompiledModule & {
  readonly [name in Names]: ModuleFunction;
};

/** Functions that wait for inputsets. */
export interface ModuleCompiler<Names extends string> {
  /**
   * Traces every function, measures ranges on its inputset and compiles all of them for one key.
   * Errors: those of `Compiler.compile`; `bad-argument` and `bad-shape` for wires; `no-parameters` where the functions ask for more than one
   * choice of parameters can give.
   */
  compile(
    inputsets: Readonly<Record<Names, Iterable<Sample>>>,
    options?: Partial<ModuleOptions>,
  ): Promise<Module<Names>>;
}

/** Declares a function for `module`: its parameters as for `compiler`. */
export function declareFunction<const P extends ListedParameters>(
  parameters: P,
  fn: TracedFunction<TracersOf<P>>,
): FunctionDeclaration;
export function declareFunction<const P extends NamedParameters>(
  parameters: P,
  fn: TracedFunction<Tracer<EncryptionIn<P>>[]>,
): FunctionDeclaration;
export function declareFunction(
  parameters: ParameterDeclarations,
  fn: TracedFunction,
): FunctionDeclaration {
  checkFunction(fn, "fhe.function");
  return { parameters: byParameter(parameters), fn };
}

/**
 * Several functions under one key; answers of one may be inputs of another.
 *
 *     const counter = fhe.module({
 *       increment: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(16)),
 *       double: fhe.function({ x: "encrypted" }, (x) => x.mul(2).mod(16)),
 *     });
 *     const module = await counter.compile({ increment: values, double: values });
 *     const [answer] = await module.increment.run([await module.increment.encrypt(3)]);
 *     const [again] = await module.double.run([answer]);
 *     await module.double.decrypt(again); // 8
 */
export function declareModule<Names extends string>(
  functions: Readonly<Record<Names, FunctionDeclaration>>,
): ModuleCompiler<Names> {
  const names = namesOf(functions);
  for (const name of names) {
    checkDeclaration(name, functions[name]);
    if (name !== "functions" && name !== "then" && !(name in CompiledModule.prototype)) continue;
    throw refused(`function "${name}"`, "has a name that modules use", "Call it something else");
  }
  return {
    async compile(inputsets, options = {}) {
      const { wires = true, ...rest } = options ?? {};
      const settings = compileSettings(options === null ? options : rest, "", "module options");
      if (typeof inputsets !== "object" || inputsets === null) {
        throw refused(
          "inputsets",
          `are ${valueText(inputsets)}, not an object`,
          "Give a list of samples for each function: { f: [0, 1, 2, 3] }",
        );
      }
      const traced = names.map((name) => {
        const { parameters, fn } = functions[name];
        const samples = readInputset(
          Object.keys(parameters),
          inputsets[name],
          `inputset of "${name}"`,
        );
        const graph = traceFunction(name, parameters, fn, samples[0] ?? []);
        return { graph, inputset: samples };
      });
      if (traced.length === 0) throw refused("module", "has no functions", "Declare at least one");
      const compiled = await compileTogether(traced, checkWires(wires), settings);
      const base = new CompiledModule(compiled, settings);
      return Object.assign(base, byName(names, base.functions));
    },
  };
}

function checkDeclaration(name: string, declared: unknown): void {
  if (typeof declared === "object" && declared !== null) {
    const { parameters, fn }: { readonly parameters?: unknown; readonly fn?: unknown } = declared;
    if (typeof parameters === "object" && parameters !== null && typeof fn === "function") return;
  }
  throw refused(
    `function "${name}"`,
    `is ${valueText(declared)}, not a declared function`,
    'Give fhe.function({ x: "encrypted" }, (x) => ...)',
  );
}

function checkWires(wires: unknown): Wiring {
  if (typeof wires === "boolean" || isWireList(wires)) return wires;
  throw refused(
    "module options wires",
    "are neither true nor false nor a list of wires",
    'Give wires like { from: "f", output: 0, to: "g", input: "x" }',
  );
}

function isWireList(value: unknown): value is readonly Wire[] {
  return (
    Array.isArray(value) &&
    value.every((one) => typeof one === "object" && one !== null && "from" in one && "to" in one)
  );
}

function namesOf<Names extends string>(record: Readonly<Record<Names, unknown>>): Names[] {
  const names: Names[] = [];
  for (const name in record) names.push(name);
  return names;
}

function byName<Names extends string>(
  names: readonly Names[],
  functions: ReadonlyMap<string, ModuleFunction>,
): Record<Names, ModuleFunction> {
  const found: Partial<Record<Names, ModuleFunction>> = {};
  for (const name of names) {
    const own = functions.get(name);
    if (own !== undefined) found[name] = own;
  }
  if (isComplete(found, names)) return found;
  throw new Error("a function of the module is missing");
}

function isComplete<Names extends string>(
  found: Partial<Record<Names, ModuleFunction>>,
  names: readonly Names[],
): found is Record<Names, ModuleFunction> {
  return names.every((name) => found[name] !== undefined);
}

function refused(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path, problem, cure });
}
