import { ClassifierClient } from "../client/classifier-client.js";
import type { Client } from "../client/client.js";
import { RegressorClient } from "../client/regressor-client.js";
import { TreeClient } from "../client/tree-client.js";
import { ImportedClient } from "../import/client/imported-client.js";
import type { Label } from "../import/steps/steps.js";
import { fieldsOf } from "../quantize/json-checks.js";
import { usageError } from "./arguments.js";
import { numbersOf } from "./read-samples.js";

/** What `velum decrypt --show` may ask of a model's answer. */
export const shownResults = [
  "prediction",
  "classes",
  "probabilities",
  "scores",
  "integers",
] as const;
export type ShownResult = (typeof shownResults)[number];

/** The client of a compiled model: rows of its own columns in, predictions out. */
export interface Predictor {
  readonly columns: number;
  encrypt(row: readonly Label[]): Uint8Array;
  /** What `shown` names, as JSON has it. Error `bad-argument` where the model gives no such thing. */
  results(answer: Uint8Array, shown: ShownResult): unknown;
}

/** The client of the model that the client file carries; undefined for the file of a function. Errors: `file-corrupt`. */
export function predictorOf(client: Client): Predictor | undefined {
  if (client.extras === null) return undefined;
  const { kind } = fieldsOf(client.extras);
  if (kind === "imported-coding") return imported(new ImportedClient(client));
  if (kind === "tree-coding") return trees(new TreeClient(client));
  if (kind === "regressor-coding") return regressor(new RegressorClient(client));
  return classifier(new ClassifierClient(client));
}

function imported(own: ImportedClient): Predictor {
  return {
    columns: own.coding.columns,
    encrypt: (row) => own.encrypt(row),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => oneOrAll(own.predict(answer)),
        ...classResults(own, answer),
        scores: () => own.scores(answer),
      }),
  };
}

function trees(own: TreeClient): Predictor {
  return {
    ...rowsOfNumbers(own),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => oneOrAll(own.predict(answer)),
        ...classResults(own, answer),
        scores: () => own.scores(answer),
      }),
  };
}

function regressor(own: RegressorClient): Predictor {
  return {
    ...rowsOfNumbers(own),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => oneOrAll(own.predict(answer)),
        scores: () => own.coding.scores(own.decrypt(answer)).data,
        integers: () => own.decrypt(answer).data,
      }),
  };
}

function classifier(own: ClassifierClient): Predictor {
  return {
    ...rowsOfNumbers(own),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => own.predict(answer),
        ...classResults(own, answer),
        scores: () => own.decisionFunction(answer),
      }),
  };
}

/** A client that takes numbers alone. */
function rowsOfNumbers(own: TreeClient | RegressorClient | ClassifierClient) {
  return {
    columns: own.coding.features,
    encrypt: (row: readonly Label[]) => own.encrypt(numbersOf(row)),
  };
}

/** What clients of classes name alike. */
function classResults(own: ImportedClient | TreeClient | ClassifierClient, answer: Uint8Array) {
  return {
    classes: () => own.topClasses(answer),
    probabilities: () => own.predictProba(answer),
    integers: () => own.decrypt(answer).data,
  };
}

/** The prediction of a model with one target, the list of one with several. */
function oneOrAll<List extends ArrayLike<Label>>(values: List): Label | List {
  return values.length === 1 && values[0] !== undefined ? values[0] : values;
}

type Result = Label | readonly Label[] | Float64Array | undefined;

function listed(
  shown: ShownResult,
  results: Readonly<Partial<Record<ShownResult, () => Result>>>,
): unknown {
  const result = results[shown]?.();
  if (result === undefined) throw usageError("--show", `${shown} is nothing that this model gives`);
  return result instanceof Float64Array ? Array.from(result) : result;
}
