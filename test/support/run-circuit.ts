import type { ClientValue } from "../../src/client/check-inputs.js";
import { type Circuit, Client, ServerCircuit } from "../../src/index.js";
import { engineKinds } from "./engines.js";

/** Flattened results of one sample. */
export type Results = number[][];

/**
 * Runs samples through the circuit's two files, as separate client and server, on every engine of this machine.
 * Gives for each engine the decrypted results of each sample.
 */
export async function runEverywhere(
  circuit: Circuit,
  samples: readonly (readonly ClientValue[])[],
  threads = 2,
): Promise<Map<string, Results[]>> {
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  const keyFile = await client.evaluationKeys();
  const requests = samples.map((sample) => client.encrypt(...sample));
  const found = new Map<string, Results[]>();
  for (const runtime of engineKinds) {
    const server = await ServerCircuit.load(circuit.serverFile, { runtime, threads });
    try {
      const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
      const answers = await server.run(requests, keys);
      const results = answers.map((answer) => client.decrypt(answer).map(({ data }) => [...data]));
      found.set(runtime, results);
    } finally {
      await server.close();
    }
  }
  client.dispose();
  return found;
}
