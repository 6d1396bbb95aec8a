import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { valueText } from "../base/value-text.js";
import { extremes, GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { checkIntegers } from "../ops/evaluate.js";
import { withTrace } from "./active-trace.js";
import type { Encryption, TracedFunction } from "./encryption.js";
import { currentOrigin } from "./origin.js";
import { Tracer } from "./tracer.js";

/**
 * Runs `fn` once on tracers and returns the graph of what it did. `parameters` names the parameters in order; `sample`
 * gives one value for each, whose shapes the graph takes. `fn` returns one traced value, or an array of them.
 * Errors: `bad-argument` for a wrong number of samples, `not-traceable` for any other result, and those of `record`.
 */
export function traceFunction(
  name: string,
  parameters: Readonly<Record<string, Encryption>>,
  fn: TracedFunction,
  sample: readonly Tensor[],
): Graph {
  checkDeclaration(name, parameters, fn, sample);
  const names = Object.keys(parameters);
  const builder = new GraphBuilder(name);
  const origin = currentOrigin();
  const tracers = sample.map((value, position) => {
    const parameter = names[position] ?? "";
    checkIntegers(value, `sample of input "${parameter}"`);
    const encrypted = parameters[parameter] === "encrypted";
    const { min, max } = extremes(value);
    const output = { encrypted, type: minimalIntegerType(min, max), shape: value.shape };
    const id = builder.input(parameter, output, origin);
    return new Tracer(builder, { id, encrypted, sample: value });
  });
  const result = withTrace(builder, () => fn(...tracers));
  const outputs: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (outputs.length === 0) throw badResult(name, "nothing");
  return builder.finish(
    outputs.map((output) => {
      if (!(output instanceof Tracer)) throw badResult(name, describe(output));
      if (output.builder !== builder) throw badResult(name, "a traced value of another function");
      return output.node.id;
    }),
  );
}

/** Error `bad-argument` where sample, declared parameters and the function's own do not fit each other. */
function checkDeclaration(
  name: string,
  parameters: Readonly<Record<string, Encryption>>,
  fn: (...tracers: Tracer[]) => unknown,
  sample: readonly Tensor[],
): void {
  const names = Object.keys(parameters);
  if (names.length !== sample.length) {
    throw new VelumError({
      code: "bad-argument",
      path: `function "${name}"`,
      problem: `the sample has ${sample.length} values for ${names.length} parameters`,
      limit: names.length,
      actual: sample.length,
      cure: `Give one value for each of ${names.join(", ")}`,
    });
  }
  for (const [parameter, encryption] of Object.entries(parameters)) {
    if (encryption === "encrypted" || encryption === "clear") continue;
    throw new VelumError({
      code: "bad-argument",
      path: `function "${name}", parameter "${parameter}"`,
      problem: `is declared "${String(encryption)}"`,
      limit: '"encrypted" or "clear"',
      cure: 'Declare each parameter as "encrypted" or "clear"',
    });
  }
  if (fn.length > names.length) {
    throw new VelumError({
      code: "bad-argument",
      path: `function "${name}"`,
      problem: `it has ${fn.length} parameters, and ${names.length} declared (${names.join(", ")})`,
      limit: names.length,
      actual: fn.length,
      cure: "Declare every parameter, in the function's order",
    });
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function badResult(name: string, what: string): VelumError {
  return new VelumError({
    code: "not-traceable",
    path: `function "${name}"`,
    problem: `it returned ${what} instead of a traced value`,
    cure: "Return a value computed from the parameters or made by fhe.constant, or an array of such values; async functions cannot be traced",
  });
}

/** Error `bad-argument` for anything but a function; `path` names who takes it. */
export function checkFunction(fn: unknown, path: string): void {
  if (typeof fn === "function") return;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `its second argument is ${valueText(fn)}, not a function`,
    cure: `Give what is computed: ${path}({ x: "encrypted" }, (x) => x.add(1))`,
  });
}
