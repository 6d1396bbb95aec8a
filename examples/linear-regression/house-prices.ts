// Price and rent of a house from one encrypted description, both in one ciphertext: node dist/examples/linear-regression/house-prices.js
import { fileURLToPath } from "node:url";
import { LinearRegression } from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

/** Coefficients of determination, and predictions of the first houses: `[price, rent, price, rent, ...]`. */
export interface HousesReport {
  readonly float: number;
  readonly quantized: number;
  readonly clear: Float64Array;
  readonly encrypted: Float64Array;
  readonly evaluationKeyBytes: number;
}

/** Trains, compiles, and predicts `rows` houses on ciphertexts. */
export async function housePrices(rows: number): Promise<HousesReport> {
  const random = new SeededRandom(4);
  const between = (low: number, high: number) =>
    low + ((high - low) * random.nextUint32()) / 2 ** 32;
  const X = Array.from({ length: 300 }, () => [
    between(40, 220),
    between(1900, 2024),
    between(0, 30),
  ]);
  const y = X.map(([area = 0, built = 0, minutes = 0]) => [
    3000 * area + 900 * (built - 1900) - 4000 * minutes + between(-2e4, 2e4),
    9 * area + 2 * (built - 1950) - 8 * minutes + between(-60, 60),
  ]);
  const { model, floatModel } = new LinearRegression({ nBits: 10 }).fitBenchmark(X, y);
  const circuit = await model.compile(X);
  const few = X.slice(0, rows);
  const encrypted = await model.predict(few, { fhe: "execute" });
  const { evaluationKeyBytes } = circuit.sizes;
  await circuit.close();
  const real = LinearRegression.fromFitted(floatModel, { nBits: 24 }).calibrate(X);
  return {
    float: await real.score(X, y),
    quantized: await model.score(X, y),
    clear: await model.predict(few),
    encrypted,
    evaluationKeyBytes,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await housePrices(3));
