import type { Tensor } from "../../base/tensor.js";
import { Circuit } from "../../circuit/circuit.js";
import { compileGraph } from "../../circuit/compile-graph.js";
import { type CompileOptions, compileSettings } from "../../circuit/compile-options.js";
import type { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { LookupTable } from "../../trace/lookup-table.js";
import { traceFunction } from "../../trace/trace-function.js";
import type { Tracer } from "../../trace/tracer.js";
import type { ClassTable } from "./class-table.js";
import type { QuantizedLinearModel } from "./quantized-linear.js";

/**
 * The circuit of a quantized linear model for one row `[features]`: integer scores `q W + b`, or with `table` the class
 * alone, `values[(q - zero) W]`. `q` (`[rows, features]`, quantized) is the inputset, and rows that drive every sum to
 * its extremes are added: whatever a client encrypts within the quantizer's range is computed exactly.
 */
export async function compileLinear(
  model: QuantizedLinearModel,
  table: ClassTable | undefined,
  coding: ClassifierCoding,
  q: Tensor,
  options: Partial<CompileOptions>,
): Promise<Circuit> {
  const settings = compileSettings(options, "");
  const scored = (x: Tracer) =>
    x.matmul(model.weights).add({ shape: [model.outputs], data: model.bias });
  const step = table === undefined ? scored : classStep(model, table);
  const rows = [...rowsOf(q), ...extremeRows(model)].map((row) => [row]);
  const traced = traceFunction(settings.name, { x: "encrypted" }, step, rows[0] ?? []);
  const extras = JSON.parse(JSON.stringify(coding));
  return new Circuit(await compileGraph(traced, rows, settings, extras), settings);
}

/**
 * The look-up's index as a product that is never negative: features with a negative weight are counted from their top.
 * `(q - zero) W` equals `q W + offset`, but `q W` alone would need a sign, and the table one bit more.
 */
function classStep(model: QuantizedLinearModel, table: ClassTable): (x: Tracer) => Tracer {
  const { qMin, qMax } = model.inputQuantizer;
  const zero = model.weights.data.map((weight) => (weight < 0 ? qMax : qMin));
  const lookup = new LookupTable(table.values);
  return (x) => lookup.apply(x.sub({ shape: [model.features], data: zero }).matmul(model.weights));
}

/** For each output the inputs of its least and greatest sum; then every input at its least and greatest. */
function extremeRows(model: QuantizedLinearModel): Tensor[] {
  const { features, outputs, weights } = model;
  const { qMin, qMax } = model.inputQuantizer;
  const row = (of: (feature: number) => number): Tensor => ({
    shape: [features],
    data: Float64Array.from({ length: features }, (_, j) => of(j)),
  });
  const rows = [row(() => qMin), row(() => qMax)];
  for (let k = 0; k < outputs; k++) {
    const positive = (j: number) => (weights.data[j * outputs + k] ?? 0) > 0;
    rows.push(row((j) => (positive(j) ? qMin : qMax)));
    rows.push(row((j) => (positive(j) ? qMax : qMin)));
  }
  return rows;
}

/** The rows `[features]` of a matrix, views. */
export function rowsOf(q: Tensor): Tensor[] {
  const [rows = 0, features = 0] = q.shape;
  return Array.from({ length: rows }, (_, row) => ({
    shape: [features],
    data: q.data.subarray(row * features, (row + 1) * features),
  }));
}
