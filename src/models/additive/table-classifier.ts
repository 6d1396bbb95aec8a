import type { JsonValue } from "../../artifact/client-file.js";
import type { Tensor } from "../../base/tensor.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { fieldsOf, isFiniteList } from "../../quantize/json-checks.js";
import { type Labels, type Matrix, type Rows, toMatrixOf } from "../check-data.js";
import { ClassifierEstimator } from "../classifier-estimator.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { FloatClassifier } from "../float-classifier.js";
import { corruptModel } from "../model-file.js";
import {
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  type TableBits,
  tableBitsOf,
} from "./real-tables.js";
import { readTableCoded, TableCoded } from "./table-coded.js";
import { tableScores } from "./table-scores.js";

/** Functions of single features whose sums tell the class: one output for two classes, else one each. */
export interface TableFit extends RealTables {
  /** The labels, ascending. */
  readonly classes: Float64Array;
}

/** How sums of look-ups are made into integers. */
export interface TableParams {
  /** Bits of the features' places (1 to 8) and of the tables' entries (2 to 12). */
  readonly nBits: number | TableBits;
}

/** What classifiers share whose server looks each feature up and sums: from tables to integers, circuits and files. */
export abstract class TableClassifier<
  P extends TableParams,
  F extends TableFit,
> extends ClassifierEstimator<P, F> {
  /** Fits to `x` (`[rows, features]`) and one label a row. Errors: `bad-shape`, `not-a-number`, `bad-argument`, `out-of-range` (weights). */
  abstract fit(x: Rows, y: Labels, sampleWeight?: Labels): this;

  /** `fit`, and the float model too, for comparison. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, FloatClassifier> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** The model without rounding. Errors: `not-fitted`. */
  get floatModel(): FloatClassifier {
    const fitted = this.fitted();
    return new FloatClassifier(fitted.classes, "softmax", (x) =>
      this.floatScores(fitted, toMatrixOf(this.featuresOf(fitted), x, "X")),
    );
  }

  /** Scores of real rows `[rows, outputs]`. */
  protected floatScores(fitted: F, x: Matrix): Tensor {
    return tableScores(fitted, fitted.quantizer.quantize(x, "X"));
  }

  /** The tables whose sums are computed on ciphertexts. */
  protected served(fitted: F): Pick<RealTables, "tables" | "bias"> {
    return fitted;
  }

  protected override featuresOf(fitted: F): number {
    return fitted.tables[0]?.length ?? 0;
  }

  protected override classesOf(fitted: F): Float64Array {
    return fitted.classes;
  }

  protected override code(fitted: F): CodedModel<ClassifierCoding> {
    const bits = tableBitsOf(this.getParams().nBits).values;
    const { scale, ...tables } = quantizeTables(this.served(fitted), bits);
    const { quantizer: inputQuantizer, classes } = fitted;
    const parts = { inputQuantizer, features: this.featuresOf(fitted), classes, scoreScale: scale };
    return new TableCoded(new ClassifierCoding({ ...parts, result: "scores" }), tables);
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    return readTableCoded(value, ClassifierCoding.fromJSON(coding, path), path);
  }
}

/** The JSON form of tables with their labels. */
export function tableFitJson(fitted: TableFit): { readonly [name: string]: JsonValue } {
  return { ...realTablesJson(fitted), classes: Array.from(fitted.classes) };
}

/** Checks what `tableFitJson` gave; `outputsOf` tells how many outputs so many classes have. Errors: `file-corrupt`. */
export function parseTableFit(
  value: unknown,
  outputsOf: (classes: number) => number,
  path: string,
): TableFit {
  const { classes } = fieldsOf(value);
  const tables = parseRealTables(value, path);
  if (isFiniteList(classes) && tables.bias.length === outputsOf(classes.length)) {
    return { ...tables, classes: Float64Array.from(classes) };
  }
  throw corruptModel(path, "its classes do not fit its tables");
}
