import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import type { LoadedCircuit } from "../../circuit/loaded-circuit.js";
import { compileWithExtras, reopenCoded } from "../../models/compile-coded.js";
import { readModelFile, writeModelFile } from "../../models/model-file.js";
import { type PredictionMode, runRows } from "../../models/prediction-mode.js";
import { noList } from "../../quantize/classifier-coding.js";
import type { ImportedCoding } from "../client/imported-coding.js";
import { outputsOf, predictionsOf, probabilitiesOf } from "../client/score-reading.js";
import { columnsOf, type ImportedParts, type ImportedRows } from "../steps/imported-parts.js";
import type { Label } from "../steps/steps.js";
import { partsJson, readCoded, readParts } from "./imported-json.js";
import { type ImportedParams, importedDefaults } from "./imported-params.js";
import { type QuantizationReport, reportOf } from "./quantization-report.js";
import { type QuantizedImport, quantizeImported } from "./quantize-imported.js";
import { SourceModel } from "./source-model.js";

const name = "ImportedModel";

/**
 * A model that another library fitted, with its preprocessing. Until it is compiled it predicts as that library does, in double
 * precision; from then on all modes give the same integers, and `floatModel` still predicts as the library does.
 */
export class ImportedModel {
  /** The source library's predictions, in clear. */
  readonly floatModel: SourceModel;
  #params: ImportedParams = importedDefaults;
  #quantized: QuantizedImport | undefined;
  #circuit: Circuit | LoadedCircuit | undefined;

  constructor(parts: ImportedParts, params: Partial<ImportedParams> = {}) {
    this.floatModel = new SourceModel(parts);
    this.setParams(params);
  }

  /** Preprocessing, model, and what scores mean, as plain data. */
  get parts(): ImportedParts {
    return this.floatModel.parts;
  }

  /** All settings. */
  getParams(): ImportedParams {
    return this.#params;
  }

  /** Changes settings; they count from the next `compile` on. Error `bad-argument` for an unknown one. */
  setParams(params: Partial<ImportedParams>): this {
    checkOptions(params, Object.keys(importedDefaults), `${name}.setParams`);
    this.#params = { ...this.#params, ...params };
    return this;
  }

  /** Class names; undefined for regressors. */
  get classes(): readonly Label[] | undefined {
    return this.parts.classes;
  }

  /** Number of columns of a row: all inputs side by side. */
  get columns(): number {
    return columnsOf(this.parts.inputs);
  }

  /** The circuit of the last `compile`, or of the file that `load` read. */
  get circuit(): Circuit | LoadedCircuit | undefined {
    return this.#circuit;
  }

