import type { JsonValue } from "../../artifact/client-file.js";
import { type Labels, type Rows, toMatrix, toRowWeights } from "../check-data.js";
import { requireWeights, toClassTargets } from "../class-targets.js";
import {
  type AdditiveParams,
  checkAdditive,
  defaultAdditiveParams,
  type FeatureShape,
  fitAdditive,
  shapeOf,
  termImportances,
} from "./additive-fit.js";
import { classLoss } from "./boost-losses.js";
import {
  checkTableClassifier,
  parseTableFit,
  TableClassifier,
  type TableClassifierParams,
  type TableFit,
  tableFitJson,
} from "./table-classifier.js";

/** Settings of an `AdditiveClassifier`. */
export interface AdditiveClassifierParams extends AdditiveParams, TableClassifierParams {}

/**
 * Classes by sums of one function a feature, boosted in turn: explainable, and on ciphertexts one look-up a feature and output. Two classes
 * have one sum (log-odds of the second), more have one each (softmax).
 */
export class AdditiveClassifier extends TableClassifier<AdditiveClassifierParams, TableFit> {
  constructor(params: Partial<AdditiveClassifierParams> = {}) {
    super("AdditiveClassifier", { ...defaultAdditiveParams, result: "scores" }, params);
  }

  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const targets = toClassTargets(y, matrix.rows, 2, `${path} y`);
    const weights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    requireWeights(targets, weights, `${path} sampleWeight`);
    const { classes, indices } = targets;
    const loss = classLoss(classes.length);
    const fit = fitAdditive(matrix, indices, weights, loss, this.getParams());
    return this.adopt({ ...fit, classes }, matrix);
  }

  /**
   * The function of feature `j` for output `k`: upper bounds of all bins but the last, and log-odds by bin. Two classes have output 0 alone,
   * more have one each, in the order of `classes`. Errors: `not-fitted`, `out-of-range`.
   */
  shape(j: number, k = 0): FeatureShape {
    return shapeOf(this.fitted(), j, k, `${this.name}.shape`);
  }

  /** Mean size of each feature's functions over `x`. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  termImportances(x: Rows): Float64Array {
    return termImportances(this.fitted(), this.readRows(x, `${this.name}.termImportances X`));
  }

  protected override checkParams(): void {
    checkTableClassifier(this.name, this.getParams());
    checkAdditive(this.name, this.getParams());
  }

  protected override fittedToJson(fitted: TableFit): JsonValue {
    return tableFitJson(fitted);
  }

  protected override fittedFromJson(value: unknown, path: string): TableFit {
    return parseTableFit(value, (classes) => (classes === 2 ? 1 : classes), path);
  }
}
