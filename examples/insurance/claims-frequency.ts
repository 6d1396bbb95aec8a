// An insurer's server predicts a driver's claims a year without seeing the driver: node dist/examples/insurance/claims-frequency.js
import { fileURLToPath } from "node:url";
import {
  ColumnTransformer,
  meanPoissonDeviance,
  OneHotEncoder,
  Pipeline,
  PoissonRegressor,
  RegressorClient,
  ServerCircuit,
  StandardScaler,
} from "../../src/index.js";
import { makePolicies } from "./policies.js";

/** What the example finds. */
export interface ClaimsReport {
  /** Mean Poisson deviance on test policies, weighted by exposure: of the mean frequency, the float model, the quantized model. */
  readonly deviance: { readonly mean: number; readonly float: number; readonly quantized: number };
  /** Claims a year of test policies, decrypted, and computed in clear by the quantized model: equal. */
  readonly encrypted: readonly number[];
  readonly clear: readonly number[];
  readonly uploadBytes: number;
  readonly downloadBytes: number;
}

/** Trains, compiles, and lets `rows` drivers ask the server. */
export async function claimsFrequency(rows: number): Promise<ClaimsReport> {
  const train = makePolicies(4000, 1);
  const test = makePolicies(2000, 2);
  const frequency = train.claims.map((claims, i) => claims / (train.exposure[i] ?? 1));
  const columns = new ColumnTransformer([
    [new StandardScaler(), [0, 1, 2, 3]],
    [new OneHotEncoder(), [4, 5]],
  ]);
  const pipeline = new Pipeline([columns], new PoissonRegressor({ alpha: 1e-4, maxIter: 300 }));
  pipeline.fit(train.X, frequency, train.exposure);

  const truth = test.claims.map((claims, i) => claims / (test.exposure[i] ?? 1));
  const years = train.exposure.reduce((sum, own) => sum + own, 0);
  const mean = train.claims.reduce((sum, own) => sum + own, 0) / years;
  const quantized = await pipeline.predict(test.X);
  const float = pipeline.model.floatModel.predict(pipeline.transform(test.X));
  const deviance = {
    mean: meanPoissonDeviance(
      truth,
      truth.map(() => mean),
      test.exposure,
    ),
    float: meanPoissonDeviance(truth, float, test.exposure),
    quantized: meanPoissonDeviance(truth, quantized, test.exposure),
  };

  const circuit = await pipeline.compile(train.X, { name: "claims" });
  const { uploadBytes, downloadBytes } = circuit.sizes;
  const driver = await RegressorClient.load(circuit.clientFile); // scales and encodes, quantizes, encrypts
  const server = await ServerCircuit.load(circuit.serverFile); // sees ciphertexts alone
  driver.client.generateKey();
  const answers = await server.run(test.X.slice(0, rows).map((row) => driver.encrypt(row)));
  await server.close();
  const encrypted = answers.map((answer) => driver.predict(answer)[0] ?? Number.NaN);
  return {
    deviance,
    encrypted,
    clear: Array.from(quantized.slice(0, rows)),
    uploadBytes,
    downloadBytes,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await claimsFrequency(5));
