import type { JsonValue } from "../artifact/client-file.js";
import { checkOptions } from "../base/check-options.js";
import { VelumError } from "../base/error.js";
import { type NestedArray, shapeText, type Tensor, toTensor } from "../base/tensor.js";
import type { Circuit } from "../circuit/circuit.js";
import type { CompileOptions } from "../circuit/compile-options.js";
import type { LoadedCircuit } from "../circuit/loaded-circuit.js";
import type { ModelCoding } from "../quantize/model-coding.js";
import type { ClientTransform } from "../quantize/transforms/client-transform.js";
import { type Matrix, notFitted, type Rows, toMatrixOf } from "./check-data.js";
import type { CodedModel } from "./coded-model.js";
import { compileCoded, reopenCoded } from "./compile-coded.js";
import { Configurable } from "./configurable.js";
import { type ModelParts, readModelFile, writeModelFile } from "./model-file.js";
import { type PredictionMode, runRows } from "./prediction-mode.js";

/** What `fitBenchmark` gives. */
export interface Benchmark<M, Float> {
  /** The estimator itself, fitted and quantized. */
  readonly model: M;
  /** The same fit in double precision. */
  readonly floatModel: Float;
}

/** What `fit`, or somebody else's library, found, with the integer model once inputs are known. */
interface State<F, C extends ModelCoding> {
  readonly fitted: F;
  readonly coded: CodedModel<C> | undefined;
}

/**
 * What all estimators share: parameters, quantization over the training data's ranges, compilation, three ways to compute, and files.
 * `P` are the parameters, `F` is what was fitted, `C` the client's coding.
 */
export abstract class Estimator<
  P extends object,
  F,
  C extends ModelCoding,
