// Tumours judged by a tree, a forest and boosted trees, on encrypted measurements: node dist/examples/trees/tumours.js
import { fileURLToPath } from "node:url";
import {
  DecisionTreeClassifier,
  RandomForestClassifier,
  TreeClient,
  trainTestSplit,
  XGBClassifier,
} from "../../src/index.js";
import { loadBreastCancer } from "../breast-cancer/load-data.js";
import { rowOf } from "../breast-cancer/split-patients.js";
import { type Conversation, converse } from "../support/two-sides.js";

/** One model's account: accuracy on all test patients, in clear, and what the first ones' clients read. */
export interface TumourReport extends Conversation<number> {
  readonly name: string;
  readonly accuracy: number;
  /** The float model's labels of the same patients. */
  readonly float: readonly number[];
}

/** Trains and compiles three models; `patients` test patients send encrypted measurements. */
export async function tumours(patients: number): Promise<TumourReport[]> {
  const { data, target } = loadBreastCancer();
  const { XTrain, XTest, yTrain, yTest } = trainTestSplit(data, target, { randomState: 0 });
  const models = [
    new DecisionTreeClassifier({ maxDepth: 5 }),
    new RandomForestClassifier({ nEstimators: 20, maxDepth: 4 }),
    new XGBClassifier({ nEstimators: 50, maxDepth: 3 }),
  ];
  const reports: TumourReport[] = [];
  for (const unfitted of models) {
    const { model, floatModel } = unfitted.fitBenchmark(XTrain, yTrain);
    const circuit = await model.compile(XTrain);
    const rows = Array.from({ length: patients }, (_, i) => rowOf(XTest, i));
    const patient = await TreeClient.load(circuit.clientFile);
    reports.push({
      name: model.name,
      accuracy: await model.score(XTest, yTest),
      float: Array.from(floatModel.predict(rows)),
      ...(await converse(patient, circuit.serverFile, rows)),
    });
    await circuit.close();
  }
  return reports;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await tumours(3));
