// Linear models without evaluation keys: what the client and the server take for one request, and what travels.
import { fhe } from "../src/index.js";
import { openCircuit } from "./open-circuit.js";
import { type BenchOptions, type Line, measure, wanted } from "./row.js";

/** `features` unsigned inputs of 8 bits, `outputs` sums with signed weights of 8 bits: the shape of a quantized linear model. */
const cases = [
  { name: "linear 30 features x 1 output, 8 bits", features: 30, outputs: 1 },
  { name: "linear 64 features x 10 outputs, 8 bits", features: 64, outputs: 10 },
  { name: "linear 784 features x 10 outputs, 8 bits", features: 784, outputs: 10 },
];

const requestsOfBatch = 64;

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const { name, features, outputs } of cases) {
    if (wanted(options, name)) yield* runCase(name, features, outputs, options);
  }
}

async function* runCase(
  name: string,
  features: number,
  outputs: number,
  options: BenchOptions,
): AsyncIterable<Line> {
  const weights = Array.from({ length: outputs }, (_, row) =>
    Array.from({ length: features }, (_, column) => ((row * 31 + column * 17 + 5) % 255) - 127),
  );
  const corner = (sign: number) =>
    (weights[0] ?? []).map((weight) => (weight * sign > 0 ? 255 : 0));
  const compiler = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul(weights, x));
  const inputset = [corner(1), corner(-1), Array.from({ length: features }, () => 255)];
  const circuit = await compiler.compile(inputset);
  const { client, server, close } = await openCircuit(circuit, options);
  const request = client.encrypt(corner(1));
  const [response = new Uint8Array()] = await server.run([request]);
  const expected = String(circuit.simulate(corner(1)));
  const correct = String(Array.from(client.decrypt(response)[0]?.data ?? [])) === expected;
  const repetition = { warmUp: 20, least: 50, seconds: 1, batch: 1 };
  const encrypt = await measure(repetition, () => client.encrypt(corner(1)));
  const decrypt = await measure(repetition, () => client.decrypt(response));
  const facts = {
    encryptMs: encrypt.minMs,
    decryptMs: decrypt.minMs,
    uploadBytes: request.length,
    downloadBytes: response.length,
    evaluationKeyBytes: 0,
    correct,
  };
  for (const batch of options.batch === undefined ? [1, requestsOfBatch] : [options.batch]) {
    const requests = Array.from({ length: batch }, () => request);
    const { minMs, medianMs } = await measure({ ...repetition, batch }, () => server.run(requests));
    yield { name, runtime: server.runtime, threads: server.threads, batch, medianMs, minMs, facts };
  }
  await close();
}
