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
        prediction: () => {
          const values = own.coding.predictions(own.decrypt(answer));
          return values.length === 1 ? values[0] : values;
        },
        classes: () => own.topClasses(answer),
        probabilities: () => own.predictProba(answer),
        scores: () => own.scores(answer),
        integers: () => own.decrypt(answer).data,
      }),
  };
}

function trees(own: TreeClient): Predictor {
  return {
    columns: own.coding.features,
    encrypt: (row) => own.encrypt(numbersOf(row)),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => {
          const values = own.coding.answers(own.decrypt(answer));
          return values.length === 1 ? values[0] : values;
        },
        classes: () => own.topClasses(answer),
        probabilities: () => own.predictProba(answer),
        scores: () => own.scores(answer),
        integers: () => own.decrypt(answer).data,
      }),
  };
}

function regressor(own: RegressorClient): Predictor {
  return {
    columns: own.coding.features,
    encrypt: (row) => own.encrypt(numbersOf(row)),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => {
          const values = own.predict(answer);
          return values.length === 1 ? values[0] : values;
        },
        scores: () => own.coding.scores(own.decrypt(answer)).data,
        integers: () => own.decrypt(answer).data,
      }),
  };
}

function classifier(own: ClassifierClient): Predictor {
  return {
    columns: own.coding.features,
    encrypt: (row) => own.encrypt(numbersOf(row)),
    results: (answer, shown) =>
      listed(shown, {
        prediction: () => own.predict(answer),
        classes: () => own.topClasses(answer),
        probabilities: () => own.predictProba(answer),
        scores: () => own.decisionFunction(answer),
        integers: () => own.decrypt(answer).data,
      }),
  };
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
