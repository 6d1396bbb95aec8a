// Comparisons of two encrypted values of 9 to 20 bits: the server's time, look-ups, keys.
//   npm run bench -- wide-comparisons [--only equal|less|maximum] [--threads n]
import { Client, fhe, ServerCircuit } from "../src/index.js";
import type { Tracer } from "../src/trace/tracer.js";
import { type BenchOptions, type Line, measure, wanted } from "./row.js";

const operations: readonly (readonly [string, (x: Tracer, y: Tracer) => Tracer])[] = [
  ["equal", (x, y) => x.equal(y)],
  ["less", (x, y) => x.less(y)],
  ["maximum", (x, y) => fhe.maximum(x, y)],
];

const widths = [9, 12, 14, 16, 20];

export async function* run(options: BenchOptions): AsyncIterable<Line> {
  for (const [operation, fn] of operations) {
    for (const bits of widths) {
      const name = `${operation} of two values of ${bits} bits`;
      if (!wanted(options, name) || (operation === "maximum" && bits > 16)) continue;
      const most = 2 ** bits - 1;
      const inputset = [
        [0, most],
        [most, 0],
      ];
      const circuit = await fhe
        .compiler({ x: "encrypted", y: "encrypted" }, fn)
        .compile(inputset, { inputForm: "numbers" });
      const client = await Client.load(circuit.clientFile);
      client.generateKey();
      const server = await ServerCircuit.load(circuit.serverFile, {
        runtime: options.runtime ?? "auto",
        threads: options.threads,
      });
      const keyFile = await client.evaluationKeys();
      const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
      const request = client.encrypt(most - 3, most - 2);
      const { runtime, threads } = server;
      const repetition = { warmUp: 1, least: 5, seconds: 1, batch: 1 };
      const { medianMs, minMs } = await measure(repetition, () => server.run([request], keys));
      await server.close();
      client.dispose();
      await circuit.close();
      const { bootstraps, bootstrapMs } = circuit.plan;
      const facts = {
        ...{ bootstraps, predictedMs: bootstrapMs },
        evaluationKeyBytes: circuit.sizes.evaluationKeyBytes,
      };
      yield { name, runtime, threads, batch: 1, medianMs, minMs, facts };
    }
  }
}
