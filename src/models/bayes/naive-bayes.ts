import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { classIndices, classProbabilities } from "../../quantize/class-scores.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import {
  fieldsOf,
  isFiniteList,
  isFiniteNumber,
  isListOfFiniteLists,
} from "../../quantize/json-checks.js";
import {
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  type TableBits,
  tableBitsOf,
} from "../additive/real-tables.js";
import { readTables, TableCoded } from "../additive/table-coded.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  toMatrix,
  toMatrixOf,
  toRowWeights,
} from "../check-data.js";
import { toClassTargets } from "../class-targets.js";
import { ClassifierEstimator } from "../classifier-estimator.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { corruptModel } from "../model-file.js";

/** What naive Bayes models share. */
export interface NaiveBayesParams {
  /** Bits of the features' places (1 to 8) and of the tables' entries (2 to 12). */
  readonly nBits: number | TableBits;
  /** Probabilities of the classes, ascending labels; `null` (default): as in the training data. */
  readonly priors: readonly number[] | null;
}

/** A fitted naive Bayes model: for each class a table of log-likelihoods a feature; the bias is the prior's logarithm. */
export interface NaiveBayesFit extends RealTables {
  readonly classes: Float64Array;
  /** Rows of each class (sum of weights). */
  readonly classCount: Float64Array;
  /** Numbers by name, one list a class, e.g. means. */
  readonly moments: Readonly<Record<string, readonly Float64Array[]>>;
}

/** Rows by class. */
export interface BayesProblem {
  readonly x: Matrix;
  readonly target: Float64Array;
  readonly classes: number;
  readonly rowWeights: Float64Array;
  readonly classCount: Float64Array;
}

/** A class that is this many times less likely than the best one, by one feature, counts as just that: e^20. */
const mostEvidence = 20;

/** What naive Bayes classifiers share: the server looks each feature up for each class and sums. */
export abstract class NaiveBayes<P extends NaiveBayesParams> extends ClassifierEstimator<
  P,
  NaiveBayesFit
