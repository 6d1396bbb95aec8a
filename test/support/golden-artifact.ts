// The files of test/fixtures/artifact: a client's and a server's file with a key, a request and its answer. Run as a script after a
// build, it makes them:
//   node dist/test/support/golden-artifact.js
// The server files hold the kernels of their day. Files of a released format stay as they are for good.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client, fhe, ServerCircuit } from "../../src/index.js";
import { repositoryRoot } from "./repository.js";

export const goldenArtifacts = `${repositoryRoot}test/fixtures/artifact/v1`;
export const goldenNames = ["linear", "lookup"] as const;

/** The vector that was encrypted, and what comes out. */
export const goldenRuns = {
  linear: { input: [3, -4, 0, 2], results: [[-3, 22]] },
  lookup: { input: [3, -4, 0, 2], results: [[9, 16, 0, 4], [4]] },
} as const;

const square = new fhe.LookupTable([0, 1, 4, 9, 16, 9, 4, 1]);
const inputset = [goldenRuns.linear.input, [-4, 3, -4, 3], [3, -4, 3, -4]].map((x) => [...x]);
const matrix = [
  [1, 2, 3, 1],
  [4, -2, 0, 1],
];

async function make(): Promise<void> {
  const circuits = {
    linear: fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul(matrix, x)),
    lookup: fhe.compiler({ x: "encrypted" }, (x) => [
      square.apply(x),
      fhe
        .lookup(
          new fhe.LookupTable(Array.from({ length: 16 }, (_, i) => (i * 12) % 16)),
          x.dot([1, 0, 0, 0]).add(8),
        )
        .add(0),
    ]),
  };
  mkdirSync(goldenArtifacts, { recursive: true });
  for (const name of goldenNames) {
    const circuit = await circuits[name].compile(inputset, { inputForm: "numbers" });
    const client = await Client.load(circuit.clientFile);
    client.generateKey();
    const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
    const keyFile = await client.evaluationKeys();
    const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
    const request = client.encrypt([...goldenRuns[name].input]);
    const [answer = new Uint8Array()] = await server.run([request], keys);
    await server.close();
    console.log(name, JSON.stringify(client.decrypt(answer).map(({ data }) => [...data])));
    const files = {
      "server.zip": circuit.serverFile,
      "client.zip": circuit.clientFile,
      "client-key.bin": client.exportKey(),
      "request.bin": request,
      "answer.bin": answer,
    };
    for (const [file, bytes] of Object.entries(files)) {
      writeFileSync(`${goldenArtifacts}/${name}-${file}`, bytes);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();
