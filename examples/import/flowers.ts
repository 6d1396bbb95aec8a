// Models that XGBoost and scikit-learn fitted, on encrypted rows: node dist/examples/import/flowers.js
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ImportedModel } from "../../src/index.js";
import { ImportedClient, importOnnx, importXgboost } from "../../src/index.js";
import { findFile } from "../support/find-file.js";
import { type Conversation, converse } from "../support/two-sides.js";

export interface FlowersReport extends Conversation<number | string> {
  /** What the libraries themselves predict. */
  readonly library: readonly (number | string)[];
  /** Greatest difference of a raw score that quantization makes on these rows. */
  readonly maxScoreDifference: number | undefined;
}

const models = ["test", "fixtures", "import"];

/** Boosted trees of XGBoost: three kinds of iris by four lengths, a missing one among them. */
export async function irises(): Promise<FlowersReport> {
  const file = findFile(...models, "xgboost-3.2.0", "multiclass.json");
  return askEncrypted(importXgboost(readFileSync(file)), [
    [5.1, 3.5, 1.4, 0.2],
    [6.7, 3, 5.2, 2.3],
    [5.9, Number.NaN, 4.2, 1.5],
  ]);
}

/** A pipeline of scikit-learn, saved as ONNX: a colour as a one-hot vector, two scaled lengths, logistic regression. */
export async function colours(): Promise<FlowersReport> {
  const file = findFile(...models, "onnx", "columns-texts.onnx");
  return askEncrypted(importOnnx(readFileSync(file)), [
    ["blue", 5.1, 1.4],
    ["red", 6.3, 5.6],
    ["pink", 5, 4],
  ]);
}

async function askEncrypted(
  model: ImportedModel,
  rows: readonly (readonly (number | string)[])[],
): Promise<FlowersReport> {
  const circuit = await model.compile(rows);
  const client = await ImportedClient.load(circuit.clientFile);
  const conversation = await converse(client, circuit.serverFile, rows);
  await circuit.close();
  return {
    library: model.floatModel.predict(rows),
    maxScoreDifference: model.quantizationReport(rows).maxScoreDifference,
    ...conversation,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await irises(), await colours());
}
