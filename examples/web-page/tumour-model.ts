import { trainTestSplit, XGBClassifier } from "../../src/index.js";
import { loadBreastCancer } from "../breast-cancer/load-data.js";
import { rowOf } from "../breast-cancer/split-patients.js";

/** Measurements that the form asks for. */
const asked = [
  "worst radius",
  "worst texture",
  "worst smoothness",
  "worst concave points",
  "mean area",
];

/** What the page shows: no secret, and nothing of the model's trees. */
export interface TumourForm {
  readonly features: readonly string[];
  readonly classes: readonly string[];
  /** Patients that the model was not trained on, to fill the form with; `[patients][features]` */
  readonly patients: readonly (readonly number[])[];
}

/** A compiled model as a service keeps it. */
export interface TumourModel {
  readonly form: TumourForm;
  /** What the float model says of `form.patients`. */
  readonly float: readonly number[];
  readonly clientFile: Uint8Array;
  readonly serverFile: Uint8Array;
  readonly uploadBytes: number;
  readonly evaluationKeyBytes: number;
}

/** Trains 50 trees on five measurements of the breast-cancer data and compiles them. Seconds. */
export async function trainTumourModel(): Promise<TumourModel> {
  const { data, target, featureNames, targetNames } = loadBreastCancer();
  const columns = asked.map((name) => featureNames.indexOf(name));
  const [rows = 0] = data.shape;
  const X = Array.from({ length: rows }, (_, i) => {
    const all = rowOf(data, i);
    return columns.map((column) => all[column] ?? 0);
  });
  const { XTrain, XTest, yTrain } = trainTestSplit(X, target, { randomState: 0 });
  const unfitted = new XGBClassifier({ nEstimators: 50, maxDepth: 3 });
  const { model, floatModel } = unfitted.fitBenchmark(XTrain, yTrain);
  const circuit = await model.compile(XTrain);
  const patients = Array.from({ length: 5 }, (_, i) => Array.from(rowOf(XTest, i)));
  const { uploadBytes, evaluationKeyBytes } = circuit.sizes;
  await circuit.close();
  return {
    form: { features: asked, classes: targetNames, patients },
    float: Array.from(floatModel.predict(patients)),
    ...{ clientFile: circuit.clientFile, serverFile: circuit.serverFile },
    ...{ uploadBytes, evaluationKeyBytes },
  };
}
