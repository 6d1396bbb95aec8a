import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import { fieldsOf, isFiniteList } from "../../quantize/json-checks.js";
import type { AffineMap } from "../../quantize/transforms/client-transform.js";
import { type Labels, type Matrix, type Rows, toMatrix, toRowWeights } from "../check-data.js";
import { checkClassResult, listedClasses } from "../class-result.js";
import {
  type ClassTargets,
  checkClassWeight,
  classFactors,
  toClassTargets,
} from "../class-targets.js";
import { ClassifierEstimator } from "../classifier-estimator.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { corruptModel } from "../model-file.js";
import { type NamedLists, namedListsJson, parseNamedLists } from "../named-lists.js";
import { classPairs } from "../ranking.js";
import { classifierTable } from "./class-table.js";
import { LinearClassifier } from "./linear-classifier.js";
import { LinearCoded } from "./linear-coded.js";
import {
  foldIntoWeights,
  type GivenLinearClassifier,
  type LinearFit,
  linearFitJson,
  parseLinearFit,
  readGivenLinear,
  requireFiniteFit,
} from "./linear-fit.js";
import { bitsOf, checkLinearParams, type LinearClassifierParams } from "./linear-params.js";
import { QuantizedLinearModel } from "./quantized-linear.js";
import { scoreDifferences } from "./score-differences.js";

/** A fitted linear classifier with the solver's account. */
export interface LinearClassifierFit extends LinearFit {
  /** The labels, ascending. */
  readonly classes: Float64Array;
  /** What else the solver tells, one list a class. */
  readonly details?: NamedLists;
}

/** Rows with the index of each row's class. */
export interface ClassProblem {
  readonly x: Matrix;
  /** 0 to `classes - 1` */
  readonly target: Float64Array;
  readonly classes: number;
  /** Weights of rows, the classes' weights included. */
  readonly rowWeights: Float64Array;
  /** Weights of rows without them, and the classes' factors. */
  readonly sampleWeights: Float64Array;
  readonly factors: Float64Array;
}

/** What all linear classifiers share: from weights to integers, circuits and files. Made into one by a solver. */
export abstract class LinearClassifierEstimator<
  P extends LinearClassifierParams,
