import type { Tensor } from "../../base/tensor.js";
import type { ModelCoding } from "../../quantize/model-coding.js";
import { LookupTable } from "../../trace/lookup-table.js";
import type { Tracer } from "../../trace/tracer.js";
import type { CodedModel } from "../coded-model.js";
import { ranked, rankedVotes, traceRanking, traceVotes } from "../ranking.js";
import { type ClassTable, classesOf } from "./class-table.js";
import type { QuantizedLinearModel } from "./quantized-linear.js";

/** What is decided about scores before they leave the server. */
export interface LinearDecision {
  readonly table?: ClassTable | undefined;
  readonly explained?: number | undefined;
  readonly ranking?: number | undefined;
  readonly signs?: boolean;
  readonly votes?: boolean;
}

/**
 * A quantized linear model as it runs: integer scores `q W + b`; with `table` the class alone, `values[(q - zero) W]`; with `ranking`, a
 * number of classes, the places of the greatest scores, as many as the coding has outputs, and `q W + b` is the differences of scores that
 * tell it (`classPairs`); with `votes` it is votes of pairs instead; with `signs` 1 where a score is above 0, else 0.
 */
export class LinearCoded<C extends ModelCoding> implements CodedModel<C> {
  readonly coding: C;
  readonly quantized: QuantizedLinearModel;
  readonly table: ClassTable | undefined;
  /** Share (0 to 1) of the real score's variance that the table's index explains, where that is known. */
  readonly explained: number | undefined;
  readonly ranking: number | undefined;
  readonly signs: boolean;
  readonly votes: boolean;

  constructor(coding: C, quantized: QuantizedLinearModel, decision: LinearDecision = {}) {
    this.coding = coding;
    this.quantized = quantized;
    this.table = decision.table;
    this.explained = decision.explained;
    this.ranking = decision.ranking;
    this.signs = decision.signs ?? false;
    this.votes = decision.votes ?? false;
  }

  get width(): number {
    return this.quantized.features;
  }

  evaluate(q: Tensor): Tensor {
    const { quantized, table, ranking, signs } = this;
    const scores = quantized.scores(q);
    if (signs) return { shape: scores.shape, data: scores.data.map((score) => Number(score > 0)) };
    if (ranking !== undefined) {
      return (this.votes ? rankedVotes : ranked)(scores, ranking, this.coding.outputs);
    }
    return table === undefined ? scores : classesOf(table, quantized, scores);
  }

  trace(x: Tracer): Tracer {
    const { quantized, table, ranking, signs } = this;
    if (table !== undefined) return classStep(x, quantized, table);
    const bias = { shape: [quantized.outputs], data: quantized.bias };
    const scores = x.matmul(quantized.weights).add(bias);
    if (signs) return scores.greater(0);
    if (ranking === undefined) return scores;
    return (this.votes ? traceVotes : traceRanking)(scores, ranking, this.coding.outputs);
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
    const { quantized, table, explained, ranking, votes } = this;
    const form = JSON.parse(JSON.stringify(quantized));
    return {
      ...{ quantized: form, tableBits: table?.bits ?? null, explained: explained ?? null },
      ...(ranking === undefined ? {} : { ranking }),
      ...(votes ? { votes } : {}),
    };
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