  /**
   * Quantizes the trees or the linear model (`nBits`) and compiles it for one encrypted row; preprocessing and what follows the scores
   * are the client's. `x` gives ranges and the inputset; whatever a client can encrypt is computed exactly. The circuit's `clientFile`
   * carries what `ImportedClient` needs (docs/security.md says what that reveals).
   * Errors: `bad-shape`, `bad-argument` (nBits, texts), `not-a-number`, `out-of-range`, `unsupported-op`, `width-too-wide`,
   * `no-parameters`. Close the circuit when it is no longer used.
   */
  async compile(x: ImportedRows, options: Partial<CompileOptions> = {}): Promise<Circuit> {
    const path = `${name}.compile`;
    const quantized = quantizeImported(this.parts, this.#params, x, path);
    const { coded, coding } = quantized;
    const q = coding.quantize(x, `${path} X`);
    const circuit = await compileWithExtras(coded, q, options, coding.toJSON());
    this.#quantized = quantized;
    this.#circuit = circuit;
    return circuit;
  }

  /**
   * Classes (numbers or texts) of a classifier, one a row; a regressor's values, row after row, or 1 and 0 with `result` `{ above: t }`.
   * Errors: `bad-shape` (number of columns), `bad-argument` (a text where a number is due, mode), `not-a-number` (NaN where trees know no
   * missing values, once compiled), `out-of-range` (a category that the model refuses), for encrypted modes `not-compiled`, `aborted`.
   */
  async predict(x: ImportedRows, mode: PredictionMode = {}): Promise<readonly Label[]> {
    const found = await this.#results(x, mode, "predict");
    if ("real" in found) return predictionsOf(this.floatModel.reading, found.real);
    return found.coding.predictions(found.results);
  }

  /**
   * Classes that the server lists, best first, one list a row: of a model that was compiled with `result` `{ top: k }` or `"class"`.
   * Errors: those of `predict`; `bad-argument` for other results.
   */
  async topClasses(
    x: ImportedRows,
    mode: PredictionMode = {},
  ): Promise<readonly (readonly Label[])[]> {
    const found = await this.#results(x, mode, "topClasses");
    if ("real" in found) throw noList(`${name}.topClasses`);
    return found.coding.topClasses(found.results, `${name}.topClasses`);
  }

  /** Probabilities `[rows, classes]`. Errors: those of `predict`; `bad-argument` for a regressor, `unsupported-op` without probabilities. */
  async predictProba(x: ImportedRows, mode: PredictionMode = {}): Promise<Tensor> {
    const scores = await this.#scores(x, mode, "predictProba");
    return probabilitiesOf(this.floatModel.reading, scores, `${name}.predictProba`);
  }

  /** What the source library reports: values, scores or probabilities, `[rows, columns]`. Errors: those of `predict`. */
  async outputs(x: ImportedRows, mode: PredictionMode = {}): Promise<Tensor> {
    return outputsOf(this.floatModel.reading, await this.#scores(x, mode, "outputs"));
  }

  /** Raw scores `[rows, outputs]` of the trees or the linear model. Errors: those of `predict`. */
  async scores(x: ImportedRows, mode: PredictionMode = {}): Promise<Tensor> {
    return this.#scores(x, mode, "scores");
  }

  /** Rows to the integers `[rows, width]` that are encrypted. Errors: `not-compiled`, and those of `predict`. */
  quantizeInput(x: ImportedRows): Tensor {
    return this.#needQuantized("quantizeInput").coding.quantize(x);
  }

  /** Integer sums `[rows, outputs]` to raw scores. Error `not-compiled`. */
  dequantizeOutput(sums: Tensor): Tensor {
    return this.#needQuantized("dequantizeOutput").coding.scores(sums);
  }

  /** How far the quantized model is from the float model on `x`, both in clear. Errors: `not-compiled`, and those of `predict`. */
  quantizationReport(x: ImportedRows): QuantizationReport {
    const { coded, coding } = this.#needQuantized("quantizationReport");
    const results = coded.evaluate(coding.quantize(x));
    const result = coding.decided ? this.#params.result : "scores";
    return reportOf(this.floatModel, this.floatModel.scores(x), coding, results, result);
  }

  /**
   * The model as one file: parts, settings and, once compiled, both files of the circuit, so that nothing is compiled again. It holds the
   * model in clear.
   */
  dump(): Uint8Array<ArrayBuffer> {
    const params = JSON.parse(JSON.stringify(this.#params));
    const quantized = this.#quantized;
    const coded =
      quantized === undefined
        ? null
        : { model: quantized.coded.toJSON(), coding: quantized.coding.toJSON() };
    return writeModelFile({ name, params, fitted: partsJson(this.parts), coded }, this.#circuit);
  }

  /**
   * Reads what `dump` wrote. The server's part of it is code that will be executed: load only files whose origin you know.
   * `options` say where the circuit runs. Errors: `file-foreign`, `file-corrupt`, `file-too-large`, `file-kind` (another class's file).
   */
  static load(file: Uint8Array, options: Partial<CompileOptions> = {}): ImportedModel {
    const { params, fitted, coded, files } = readModelFile(file, name);
    const model = new ImportedModel(readParts(fitted, "model file"));
    const known: Partial<ImportedParams> = JSON.parse(JSON.stringify(params));
    model.setParams(known);
    if (coded === undefined) return model;
    const quantized = readCoded(coded, "model file");
    model.#quantized = quantized;
    model.#circuit = files && reopenCoded(quantized.coded, files, options);
    return model;
  }

  async #scores(x: ImportedRows, mode: PredictionMode, method: string): Promise<Tensor> {
    const found = await this.#results(x, mode, method);
    if ("real" in found) return found.real;
    return found.coding.scores(found.results, `${name}.${method}`);
  }

  /** Raw scores in double precision before the model is compiled, integer results from then on. */
  async #results(x: ImportedRows, mode: PredictionMode, method: string): Promise<Results> {
    const path = `${name}.${method}`;
    checkOptions(mode, ["fhe", "signal", "onProgress"], path);
    const { fhe = "disable" } = mode;
    const quantized = this.#quantized;
    if (quantized === undefined) {
      if (fhe === "disable") return { real: this.floatModel.scores(x) };
      const nothing = { shape: [0, 0], data: new Float64Array() };
      return { real: await runRows(undefined, nothing, { ...mode, fhe }, path) };
    }
    const { coded, coding } = quantized;
    const q = coding.quantize(x, `${path} X`);
    const results =
      fhe === "disable"
        ? coded.evaluate(q)
        : await runRows(this.#circuit, q, { ...mode, fhe }, path);
    return { coding, results };
  }

  #needQuantized(method: string): QuantizedImport {
    if (this.#quantized !== undefined) return this.#quantized;
    throw new VelumError({
      code: "not-compiled",
      path: `${name}.${method}`,
      problem: "has no integers before the model is compiled",
      cure: "Call compile(X) first",
    });
  }
}

type Results =
  | { readonly real: Tensor }
  | { readonly coding: ImportedCoding; readonly results: Tensor };
