import { Client } from "../../../src/client/client.js";
import { ServerCircuit } from "../../../src/runtime/server-circuit.js";

export interface StoredRun {
  readonly threads: number;
  /** Of the browser. */
  readonly cores: number;
  readonly answers: readonly number[][][];
  readonly aborted: string;
}

/** The small entries alone, on files that were made elsewhere. */
export async function run(): Promise<StoredRun[]> {
  const runs: StoredRun[] = [];
  for (const name of ["linear", "lookup"]) {
    const client = await Client.load(await fetched(`${name}-client.zip`));
    client.importKey(await fetched(`${name}-client-key.bin`));
    const server = await ServerCircuit.load(await fetched(`${name}-server.zip`));
    const keyFile = await client.evaluationKeys();
    const keys = keyFile && (await server.loadEvaluationKeys(keyFile));
    const request = client.encrypt([3, -4, 0, 2]);
    const many = Array.from({ length: 40 }, () => request);
    const control = new AbortController();
    const stopping = { signal: control.signal, onProgress: () => control.abort() };
    const aborted = await server.run(many, keys, stopping).then(
      () => "it ended before",
      (error: Error) => error.message,
    );
    const stored = await fetched(`${name}-request.bin`);
    const answers = await server.run([stored, request], keys);
    runs.push({
      threads: server.threads,
      cores: navigator.hardwareConcurrency,
      answers: answers.map((answer) => client.decrypt(answer).map(({ data }) => [...data])),
      aborted,
    });
    await server.close();
  }
  return runs;
}

async function fetched(name: string): Promise<Uint8Array> {
  const response = await fetch(`/test/fixtures/artifact/v1/${name}`);
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
