import { Client } from "../../../src/client/client.js";
import { ServerCircuit } from "../../../src/runtime/server-circuit.js";

export interface StoredRun {
  readonly threads: number;
  readonly answers: readonly number[][][];
  /** Longest time of encryption and of decryption on the main thread, milliseconds. */
  readonly clientMs: number;
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
    let clientMs = 0;
    const timed = <Result>(work: () => Result): Result => {
      const start = performance.now();
      const result = work();
      clientMs = Math.max(clientMs, performance.now() - start);
      return result;
    };
    const request = timed(() => client.encrypt([3, -4, 0, 2]));
    const many = Array.from({ length: 40 }, () => request);
    const signal = AbortSignal.timeout(1);
    const aborted = await server.run(many, keys, { signal }).then(
      () => "it ended before",
      (error: Error) => error.message,
    );
    const stored = await fetched(`${name}-request.bin`);
    const answers = await server.run([stored, request], keys);
    runs.push({
      threads: server.threads,
      answers: answers.map((answer) =>
        timed(() => client.decrypt(answer)).map(({ data }) => [...data]),
      ),
      clientMs,
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
