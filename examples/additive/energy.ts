// A building's heating demand as a sum of one function a feature, and what each adds: node dist/examples/additive/energy.js
import { fileURLToPath } from "node:url";
import { AdditiveRegressor, RegressorClient } from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { type Conversation, converse } from "../support/two-sides.js";

export interface EnergyReport extends Conversation<number> {
  /** Coefficient of determination of the quantized model. */
  readonly score: number;
  /** Its predictions of the same buildings, in clear. */
  readonly clear: readonly number[];
}

/** Trains on area, year of construction and temperature outside; `buildings` send theirs encrypted. */
export async function energy(buildings: number): Promise<EnergyReport> {
  const random = new SeededRandom(21);
  const between = (low: number, high: number) =>
    low + ((high - low) * random.nextUint32()) / 2 ** 32;
  const X = Array.from({ length: 500 }, () => [
    between(50, 300),
    Math.round(between(1900, 2020)),
    between(-15, 20),
  ]);
  const y = X.map(([area = 0, built = 0, outside = 0]) => {
    const age = built < 1950 ? 60 : built < 1990 ? 40 : 15;
    return 0.4 * area + age + 2.5 * Math.max(0, 17 - outside) + between(-6, 6);
  });
  const model = new AdditiveRegressor().fit(X, y);
  const circuit = await model.compile(X);
  const rows = X.slice(0, buildings);
  const owner = await RegressorClient.load(circuit.clientFile);
  const conversation = await converse(owner, circuit.serverFile, rows);
  await circuit.close();
  return {
    score: await model.score(X, y),
    clear: Array.from(await model.predict(rows)),
    ...conversation,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await energy(3));
