import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { ClassifierCoding, noList } from "../../quantize/classifier-coding.js";
import { fieldsOf, isCount } from "../../quantize/json-checks.js";
import { RegressorCoding } from "../../quantize/regressor-coding.js";
import { TreeCoding } from "../../quantize/tree-coding.js";
import { columnsOf, type ImportedRows } from "../steps/imported-parts.js";
import type { Label } from "../steps/steps.js";
import { frameJson, readFrame } from "./frame-json.js";
import { type FeatureSteps, featuresOf } from "./read-rows.js";
import { outputsOf, predictionsOf, probabilitiesOf, type ScoreReading } from "./score-reading.js";

/** What is on the client's side of an imported model. */
export interface ImportedCodingParts {
  /** Inputs and preprocessing, which the client runs. */
  readonly features: FeatureSteps;
  /** Features to integers, and integers to raw scores. */
  readonly model: TreeCoding | RegressorCoding | ClassifierCoding;
  /** What the client makes of raw scores. */
  readonly reading: ScoreReading;
}

/** Turns rows of the source model into the integers that are encrypted, and decrypted integers into its predictions. Immutable. */
export class ImportedCoding implements ImportedCodingParts {
  readonly features: FeatureSteps;
  readonly model: TreeCoding | RegressorCoding | ClassifierCoding;
  readonly reading: ScoreReading;

  constructor(parts: ImportedCodingParts) {
    this.features = parts.features;
    this.model = parts.model;
    this.reading = parts.reading;
  }

  /** Columns of a row: all inputs side by side. */
  get columns(): number {
    return columnsOf(this.features.inputs);
  }

  /** Class names; undefined for regressors. */
  get classes(): readonly Label[] | undefined {
    return this.reading.classes;
  }

  /** Integers that a result has. */
  get outputs(): number {
    return this.model.outputs;
  }

  /** Rows to integers `[rows, width]`. Errors: `bad-shape`, `bad-argument` (texts), `not-a-number`, `out-of-range` (categories). */
  quantize(x: ImportedRows, path = "X"): Tensor {
    return this.model.quantize(featuresOf(this.features, x), path);
  }

  /** Whether results are what the server decided, not sums. */
  get decided(): boolean {
    return this.model.result !== "scores";
  }

  /** Integer sums `[rows, outputs]` to raw scores. Error `bad-argument` where scores stay on the server. */
  scores(sums: Tensor, path = "scores"): Tensor {
    return this.model.scores(sums, path);
  }

  /** One class a row, or a regressor's values; 1 or 0 where the server told whether they are above a limit. */
  predictions(results: Tensor): readonly Label[] {
    const { model } = this;
    if (!this.decided) return predictionsOf(this.reading, this.scores(results));
    if (model instanceof RegressorCoding) return Array.from(results.data);
    return this.#named(
      model instanceof TreeCoding ? model.answers(results) : model.labels(results),
    );
  }

  /** The classes that each row's result lists, best first. Errors: `bad-argument` where results do not list them; `path` names the caller. */
  topClasses(results: Tensor, path: string): readonly (readonly Label[])[] {
    const { model } = this;
    if (model instanceof RegressorCoding) throw noList(path);
    const { shape, data } = model.topClasses(results, path);
    const [rows = 0, top = 1] = shape;
    return Array.from({ length: rows }, (_, row) =>
      this.#named(data.subarray(row * top, (row + 1) * top)),
    );
  }

  #named(indices: Float64Array): readonly Label[] {
    const { classes = [] } = this;
    return Array.from(indices, (index) => classes[index] ?? index);
  }

  /** What the source library reports: values, scores or probabilities. */
  reported(sums: Tensor, path = "outputs"): Tensor {
    return outputsOf(this.reading, this.scores(sums, path));
  }

  /** Probabilities `[rows, classes]`. Errors: `bad-argument` for a regressor, `unsupported-op` where the library reports scores. */
  probabilities(sums: Tensor, path: string): Tensor {
    return probabilitiesOf(this.reading, this.scores(sums, path), path);
  }

  toJSON(): JsonValue {
    const { features, reading, model } = this;
    const form: JsonValue = JSON.parse(JSON.stringify(model));
    const frame = frameJson({ ...features, ...reading });
    return { kind: "imported-coding", ...frame, scores: reading.scores, model: form };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "imported coding"): ImportedCoding {
    const { kind, model } = fieldsOf(value);
    if (kind !== "imported-coding") {
      throw new VelumError({
        code: "file-corrupt",
        path,
        problem: "holds no imported model",
        cure: "Use the client file of a compiled imported model",
      });
    }
    const read = readModel(model, path);
    const scores = read.result === "scores" ? read.outputs : scoresBehind(value);
    const widths = { features: read.features, outputs: scores };
    const { inputs, before, from, ...reading } = readFrame(value, () => widths, path);
    const features = { inputs, before, from };
    return new ImportedCoding({
      ...{ features, model: read },
      reading: { ...reading, scores },
    });
  }
}

/** Raw scores that a model has which returns none of them. */
function scoresBehind(value: unknown): number {
  const { scores } = fieldsOf(value);
  return isCount(scores) ? scores : 1;
}

function readModel(value: unknown, path: string): ImportedCodingParts["model"] {
  const at = `${path} model`;
  const { kind } = fieldsOf(value);
  if (kind === "tree-coding") return TreeCoding.fromJSON(value, at);
  return kind === "classifier-coding"
    ? ClassifierCoding.fromJSON(value, at)
    : RegressorCoding.fromJSON(value, at);
}
