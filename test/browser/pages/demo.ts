import { Client, fhe, ServerCircuit } from "../../../src/index.js";

interface Run {
  readonly runtime: string;
  readonly threads: number;
  /** Of the browser. */
  readonly cores: number;
  readonly results: readonly number[][];
  readonly wanted: readonly number[][];
  readonly progress: readonly number[];
  readonly needsKeys: boolean;
}

const square = new fhe.LookupTable([0, 1, 4, 9, 16, 9, 4, 1]);
const matrix = [
  [1, 2, 3, 1],
  [4, -2, 0, 1],
];
const inputset = [
  [3, -4, 0, 2],
  [-4, 3, -4, 3],
  [3, -4, 3, -4],
];

/** Compiles in the page, makes both files, and runs a client and a server from them, as two people would. */
export async function run(): Promise<Run[]> {
  const circuits = [
    await fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul(matrix, x)).compile(inputset),
    await fhe
      .compiler({ x: "encrypted" }, (x) => square.apply(x))
      .compile(inputset, {
        inputForm: "numbers",
      }),
  ];
  const runs: Run[] = [];
  for (const circuit of circuits) {
    const client = await Client.load(circuit.clientFile);
    const server = await ServerCircuit.load(circuit.serverFile);
    const progress: number[] = [];
    const onProgress = (done: number) => progress.push(done);
    client.generateKey();
    const keyFile = await client.evaluationKeys({ onProgress });
    const keys = keyFile && (await server.loadEvaluationKeys(keyFile, { onProgress }));
    const requests = inputset.map((x) => client.encrypt(x));
    const answers = await server.run(requests, keys, { onProgress });
    runs.push({
      runtime: server.runtime,
      threads: server.threads,
      cores: navigator.hardwareConcurrency,
      results: answers.map((answer) => [...(client.decrypt(answer)[0]?.data ?? [])]),
      wanted: inputset.map((x) => [circuit.simulate(x)].flat(2) as number[]),
      progress,
      needsKeys: server.needsEvaluationKeys,
    });
    await server.close();
  }
  return runs;
}
