// The files of test/fixtures/artifact of circuits with clear parameters (files of format 3): both files, a key, a request and its answer.
// Run as a script after a build, it makes them:
//   node dist/test/support/golden-clear.js
// The server files hold the kernels of their day. Files of a released format stay as they are for good.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fhe } from "../../src/index.js";
import { repositoryRoot } from "./repository.js";
import { writeGolden } from "./write-golden.js";

export const goldenClear = `${repositoryRoot}test/fixtures/artifact/v3`;

const x = [3, 0, 7];
const w = [
  [1, -2],
  [3, 1],
  [-2, 0],
];

/** What was sent, and what comes out. `x.matmul(w) + y * y`, alone and as an argument of look-ups. */
export const goldenClearRuns = {
  linear: { inputs: [x, w, 3], results: [[-2, 3]] },
  lookup: { inputs: [x, w, 3], results: [[0, 1]] },
} as const;
export const goldenClearNames = ["linear", "lookup"] as const;

async function make(): Promise<void> {
  const parameters = [
    ["x", "encrypted"],
    ["w", "clear"],
    ["y", "clear"],
  ] as const;
  const circuits = {
    linear: fhe.compiler(parameters, (x, w, y) => x.matmul(w).add(y.mul(y))),
    lookup: fhe.compiler(parameters, (x, w, y) => x.matmul(w).add(y.mul(y)).greater(0)),
  };
  const extreme = (value: number): number[][] => x.map(() => [value, value]);
  const inputset = [
    [x.map(() => 7), extreme(-2), 0],
    [x.map(() => 7), extreme(3), 3],
    [...goldenClearRuns.linear.inputs],
  ];
  mkdirSync(goldenClear, { recursive: true });
  for (const name of goldenClearNames) {
    const circuit = await circuits[name].compile(inputset);
    await writeGolden(`${goldenClear}/clear-${name}`, circuit, goldenClearRuns[name].inputs);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();