> extends Configurable<P> {
  #state: State<F, C> | undefined;
  #circuit: Circuit | LoadedCircuit | undefined;

  /** The integer model of `fitted`, inputs quantized over the ranges of `x`. */
  protected abstract code(fitted: F, x: Matrix): CodedModel<C>;
  /** Features of `fitted`. */
  protected abstract featuresOf(fitted: F): number;
  protected abstract fittedToJson(fitted: F): JsonValue;
  /** Errors: `file-corrupt`; `path` names the file. */
  protected abstract fittedFromJson(value: unknown, path: string): F;
  protected abstract codedFromJson(value: unknown, coding: unknown, path: string): CodedModel<C>;
  /** Refuses parameters out of range, before a fit that may take long. */
  protected abstract checkParams(): void;

  /** Features of the training data. Errors: `not-fitted`. */
  get nFeaturesIn(): number {
    return this.featuresOf(this.fitted());
  }

  /** The circuit of the last `compile`, or of the file that `load` read. */
  get circuit(): Circuit | LoadedCircuit | undefined {
    return this.#circuit;
  }

  /**
   * Quantizes over the ranges of `x` (`[rows, features]`). `fit` does so itself; a model made by `fromFitted` needs it once, or `compile`
   * does it. A compiled circuit no longer counts. Errors: `not-fitted`, `bad-shape`, `not-a-number`.
   */
  calibrate(x: Rows): this {
    const path = `${this.name}.calibrate`;
    const fitted = this.fitted(path);
    return this.adopt(fitted, this.readRows(x, `${path} X`));
  }

  /**
   * Compiles the integer model for one encrypted row. `x` is a representative set of inputs; rows at the extremes of the
   * quantizer are added, so that every input that it can give is computed exactly, of `x` or not. The circuit's `clientFile`
   * carries what a client needs to encrypt and to read results (docs/security.md says what that reveals).
   *
   * Errors: `not-fitted`, `bad-shape`, `not-a-number`, `width-too-wide`, `no-parameters`. Cost: some 50 ms for linear models.
   * Close the circuit when it is no longer used; an earlier one of this model stays open.
   */
  async compile(x: Rows, options: Partial<CompileOptions> = {}): Promise<Circuit> {
    return this.compileWithSteps(x, options, []);
  }

  /** `compile`, with preprocessing that the client runs before it quantizes; `x` has been through it. */
  async compileWithSteps(
    x: Rows,
    options: Partial<CompileOptions>,
    steps: readonly ClientTransform[],
  ): Promise<Circuit> {
    const path = `${this.name}.compile`;
    const fitted = this.fitted(path);
    const matrix = this.readRows(x, `${path} X`);
    const coded = this.codeToCompile(fitted, this.#state?.coded, matrix);
    const q = coded.coding.quantize(matrix, `${path} X`);
    const circuit = await compileCoded(coded, q, options, steps);
    this.#state = { fitted, coded };
    this.#circuit = circuit;
    return circuit;
  }

  /** Real inputs to the integers `[rows, features]` that are encrypted. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  quantizeInput(x: Rows): Tensor {
    const path = `${this.name}.quantizeInput`;
    const { coding } = this.coded(path);
    return coding.quantize(this.readRows(x, `${path} X`), `${path} X`);
  }

  /**
   * The model as one file that `load` of the same class reads: parameters, weights, quantizers and, once compiled, both files of the
   * circuit, so that nothing is compiled again. It holds the weights in clear. Errors: `not-fitted`.
   */
  dump(): Uint8Array<ArrayBuffer> {
    const { name } = this;
    const fitted = this.fittedToJson(this.fitted(`${name}.dump`));
    const coded = this.#state?.coded;
    const form = coded === undefined ? null : { model: coded.toJSON(), coding: coded.coding };
    const params = JSON.parse(JSON.stringify(this.getParams()));
    return writeModelFile({ name, params, fitted, coded: form }, this.#circuit);
  }

  /**
   * Reads what `dump` wrote. The server's part of it is code that will be executed: load only files whose origin you know.
   * `options` say where the circuit runs. Errors: `file-foreign`, `file-corrupt`, `file-too-large`, `file-kind` (another class's file).
   */
  static load<T extends Estimator<object, unknown, ModelCoding>>(
    this: new () => T,
    file: Uint8Array,
    options: Partial<CompileOptions> = {},
  ): T {
    const model = new this();
    model.restore(readModelFile(file, model.name), options);
    return model;
  }

  protected restore(parts: ModelParts, options: Partial<CompileOptions>): void {
    const path = "model file";
    const params: Partial<P> = JSON.parse(JSON.stringify(parts.params));
    this.setParams(params);
    const fitted = this.fittedFromJson(parts.fitted, path);
    const coded =
      parts.coded === undefined
        ? undefined
        : this.codedFromJson(parts.coded.model, parts.coded.coding, path);
    this.#state = { fitted, coded };
    const { files } = parts;
    this.#circuit =
      files === undefined || coded === undefined ? undefined : reopenCoded(coded, files, options);
  }

  /** Rows as the fitted model takes them. Errors: `not-fitted`, `bad-shape`, `not-a-number`; `path` names the rows. */
  protected readRows(x: Rows, path: string): Matrix {
    return toMatrixOf(this.featuresOf(this.fitted()), x, path);
  }

  /** The integer model that `compile` takes: the one over the training data's ranges, where there is one. */
  protected codeToCompile(fitted: F, coded: CodedModel<C> | undefined, x: Matrix): CodedModel<C> {
    return coded ?? this.code(fitted, x);
  }

  /** What was fitted before, if anything. */
  protected get known(): F | undefined {
    return this.#state?.fitted;
  }

  /** Whether the integer model is there. */
  protected get isCoded(): boolean {
    return this.#state?.coded !== undefined;
  }

  /** Takes over what was fitted; with `x`, quantizes too. */
  protected adopt(fitted: F, x?: Matrix): this {
    this.#state = { fitted, coded: x === undefined ? undefined : this.code(fitted, x) };
    this.#circuit = undefined;
    return this;
  }

  /** What was fitted. Error `not-fitted`; `path` names the caller. */
  protected fitted(path = this.name): F {
    if (this.#state === undefined) throw notFitted(path);
    return this.#state.fitted;
  }

  /** The integer model. Error `not-fitted` also where no inputs are known yet. */
  protected coded(path = this.name): CodedModel<C> {
    this.fitted(path);
    const coded = this.#state?.coded;
    if (coded === undefined) {
      throw notFitted(
        path,
        "knows no range of its inputs yet",
        "Call calibrate(X) or compile(X) first",
      );
    }
    return coded;
  }

  /** Reads integers as a circuit gives them, one row or more, as `[rows, outputs]`. Errors: `not-fitted`, `bad-shape`; `path` names the caller. */
  protected readResults(results: Tensor | NestedArray, path: string): Tensor {
    const { outputs } = this.coded(path).coding;
    const { shape, data } = toTensor(results, path);
    const rows = data.length / outputs;
    const fits = shape.length < 2 ? Number.isInteger(rows) : shape.at(-1) === outputs;
    if (fits && shape.length <= 2) return { shape: [rows, outputs], data };
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `the shape of the results is ${shapeText(shape)}, and the model gives ${outputs} a row`,
      limit: outputs,
      actual: shape.at(-1) ?? 0,
      cure: "Pass what the circuit gives for a row, or rows of it",
    });
  }

  /** What a run gives for each row: integers `[rows, outputs]`. */
  protected async results(x: Rows, mode: PredictionMode, path: string): Promise<Tensor> {
    checkOptions(mode, ["fhe", "signal", "onProgress"], path);
    const coded = this.coded(path);
    const q = coded.coding.quantize(this.readRows(x, `${path} X`), `${path} X`);
    const { fhe = "disable" } = mode;
    if (fhe === "disable") return coded.evaluate(q);
    return runRows(this.#circuit, q, { ...mode, fhe }, path);
  }
}
