// Loans: gaps filled, a region as categories, then a forest; the applicant's side runs the preprocessing: node dist/examples/pipeline/loans.js
import { fileURLToPath } from "node:url";
import {
  ColumnTransformer,
  OneHotEncoder,
  Pipeline,
  RandomForestClassifier,
  SimpleImputer,
  TreeClient,
  trainTestSplit,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { type Conversation, converse } from "../support/two-sides.js";

export interface LoansReport extends Conversation<number> {
  /** Accuracy of the quantized model on all test applicants. */
  readonly accuracy: number;
  /** Its labels of the same applicants, in clear. */
  readonly clear: readonly number[];
}

/** Trains on income (with gaps), debt and one of four regions; `applicants` send theirs encrypted. */
export async function loans(applicants: number): Promise<LoansReport> {
  const { X, y } = makeApplicants(600);
  const { XTrain, XTest, yTrain, yTest } = trainTestSplit(X, y);
  const pipeline = new Pipeline(
    [
      new ColumnTransformer([
        [new SimpleImputer({ strategy: "median" }), [0, 1]],
        [new OneHotEncoder(), [2]],
      ]),
    ],
    new RandomForestClassifier({ nEstimators: 10, maxDepth: 5 }),
  ).fit(XTrain, yTrain);
  const circuit = await pipeline.compile(XTrain);
  const rows = Array.from({ length: applicants }, (_, i) => XTest.data.slice(3 * i, 3 * i + 3));
  const applicant = await TreeClient.load(circuit.clientFile);
  const conversation = await converse(applicant, circuit.serverFile, rows);
  await circuit.close();
  return {
    accuracy: await pipeline.score(XTest, yTest),
    clear: Array.from(await pipeline.predict(rows)),
    ...conversation,
  };
}

function makeApplicants(count: number): { X: number[][]; y: number[] } {
  const random = new SeededRandom(31);
  const X = Array.from({ length: count }, () => [
    random.nextBelow(10) === 0 ? Number.NaN : 15 + random.nextBelow(85),
    random.nextBelow(50),
    random.nextBelow(4),
  ]);
  const y = X.map(([income = 0, debt = 0, region = 0]) =>
    Number((income || 50) - 1.5 * debt - (region === 2 ? 20 : 0) > 10),
  );
  return { X, y };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await loans(3));
