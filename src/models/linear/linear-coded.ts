import type { Tensor } from "../../base/tensor.js";
import type { ModelCoding } from "../../quantize/model-coding.js";
import { LookupTable } from "../../trace/lookup-table.js";
import type { Tracer } from "../../trace/tracer.js";
import type { CodedModel } from "../coded-model.js";
import { type ClassTable, classesOf } from "./class-table.js";
import type { QuantizedLinearModel } from "./quantized-linear.js";

/** A quantized linear model as it runs: integer scores `q W + b`, or with `table` the class alone, `values[(q - zero) W]`. */
export class LinearCoded<C extends ModelCoding> implements CodedModel<C> {
  readonly coding: C;
  readonly quantized: QuantizedLinearModel;
  readonly table: ClassTable | undefined;
  /** Share (0 to 1) of the real score's variance that the table's index explains, where that is known. */
  readonly explained: number | undefined;

  constructor(coding: C, quantized: QuantizedLinearModel, table?: ClassTable, explained?: number) {
    this.coding = coding;
    this.quantized = quantized;
    this.table = table;
    this.explained = explained;
  }

  get width(): number {
    return this.quantized.features;
  }

  evaluate(q: Tensor): Tensor {
    const { quantized, table } = this;
    const scores = quantized.scores(q);
    return table === undefined ? scores : classesOf(table, quantized, scores);
  }

  trace(x: Tracer): Tracer {
    const { quantized, table } = this;
    if (table !== undefined) return classStep(x, quantized, table);
    return x.matmul(quantized.weights).add({ shape: [quantized.outputs], data: quantized.bias });
  }

  /** For each output the inputs of its least and greatest sum; then every input at its least and greatest. */
  extremes(): Tensor[] {
    const { features, outputs, weights } = this.quantized;
    const { qMin, qMax } = this.quantized.inputQuantizer;
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

  toJSON() {
    const { quantized, table, explained } = this;
    const form = JSON.parse(JSON.stringify(quantized));
    return { quantized: form, tableBits: table?.bits ?? null, explained: explained ?? null };
  }
}

/**
 * The look-up's index as a product that is never negative: features with a negative weight are counted from their top.
 * `(q - zero) W` equals `q W + offset`, but `q W` alone would need a sign, and the table one bit more.
 */
function classStep(x: Tracer, model: QuantizedLinearModel, table: ClassTable): Tracer {
  const { qMin, qMax } = model.inputQuantizer;
  const zero = model.weights.data.map((weight) => (weight < 0 ? qMax : qMin));
  const index = x.sub({ shape: [model.features], data: zero }).matmul(model.weights);
  return new LookupTable(table.values).apply(index);
}