> {
  /** Tables `[classes][features][places]` of log-likelihoods, and the places. */
  protected abstract likelihoods(
    problem: BayesProblem,
  ): Pick<NaiveBayesFit, "quantizer" | "tables" | "moments">;

  /** Exact log-likelihoods `[rows, classes]`, priors included, of real rows. */
  protected jointLogLikelihood(fitted: NaiveBayesFit, x: Matrix): Tensor {
    const { classes, bias } = fitted;
    const q = fitted.quantizer.quantize(x, "X");
    const data = Float64Array.from({ length: x.rows * classes.length }, (_, i) => {
      const row = Math.floor(i / classes.length) * x.columns;
      const own = fitted.tables[i % classes.length] ?? [];
      return own.reduce(
        (sum, table, j) => sum + (table[q.data[row + j] ?? 0] ?? 0),
        bias[i % classes.length] ?? 0,
      );
    });
    return { shape: [x.rows, classes.length], data };
  }

  /** Fits to `x` (`[rows, features]`) and one label a row. Errors: `bad-shape`, `not-a-number`, `bad-argument`. */
  fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const { classes, indices: target } = toClassTargets(y, matrix.rows, 2, `${path} y`);
    const rowWeights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    const classCount = new Float64Array(classes.length);
    target.forEach((k, i) => {
      classCount[k] = (classCount[k] ?? 0) + (rowWeights[i] ?? 0);
    });
    const { priors } = this.getParams();
    if (priors !== null && priors.length !== classes.length) {
      throw new VelumError({
        code: "bad-argument",
        path: `${path} y`,
        problem: `holds ${classes.length} classes, and ${priors.length} priors are given`,
        actual: classes.length,
        cure: "Pass priors for all classes, or null",
      });
    }
    const total = classCount.reduce((sum, count) => sum + count, 0);
    const bias = classCount.map((count, k) => Math.log(priors?.[k] ?? count / total));
    const problem = { x: matrix, target, classes: classes.length, rowWeights, classCount };
    return this.adopt({ ...this.likelihoods(problem), bias, classes, classCount }, matrix);
  }

  /** `fit`, and the float model too, for comparison. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, FloatBayes> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** The model without places and rounding. Errors: `not-fitted`, as all getters here. */
  get floatModel(): FloatBayes {
    const fitted = this.fitted();
    const joint = (x: Rows) =>
      this.jointLogLikelihood(fitted, toMatrixOf(this.featuresOf(fitted), x, "X"));
    return {
      predict: (x) => Float64Array.from(classIndices(joint(x)), (k) => fitted.classes[k] ?? 0),
      predictProba: (x) => classProbabilities(joint(x)),
    };
  }

  /** Rows of each class (sum of weights). */
  get classCount(): Float64Array {
    return this.fitted().classCount;
  }

  /** Logarithm of each class's probability. */
  get classLogPrior(): Float64Array {
    return this.fitted().bias;
  }

  protected override featuresOf(fitted: NaiveBayesFit): number {
    return fitted.tables[0]?.length ?? 0;
  }

  protected override classesOf(fitted: NaiveBayesFit): Float64Array {
    return fitted.classes;
  }

  protected override code(fitted: NaiveBayesFit): CodedModel<ClassifierCoding> {
    const { scale, ...tables } = quantizeTables(
      evidence(fitted),
      tableBitsOf(this.getParams().nBits).values,
    );
    const { quantizer: inputQuantizer, classes } = fitted;
    const features = this.featuresOf(fitted);
    const parts = { inputQuantizer, features, classes, scoreScale: scale } as const;
    return new TableCoded(new ClassifierCoding({ ...parts, result: "scores" }), tables);
  }

  protected override fittedToJson(fitted: NaiveBayesFit): JsonValue {
    const moments = Object.fromEntries(
      Object.entries(fitted.moments).map(([name, lists]) => [
        name,
        lists.map((l) => Array.from(l)),
      ]),
    );
    const { classes, classCount } = fitted;
    return {
      ...realTablesJson(fitted),
      moments,
      classes: Array.from(classes),
      classCount: Array.from(classCount),
    };
  }

  protected override fittedFromJson(value: unknown, path: string): NaiveBayesFit {
    const { classes, classCount, moments } = fieldsOf(value);
    const tables = parseRealTables(value, path);
    const lists = Object.entries(fieldsOf(moments)).map(
      ([name, list]): [string, Float64Array[]] => {
        if (isListOfFiniteLists(list)) return [name, list.map((l) => Float64Array.from(l))];
        throw corruptModel(path, `its ${name} are no lists of numbers`);
      },
    );
    const fits =
      isFiniteList(classes) && classes.length === tables.bias.length && Array.isArray(classCount);
    if (!fits || !classCount.every(isFiniteNumber))
      throw corruptModel(path, "its classes do not fit its tables");
    return {
      ...tables,
      classes: Float64Array.from(classes),
      classCount: Float64Array.from(classCount),
      moments: Object.fromEntries(lists),
    };
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    return new TableCoded(ClassifierCoding.fromJSON(coding, path), readTables(value, path));
  }
}

/** The model in doubles. */
export interface FloatBayes {
  /** One label a row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array;
  /** `[rows, classes]` */
  predictProba(x: Rows): Tensor;
}

/**
 * The tables as what each place says for or against a class: one output of differences for two classes; for more, against the class that
 * the place favours most. Neither classes nor probabilities change, except where a difference beyond e^20 is cut.
 */
function evidence({ tables, bias }: NaiveBayesFit): Pick<RealTables, "tables" | "bias"> {
  const cut = (value: number) => Math.min(mostEvidence, Math.max(-mostEvidence, value));
  const at = (k: number, j: number, v: number) => tables[k]?.[j]?.[v] ?? 0;
  const [first = []] = tables;
  if (bias.length === 2) {
    const own = first.map((table, j) => table.map((value, v) => cut(at(1, j, v) - value)));
    return { tables: [own], bias: Float64Array.of((bias[1] ?? 0) - (bias[0] ?? 0)) };
  }
  const best = first.map((table, j) =>
    table.map((_, v) => Math.max(...tables.map((_own, k) => at(k, j, v)))),
  );
  return {
    tables: tables.map((own) =>
      own.map((table, j) => table.map((value, v) => cut(value - (best[j]?.[v] ?? 0)))),
    ),
    bias: bias.map((b) => b - Math.max(...bias)),
  };
}
