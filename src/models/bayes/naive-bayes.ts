import type { JsonValue } from "../../artifact/client-file.js";
import { fieldsOf, isFiniteList } from "../../quantize/json-checks.js";
import type { RealTables } from "../additive/real-tables.js";
import {
  parseTableFit,
  TableClassifier,
  type TableClassifierParams,
  type TableFit,
  tableFitJson,
} from "../additive/table-classifier.js";
import { type Labels, type Matrix, type Rows, toMatrix, toRowWeights } from "../check-data.js";
import { requireWeights, toClassTargets } from "../class-targets.js";
import { corruptModel } from "../model-file.js";
import { type NamedLists, namedListsJson, parseNamedLists } from "../named-lists.js";
import { logPriors } from "./class-priors.js";

/** A fitted naive Bayes model: for each class a table of log-likelihoods a feature; the bias is the prior's logarithm. */
export interface NaiveBayesFit extends TableFit {
  /** Rows of each class (sum of weights). */
  readonly classCount: Float64Array;
  /** Numbers by name, one list a class, e.g. means. */
  readonly moments: NamedLists;
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
export const mostEvidence = 20;

/** What naive Bayes classifiers share: the server looks each feature up for each class and sums. */
export abstract class NaiveBayes<P extends TableClassifierParams> extends TableClassifier<
  P,
  NaiveBayesFit
> {
  /** The parameters' probabilities of `classes` classes; null: those of the training data. */
  protected abstract givenPriors(classes: number): readonly number[] | null;

  /** Tables `[classes][features][places]` of log-likelihoods, and the places. */
  protected abstract likelihoods(
    problem: BayesProblem,
  ): Pick<NaiveBayesFit, "quantizer" | "tables" | "moments">;

  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const targets = toClassTargets(y, matrix.rows, 1, `${path} y`);
    const rowWeights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    requireWeights(targets, rowWeights, `${path} sampleWeight`);
    const { classes, indices: target } = targets;
    const classCount = new Float64Array(classes.length);
    target.forEach((k, i) => {
      classCount[k] = (classCount[k] ?? 0) + (rowWeights[i] ?? 0);
    });
    const bias = logPriors(classCount, this.givenPriors(classes.length), path);
    const problem = { x: matrix, target, classes: classes.length, rowWeights, classCount };
    return this.adopt({ ...this.likelihoods(problem), bias, classes, classCount }, matrix);
  }

  /** Rows of each class (sum of weights). */
  get classCount(): Float64Array {
    return this.fitted().classCount;
  }

  /** Logarithm of each class's probability. */
  get classLogPrior(): Float64Array {
    return this.fitted().bias;
  }

  protected override served(fitted: NaiveBayesFit): Pick<RealTables, "tables" | "bias"> {
    return evidence(fitted);
  }

  protected override fittedToJson(fitted: NaiveBayesFit): JsonValue {
    const moments = namedListsJson(fitted.moments);
    return { ...tableFitJson(fitted), moments, classCount: Array.from(fitted.classCount) };
  }

  protected override fittedFromJson(value: unknown, path: string): NaiveBayesFit {
    const { classCount, moments } = fieldsOf(value);
    const fit = parseTableFit(value, (classes) => classes, path);
    if (isFiniteList(classCount) && classCount.length === fit.classes.length) {
      const counts = Float64Array.from(classCount);
      return { ...fit, classCount: counts, moments: parseNamedLists(moments, path) };
    }
    throw corruptModel(path, "its classes do not fit its tables");
  }
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
