// The files of test/fixtures/artifact: a client's and a server's file with a key, a request and its answer. Run as a script after a
// build, it makes them:
//   node dist/test/support/golden-artifact.js
// The server files hold the kernels of their day. Files of a released format stay as they are for good.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fhe } from "../../src/index.js";
import { repositoryRoot } from "./repository.js";
import { writeGolden } from "./write-golden.js";

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
    await writeGolden(`${goldenArtifacts}/${name}`, circuit, [[...goldenRuns[name].input]]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();
