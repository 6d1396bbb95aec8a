// The files of test/fixtures/artifact of a module: both its files, a key, requests of two functions and their answers. In format 1 its
// clear parameter was encrypted, in format 3 it travels in plain. Run as a script after a build, it makes those of format 3:
//   node dist/test/support/golden-module.js
// The server file holds the kernels of its day. Files of a released format stay as they are for good.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fhe, ModuleClient, ServerModule } from "../../src/index.js";
import { goldenArtifacts } from "./golden-artifact.js";
import { goldenClear } from "./golden-clear.js";

export const goldenModules = [
  { format: 1, files: `${goldenArtifacts}/module` },
  { format: 3, files: `${goldenClear}/module` },
] as const;

/** `next` of 6 is 7, which feeds `x` of `add` beside a request for `y`. */
export const goldenModuleRun = { x: 6, next: 7, y: 5, sum: [4, 9] } as const;

async function make(): Promise<void> {
  const values = Array.from({ length: 8 }, (_, i) => i);
  const module = await fhe
    .module({
      next: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(8)),
      add: fhe.function({ x: "encrypted", y: "clear" }, (x, y) => [x.add(y).mod(8), x.add(2)]),
    })
    .compile(
      { next: values, add: values.flatMap((x) => values.map((y) => [x, y])) },
      {
        wires: [
          { from: "next", to: "next" },
          { from: "next", to: "add", input: "x" },
        ],
      },
    );
  const client = await ModuleClient.load(module.clientFile);
  client.generateKey();
  const server = await ServerModule.load(module.serverFile, { runtime: "wasm", threads: 1 });
  const keys = await server.loadEvaluationKeys((await client.evaluationKeys()) ?? new Uint8Array());
  const request = client.encrypt("next", goldenModuleRun.x);
  const [next = new Uint8Array()] = await server.run("next", [request], keys);
  const incomplete = client.encrypt("add", null, goldenModuleRun.y);
  const composed = [{ request: incomplete, from: { x: next } }];
  const [add = new Uint8Array()] = await server.run("add", composed, keys);
  await server.close();
  console.log(JSON.stringify(client.decrypt("add", add).map(({ data }) => [...data])));
  const files = {
    "server.zip": module.serverFile,
    "client.zip": module.clientFile,
    "client-key.bin": client.exportKey(),
    "request.bin": request,
    "incomplete-request.bin": incomplete,
    "next-answer.bin": next,
    "add-answer.bin": add,
  };
  for (const [file, bytes] of Object.entries(files)) {
    writeFileSync(`${goldenModules[1].files}-${file}`, bytes);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();
