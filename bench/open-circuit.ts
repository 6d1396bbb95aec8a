import { type Circuit, Client, ServerCircuit } from "../src/index.js";
import type { BenchOptions } from "./row.js";

/** Client and server of a circuit from its files, keys made and loaded. */
export interface OpenCircuit {
  readonly client: Client;
  readonly server: ServerCircuit;
  /** What `server.run` takes; undefined where the circuit needs none. */
  readonly keys: Awaited<ReturnType<ServerCircuit["loadEvaluationKeys"]>> | undefined;
  /** Of the evaluation keys, on the client. */
  readonly keygenMs: number;
  close(): Promise<void>;
}

export async function openCircuit(circuit: Circuit, options: BenchOptions): Promise<OpenCircuit> {
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  const { runtime = "auto", threads } = options;
  const server = await ServerCircuit.load(circuit.serverFile, { runtime, threads });
  const started = performance.now();
  const keyFile = await client.evaluationKeys();
  const keygenMs = performance.now() - started;
  const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
  const close = async (): Promise<void> => {
    await server.close();
    client.dispose();
  };
  return { client, server, keys, keygenMs, close };
}
