// A patient learns which of three illnesses fits, the server never sees the answers: node dist/examples/naive-bayes/symptoms.js
import { fileURLToPath } from "node:url";
import { CategoricalNB, trainTestSplit } from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

/** Share of test patients whose illness is found: by the float model, the quantized one in clear, and on ciphertexts against clear. */
export interface SymptomsReport {
  readonly float: number;
  readonly quantized: number;
  readonly encryptedEqualsClear: boolean;
}

/** Answers to five questions, each 0 (no) to 2 (strongly), for three illnesses. */
function makePatients(count: number): { X: number[][]; y: number[] } {
  const random = new SeededRandom(8);
  const typical = [
    [2, 0, 1, 0, 2],
    [0, 2, 1, 2, 0],
    [1, 1, 2, 0, 0],
  ];
  const y = Array.from({ length: count }, () => random.nextBelow(3));
  const X = y.map((illness) =>
    (typical[illness] ?? []).map((usual) =>
      random.nextBelow(3) > 0 ? usual : random.nextBelow(3),
    ),
  );
  return { X, y };
}

/** Trains, compiles, and predicts `rows` patients on ciphertexts. */
export async function symptoms(rows: number): Promise<SymptomsReport> {
  const { X, y } = makePatients(600);
  const { XTrain, XTest, yTrain, yTest } = trainTestSplit(X, y);
  const { model, floatModel } = new CategoricalNB({ nBits: { inputs: 2, values: 5 } }).fitBenchmark(
    XTrain,
    yTrain,
  );
  const right = floatModel.predict(XTest).filter((label, i) => label === yTest[i]).length;
  const circuit = await model.compile(XTrain);
  const few = { shape: [rows, 5], data: XTest.data.slice(0, 5 * rows) };
  const clear = await model.predict(few);
  const encrypted = await model.predict(few, { fhe: "execute" });
  await circuit.close();
  return {
    float: right / yTest.length,
    quantized: await model.score(XTest, yTest),
    encryptedEqualsClear: clear.every((label, i) => label === encrypted[i]),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await symptoms(3));
