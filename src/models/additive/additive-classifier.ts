import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { classProbabilities } from "../../quantize/class-scores.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { fieldsOf, isFiniteList } from "../../quantize/json-checks.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  toLabels,
  toMatrix,
  toMatrixOf,
  toRowWeights,
} from "../check-data.js";
import { ClassifierEstimator } from "../classifier-estimator.js";
import type { CodedModel } from "../coded-model.js";
import { corruptModel } from "../model-file.js";
import {
  type AdditiveParams,
  checkAdditive,
  defaultAdditiveParams,
  fitAdditive,
  termImportances,
} from "./additive-fit.js";
import { shapeOf } from "./additive-regressor.js";
import { logisticBoostLoss } from "./boost-tables.js";
import {
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  tableBitsOf,
} from "./real-tables.js";
import { readTables, TableCoded } from "./table-coded.js";
import { tableScores } from "./table-scores.js";

interface AdditiveFit extends RealTables {
  readonly classes: Float64Array;
}

/** Two classes by a sum of one function a feature (log-odds), boosted in turn: explainable, and on ciphertexts one look-up a feature. */
export class AdditiveClassifier extends ClassifierEstimator<AdditiveParams, AdditiveFit> {
  constructor(params: Partial<AdditiveParams> = {}) {
    super("AdditiveClassifier", defaultAdditiveParams, params);
  }

  /** Fits to `x` (`[rows, features]`) and one label a row. Errors: `bad-shape`, `not-a-number`, `bad-argument` (also unless two classes). */
  fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const labels = toLabels(y, matrix.rows, `${path} y`);
    const weights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    const classes = Float64Array.from(new Set(labels)).sort();
    if (classes.length !== 2) {
      throw new VelumError({
        code: "bad-argument",
        path: `${path} y`,
        problem: `holds ${classes.length} classes`,
        limit: 2,
        actual: classes.length,
        cure: "Pass labels of two classes; train one against the rest where there are more",
      });
    }
    const targets = labels.map((label) => Number(label === classes[1]));
    const fit = fitAdditive(matrix, targets, weights, logisticBoostLoss, this.getParams());
    return this.adopt({ ...fit, classes }, matrix);
  }

  /** The function of feature `j` by bins: upper bounds of all bins but the last, and log-odds. Errors: `not-fitted`. */
  shape(j: number) {
    return shapeOf(this.fitted(), j);
  }

  /** Mean size of each feature's function over `x`. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  termImportances(x: Rows): Float64Array {
    return termImportances(this.fitted(), toMatrixOf(this.nFeaturesIn, x, "X"));
  }

  /** Probabilities `[rows, 2]` without rounding of the functions. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  predictProbaFloat(x: Rows): Tensor {
    const fitted = this.fitted();
    const q = fitted.quantizer.quantize(toMatrixOf(this.nFeaturesIn, x, "X"));
    return classProbabilities(tableScores(fitted, q));
  }

  protected override checkParams(): void {
    checkAdditive(this.name, this.getParams());
  }

  protected override featuresOf(fitted: AdditiveFit): number {
    return fitted.tables[0]?.length ?? 0;
  }

  protected override classesOf(fitted: AdditiveFit): Float64Array {
    return fitted.classes;
  }

  protected override code(fitted: AdditiveFit, _x: Matrix): CodedModel<ClassifierCoding> {
    const { scale, ...tables } = quantizeTables(fitted, tableBitsOf(this.getParams().nBits).values);
    const { quantizer: inputQuantizer, classes } = fitted;
    const parts = { inputQuantizer, features: this.featuresOf(fitted), classes, scoreScale: scale };
    return new TableCoded(new ClassifierCoding({ ...parts, result: "scores" }), tables);
  }

  protected override fittedToJson(fitted: AdditiveFit): JsonValue {
    return { ...realTablesJson(fitted), classes: Array.from(fitted.classes) };
  }

  protected override fittedFromJson(value: unknown, path: string): AdditiveFit {
    const { classes } = fieldsOf(value);
    if (!isFiniteList(classes) || classes.length !== 2)
      throw corruptModel(path, "it does not have two classes");
    return { ...parseRealTables(value, path), classes: Float64Array.from(classes) };
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    return new TableCoded(ClassifierCoding.fromJSON(coding, path), readTables(value, path));
  }
}
