// A bank's isolation forest marks unusual payments that it cannot read: node dist/examples/outliers/payments.js
import { fileURLToPath } from "node:url";
import { IsolationForest, TreeClient } from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { type Conversation, converse } from "../support/two-sides.js";

/** 1 for usual payments, -1 for outliers, by payment. */
export interface PaymentsReport extends Conversation<number> {
  /** The float model's answers. */
  readonly float: readonly number[];
}

/** Trains on usual payments (amount, hour of the day, kilometres from home), then judges three encrypted ones. */
export async function payments(): Promise<PaymentsReport> {
  const random = new SeededRandom(12);
  const between = (low: number, high: number) =>
    low + ((high - low) * random.nextUint32()) / 2 ** 32;
  const usual = Array.from({ length: 400 }, () => [
    between(3, 90) + between(0, 60),
    between(8, 14) + between(0, 8),
    between(0, 20),
  ]);
  const forest = new IsolationForest({ nEstimators: 25, contamination: 0.01 }).fit(usual);
  const circuit = await forest.compile(usual);
  const rows = [
    [60, 15, 5],
    [4800, 4, 900],
    [35, 12, 10],
  ];
  const customer = await TreeClient.load(circuit.clientFile);
  const float = Array.from(forest.floatModel.predict(rows));
  const conversation = await converse(customer, circuit.serverFile, rows);
  await circuit.close();
  return { float, ...conversation };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await payments());
