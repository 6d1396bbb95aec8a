import type { JsonValue } from "../../artifact/client-file.js";
import type { Tensor } from "../../base/tensor.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { fieldsOf, isFiniteList } from "../../quantize/json-checks.js";
import { type Labels, type Matrix, type Rows, toMatrixOf } from "../check-data.js";
import { type ClassResult, checkClassResult, listedClasses } from "../class-result.js";
import { ClassifierEstimator } from "../classifier-estimator.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { FloatClassifier } from "../float-classifier.js";
import { corruptModel } from "../model-file.js";
import {
  checkTableBits,
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  type TableBits,
  tableBitsOf,
} from "./real-tables.js";
import { readTableCoded, TableCoded } from "./table-coded.js";
import { tableDifferences } from "./table-differences.js";
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

/** What the server of such a classifier returns. */
export interface TableClassifierParams extends TableParams {
  /** Scores (default), the class alone, or the likeliest classes. */
  readonly result: ClassResult;
}

/** Refuses widths out of range and unknown results. Errors: `bad-argument`. */
export function checkTableClassifier(name: string, params: TableClassifierParams): void {
  checkTableBits(name, params.nBits);
  checkClassResult(name, params.result);
}

/** What classifiers share whose server looks each feature up and sums: from tables to integers, circuits and files. */
export abstract class TableClassifier<
  P extends TableClassifierParams,
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
    const { nBits, result } = this.getParams();
    const bits = tableBitsOf(nBits).values;
    const { quantizer: inputQuantizer, classes } = fitted;
    const input = { inputQuantizer, features: this.featuresOf(fitted), classes };
    const top = listedClasses(this.name, result, classes.length);
    if (top !== undefined) {
      const differences = tableDifferences(this.served(fitted), bits, classes.length);
      const coding = new ClassifierCoding({ ...input, scoreScale: null, result: "class", top });
      return new TableCoded(coding, differences, classes.length);
    }
    const { scale, ...tables } = quantizeTables(this.served(fitted), bits);
    const parts = { ...input, scoreScale: scale };
    return new TableCoded(new ClassifierCoding({ ...parts, result: "scores" }), tables);
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    const read = ClassifierCoding.fromJSON(coding, path);
    const ranked = read.result === "class" ? read.classes.length : undefined;
    return readTableCoded(value, read, path, ranked);
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
