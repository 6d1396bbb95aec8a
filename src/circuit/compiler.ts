import { VelumError } from "../base/error.js";
import {
  byParameter,
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
import { Circuit } from "./circuit.js";
import { compileGraph } from "./compile/compile-graph.js";
import { compileTogether } from "./compile/compile-module.js";
import { type CompileOptions, compileSettings } from "./compile-options.js";

/** A function on encrypted values that waits for an inputset. */
export interface Compiler {
  /**
   * Traces the function once, measures ranges on `inputset` (one sample an entry; for several parameters an array of values each) and
   * compiles. The inputset is a promise: inputs that lead outside its ranges may give wrong results.
   *
   * Errors: `empty-inputset`, `bad-shape`, `not-integer`, `not-a-number`, `not-traceable`, `unsupported-op`, `width-too-wide`,
   * `no-parameters`. Cost: one exact evaluation a sample, then some 10 ms.
   */
  compile(inputset: Iterable<Sample>, options?: Partial<CompileOptions>): Promise<Circuit>;
}

/**
 * Declares a function on encrypted integers. `parameters` names its parameters in order: `{ x: "encrypted", y: "clear" }`, or pairs,
 * `[["x", "encrypted"], ["y", "clear"]]`, which let types tell the parameters apart.
 *
 *     const double = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul([2], x).add(2));
 *     const circuit = await double.compile([[0], [1], [2], [3]]);
 *     await circuit.encryptRunDecrypt([3]); // 8
 */
export function compiler<const P extends ListedParameters>(
  parameters: P,
  fn: TracedFunction<TracersOf<P>>,
): Compiler;
export function compiler<const P extends NamedParameters>(
  parameters: P,
  fn: TracedFunction<Tracer<EncryptionIn<P>>[]>,
): Compiler;
export function compiler(declared: ParameterDeclarations, fn: TracedFunction): Compiler {
  const parameters = byParameter(declared);
  checkFunction(fn, "fhe.compiler");
  return {
    async compile(inputset, options = {}) {
      const settings = compileSettings(options, fn.name);
      const names = Object.keys(parameters);
      if (names.length === 0) throw noParameters(settings.name);
      const samples = readInputset(names, inputset);
      const traced = traceFunction(settings.name, parameters, fn, samples[0] ?? []);
      if (settings.composable === true) {
        const parts = [{ graph: traced, inputset: samples }];
        const [compiled] = await compileTogether(parts, true, settings);
        if (compiled !== undefined) return new Circuit(compiled, settings);
      }
      return new Circuit(await compileGraph(traced, samples, settings, null), settings);
    },
  };
}

function noParameters(name: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `function "${name}"`,
    problem: "has no parameters, so that there is nothing to encrypt",
    cure: 'Declare at least one: fhe.compiler({ x: "encrypted" }, (x) => ...)',
  });
}
