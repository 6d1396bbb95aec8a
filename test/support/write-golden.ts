import { writeFileSync } from "node:fs";
import { type Circuit, Client, ServerCircuit } from "../../src/index.js";

/** Writes both files of a circuit, a new key, a request for `values` and its answer as `PREFIX-server.zip` and so on. */
export async function writeGolden(
  prefix: string,
  circuit: Circuit,
  values: Readonly<Parameters<Client["encrypt"]>>,
): Promise<void> {
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  const keyFile = await client.evaluationKeys();
  const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
  const request = client.encrypt(...values);
  const [answer = new Uint8Array()] = await server.run([request], keys);
  await server.close();
  console.log(prefix, JSON.stringify(client.decrypt(answer).map(({ data }) => [...data])));
  const files = {
    "server.zip": circuit.serverFile,
    "client.zip": circuit.clientFile,
    "client-key.bin": client.exportKey(),
    "request.bin": request,
    "answer.bin": answer,
  };
  for (const [file, bytes] of Object.entries(files)) writeFileSync(`${prefix}-${file}`, bytes);
}