> extends ClassifierEstimator<P, LinearClassifierFit> {
  /** Finds the weights: one output for two classes (class 1 above 0), else one each. */
  protected abstract solve(problem: ClassProblem): LinearFit & Pick<LinearClassifierFit, "details">;
  protected abstract probabilityRule(): ProbabilityRule;
  /** Refuses the solver's parameters. Errors: `bad-argument`. */
  protected abstract checkSolver(): void;

  /** Classes that the training data must have at least. */
  protected get fewestClasses(): 1 | 2 {
    return 2;
  }

  /**
   * Fits to `x` (`[rows, features]`) and one label a row, then quantizes over the ranges of `x`. `sampleWeight`: one a row, default 1.
   * Errors: `bad-shape`, `not-a-number` with row and column, `bad-argument` (parameters, labels of one class).
   */
  fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const targets = toClassTargets(y, matrix.rows, this.fewestClasses, `${path} y`);
    const sampleWeights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    const { classes, indices: target } = targets;
    const factors = this.classFactors(targets, sampleWeights);
    const rowWeights = sampleWeights.map((weight, i) => weight * (factors[target[i] ?? 0] ?? 0));
    const rows = { x: matrix, target, classes: classes.length };
    const fit = this.solve({ ...rows, rowWeights, sampleWeights, factors });
    return this.adopt({ ...requireFiniteFit(fit, path), classes }, matrix);
  }

  /** `fit`, and the float model too, for comparison. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, LinearClassifier> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /**
   * A model from weights that were fitted elsewhere; `calibrate` or `compile` then gives it the ranges of its inputs.
   * Errors: `bad-shape`, `not-a-number`, `bad-argument` (classes).
   */
  static fromFitted<
    Params extends object,
    T extends LinearClassifierEstimator<LinearClassifierParams>,
  >(
    this: new (
      params?: Partial<Params>,
    ) => T,
    given: GivenLinearClassifier,
    params: Partial<Params> = {},
  ): T {
    const model = new this(params);
    const path = `${model.name}.fromFitted`;
    model.checkParams();
    const fit = readGivenLinear(given, path);
    const classes = Float64Array.from(given.classes ?? []);
    const ascending = classes.every((label, k) => k === 0 || label > (classes[k - 1] ?? label));
    const outputs = fit.intercept.length;
    if (!ascending || classes.length < 2 || outputs !== outputsFor(classes.length)) {
      throw new VelumError({
        code: "bad-argument",
        path: `${path} classes`,
        problem: `${classes.length} labels do not ascend or do not fit ${outputs} outputs`,
        cure: "Pass different labels in ascending order: two for one output, else one an output",
      });
    }
    return model.adopt({ ...fit, classes });
  }

  /**
   * Takes an affine step that came before the model into its weights, and quantizes over the ranges of `x`, which has not been through the
   * step. `coef` and `intercept` then belong to `x`. Errors: `not-fitted`, `bad-shape`, `not-a-number`.
   */
  foldAffine(map: AffineMap, x: Rows): this {
    const path = `${this.name}.foldAffine`;
    return this.adopt(foldIntoWeights(this.fitted(path), map), toMatrix(x, `${path} X`));
  }

  /** The double-precision model, without quantization. Errors: `not-fitted`, as all getters here. */
  get floatModel(): LinearClassifier {
    const { coef, intercept, classes } = this.fitted();
    return new LinearClassifier(coef, intercept, classes, this.probabilityRule());
  }

  /** The integer model that is computed on ciphertexts; with `result` `"class"`, the differences of scores. */
  get quantized(): QuantizedLinearModel {
    return this.linear.quantized;
  }

  /** `[1, features]` for two classes, else `[classes, features]`. */
  get coef(): Tensor {
    return this.fitted().coef;
  }

  /** `[1]` for two classes, else `[classes]`. */
  get intercept(): Float64Array {
    return this.fitted().intercept;
  }

  /** Steps that the solver took. */
  get nIter(): number {
    return this.fitted().iterations;
  }

  /** False where `maxIter` steps did not reach `tol`. */
  get converged(): boolean {
    return this.fitted().converged;
  }

  /** Factor of each class. Balance counts sample weights. */
  protected classFactors(targets: ClassTargets, sampleWeights: Float64Array): Float64Array {
    return classFactors(targets, this.getParams().classWeight, sampleWeights);
  }

  protected get linear(): LinearCoded<ClassifierCoding> {
    const coded = this.coded();
    if (coded instanceof LinearCoded) return coded;
    throw corruptModel(this.name, "is no linear model");
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkLinearParams(this.name, params);
    checkClassWeight(this.name, params.classWeight);
    checkClassResult(this.name, params.result);
    this.checkSolver();
  }

  protected override featuresOf(fitted: LinearClassifierFit): number {
    return fitted.coef.shape[1] ?? 0;
  }

  protected override classesOf(fitted: LinearClassifierFit): Float64Array {
    return fitted.classes;
  }

  protected override code(fitted: LinearClassifierFit, x: Matrix): CodedModel<ClassifierCoding> {
    const params = this.getParams();
    const { classes } = fitted;
    const quantized = QuantizedLinearModel.fromWeights(
      fitted,
      x,
      bitsOf(params),
      params.inputQuantizer,
    );
    const { inputQuantizer, features, scoreScale } = quantized;
    const top = listedClasses(this.name, params.result, classes.length);
    if (top !== undefined) {
      const differences = scoreDifferences(fitted, x, bitsOf(params), params.inputQuantizer);
      const parts = { inputQuantizer: differences.inputQuantizer, features, classes };
      const coding = new ClassifierCoding({ ...parts, scoreScale: null, result: "class", top });
      return new LinearCoded(coding, differences, { ranking: classes.length });
    }
    const probability = this.probabilityRule();
    const parts = { inputQuantizer, features, classes, scoreScale, probability };
    return new LinearCoded(new ClassifierCoding({ ...parts, result: "scores" }), quantized);
  }

  protected override fittedToJson(fitted: LinearClassifierFit): JsonValue {
    const { classes, details } = fitted;
    const more = details === undefined ? {} : { details: namedListsJson(details) };
    return { ...linearFitJson(fitted), classes: Array.from(classes), ...more };
  }

  protected override fittedFromJson(value: unknown, path: string): LinearClassifierFit {
    const fit = parseLinearFit(value, path);
    const { classes, details } = fieldsOf(value);
    if (isFiniteList(classes) && fit.intercept.length === outputsFor(classes.length)) {
      return {
        ...fit,
        classes: Float64Array.from(classes),
        details: parseNamedLists(details, path),
      };
    }
    throw corruptModel(path, "its classes do not fit its weights");
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    const { quantized, tableBits, explained, ranking } = fieldsOf(value);
    const model = QuantizedLinearModel.fromJSON(quantized, path);
    const read = ClassifierCoding.fromJSON(coding, path);
    const isRanking = ranking !== undefined;
    const outputs = isRanking ? classPairs(read.classes.length).length : read.outputs;
    if (outputs !== model.outputs || (isRanking && ranking !== read.classes.length)) {
      throw corruptModel(path, "its scores do not fit its classes");
    }
    if (isRanking) return new LinearCoded(read, model, { ranking: read.classes.length });
    const share = typeof explained === "number" ? explained : undefined;
    const table = typeof tableBits === "number" ? classifierTable(model, tableBits) : undefined;
    return new LinearCoded(read, model, { table, explained: share });
  }
}

function outputsFor(classes: number): number {
  return classes <= 2 ? 1 : classes;
}
