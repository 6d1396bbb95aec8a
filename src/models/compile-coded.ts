import type { JsonValue } from "../artifact/client-file.js";
import type { Tensor } from "../base/tensor.js";
import { Circuit } from "../circuit/circuit.js";
import { compileGraph } from "../circuit/compile/compile-graph.js";
import { type CompileOptions, compileSettings } from "../circuit/compile-options.js";
import { LoadedCircuit } from "../circuit/loaded-circuit.js";
import type { ModelCoding } from "../quantize/model-coding.js";
import type { ClientTransform } from "../quantize/transforms/client-transform.js";
import { traceFunction } from "../trace/trace-function.js";
import type { CodedModel } from "./coded-model.js";
import { rowsOf } from "./prediction-mode.js";

/**
 * The circuit of `model` for one encrypted row. `q` (`[rows, width]`, quantized) is the inputset, and the model's extremes are
 * added; the coding travels in the client file, with `steps` before it. Errors: those of `compileGraph`.
 */
export async function compileCoded(
  model: CodedModel<ModelCoding>,
  q: Tensor,
  options: Partial<CompileOptions>,
  steps: readonly ClientTransform[],
): Promise<Circuit> {
  return compileWithExtras(
    model,
    q,
    options,
    JSON.parse(JSON.stringify(model.coding.withSteps(steps))),
  );
}

/** `compileCoded` with `extras` in the client file in place of the model's coding. */
export async function compileWithExtras(
  model: CodedModel<ModelCoding>,
  q: Tensor,
  options: Partial<CompileOptions>,
  extras: JsonValue,
): Promise<Circuit> {
  const settings = compileSettings(options, "");
  const rows = [...rowsOf(q), ...model.extremes()].map((row) => [row]);
  const traced = traceRow(model, settings.name, rows[0] ?? []);
  return new Circuit(await compileGraph(traced, rows, settings, extras), settings);
}

/** The circuit of `model` from the files of an earlier `compileCoded`; nothing is compiled. */
export function reopenCoded(
  model: CodedModel<ModelCoding>,
  files: { readonly clientFile: Uint8Array; readonly serverFile: Uint8Array },
  options: Partial<CompileOptions>,
): LoadedCircuit {
  const settings = compileSettings(options, "");
  const sample = { shape: [model.width], data: new Float64Array(model.width) };
  return new LoadedCircuit(traceRow(model, settings.name, [sample]), files, settings);
}

function traceRow(model: CodedModel<ModelCoding>, name: string, sample: readonly Tensor[]) {
  return traceFunction(name, { x: "encrypted" }, (x) => model.trace(x), sample);
}
