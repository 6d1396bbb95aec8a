import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readServerFile } from "../../src/artifact/server-file.js";
import { measuredSpeed, predictRunMs } from "../../src/circuit/cost/machine-speed.js";
import { serverCost } from "../../src/cli/inspected-rows.js";
import { fhe, ServerCircuit, type VelumError, XGBClassifier } from "../../src/index.js";
import { noNative } from "../support/engines.js";

const table = new fhe.LookupTable([0, 1, 4, 9, 16, 25, 36, 49]);
const tagged = fhe.compiler({ x: "encrypted" }, (x) =>
  fhe.tag("layer", () => {
    const sums = fhe.tag("sum", () =>
      fhe
        .matmul(
          [
            [1, 2],
            [3, 0],
          ],
          x,
        )
        .add([1, 0]),
    );
    return fhe.tag("act", () => table.apply(sums));
  }),
);
const taggedInputset = [
  [0, 0],
  [0, 3],
  [2, 1],
  [2, 0],
];
const wasm = { runtime: "wasm", threads: 1 } as const;

test("the cost of look-ups is known before any key exists", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  const cost = circuit.cost(4);
  const [bootstrap] = circuit.plan.parameters.bootstraps;
  const [step] = circuit.plan.program.instructions.filter(({ op }) => op === "bootstrap");
  assert.ok(bootstrap && step?.op === "bootstrap");
  assert.equal(cost.lane, "bootstrap");
  assert.deepEqual(cost.lookups, [{ bits: 3, count: 2 }]);
  assert.equal(cost.bootstraps, 2);
  assert.equal(cost.cmuxes, 2 * bootstrap.lwe.dimension * 2 ** step.extensionLog2);
  assert.equal(cost.keySwitches, 2);
  assert.equal(cost.uploadBytes, circuit.sizes.uploadBytes);
  assert.equal(cost.downloadBytes, circuit.sizes.downloadBytes);
  assert.equal(cost.evaluationKeyBytes, circuit.sizes.evaluationKeyBytes);
  assert.ok(cost.expandedKeyBytes > 2 * cost.evaluationKeyBytes);
  assert.ok(cost.serverMemoryBytes > cost.expandedKeyBytes);
  assert.equal(cost.failureLog2, circuit.plan.failure.runLog2);
  const { requestMs, batchMs, ...time } = cost.time;
  assert.deepEqual(time, { source: "wasm", runtime: "wasm", threads: 1, batch: 4 });
  assert.ok(requestMs > 0 && batchMs > 3 * requestMs && batchMs <= 4 * requestMs);
  assert.ok(!JSON.stringify(cost).includes("toString"));
  assert.match(String(cost), /^lane +bootstrap\nbootstraps +2 \(2 of 3 bits\)\nCMUX +[\d,]+\n/);
  assert.match(
    String(cost),
    /\n4 requests +.* m?s\npredicted +by the rates of wasm \(wasm, 1 thread\)$/,
  );
});

test("the cost of a linear circuit names no keys", async () => {
  const linear = fhe.compiler({ x: "encrypted" }, (x) =>
    fhe.matmul(
      [
        [1, 2],
        [3, 4],
      ],
      x,
    ),
  );
  const circuit = await linear.compile(
    [
      [0, 0],
      [3, 3],
    ],
    wasm,
  );
  const cost = circuit.cost();
  assert.equal(cost.lane, "linear");
  assert.deepEqual(cost.lookups, []);
  assert.deepEqual([cost.bootstraps, cost.cmuxes, cost.evaluationKeyBytes], [0, 0, 0]);
  assert.ok(cost.linearProducts >= 1);
  assert.ok(!String(cost).includes("key"));
  assert.equal(cost.time.batch, 16);
});

test("measured cost: every part of the time is measured, and keys are not needed", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  try {
    const { time } = await circuit.measureCost(2);
    assert.equal(time.source, "measured");
    assert.equal(circuit.cost().time.source, "measured");
    // `bench/cost.ts` compares with the time of runs: tests share their machine.
    assert.ok(time.requestMs > 0 && time.batchMs > 0);
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    const { restMs, lookups } = await server.measureSpeed(2);
    await server.close();
    assert.deepEqual([...restMs.keys()], [1, 2]);
    assert.ok([...restMs.values()].every((ms) => ms > 0));
    assert.ok(lookups.length > 0 && lookups.every(({ ms }) => ms > 0));
    assert.deepEqual(await circuit.encryptRunDecrypt([2, 1]), [25, 36]);
  } finally {
    await circuit.close();
  }
});

test("the time of a run is put together from measured ranges as threads take them", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  await circuit.close();
  const { manifest } = readServerFile(circuit.serverFile);
  const speed = measuredSpeed({
    runtime: "wasm",
    threads: 2,
    restMs: new Map([
      [1, 3],
      [4, 9],
    ]),
    lookups: [
      { shape: 0, lookups: 1, threads: 1, ms: 2 },
      { shape: 0, lookups: 8, threads: 1, ms: 9 },
      { shape: 0, lookups: 1, threads: 2, ms: 3 },
      { shape: 0, lookups: 8, threads: 2, ms: 12 },
    ],
  });
  // Two look-ups a request: one on each thread, four on each, then eight on each and two more on the one that is free first.
  const looked = [3, 3 + (3 * 9) / 7, 12 + 3 + 9 / 7];
  const rest = [3, 9, 3 + (8 * 6) / 3];
  for (const [i, requests] of [1, 4, 9].entries()) {
    const due = (looked[i] ?? 0) + (rest[i] ?? 0);
    assert.ok(Math.abs(predictRunMs(manifest, speed, requests) - due) < 1e-9);
  }
});

test("a batch that is no number of requests", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  const message =
    "cost: a batch of 0 requests was asked for. Give a whole number of requests, at least 1";
  assert.throws(() => circuit.cost(0), { name: "VelumError", code: "bad-argument", message });
  await assert.rejects(circuit.measureCost(0), { code: "bad-argument" });
});

test("statistics by tag: parents count what is below them", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  const statistics = circuit.statistics();
  assert.deepEqual(statistics.map(({ tag }) => tag).sort(), [
    "",
    "layer",
    "layer.act",
    "layer.sum",
  ]);
  const of = (wanted: string) => {
    const { tag, parameterSet, ...counts } = statistics.find(({ tag }) => tag === wanted) ?? {};
    assert.match(parameterSet ?? "", /^k=\d N=\d+ n=\d+ bootstrap \dx\d+ key switch \dx\d+/);
    return counts;
  };
  const none = {
    bootstraps: 0,
    keySwitches: 0,
    encryptedAdditions: 0,
    clearAdditions: 0,
    clearMultiplications: 0,
    negations: 0,
  };
  const sum = { ...none, encryptedAdditions: 1, clearAdditions: 1, clearMultiplications: 2 };
  assert.deepEqual(of("layer.sum"), sum);
  assert.deepEqual(of("layer.act"), { ...none, bootstraps: 2, keySwitches: 2 });
  assert.deepEqual(of("layer"), { ...sum, bootstraps: 2, keySwitches: 2 });
  assert.deepEqual(of(""), of("layer"));
});

test("drawings name widths, ranges, tags and costs", async () => {
  const circuit = await tagged.compile(taggedInputset, wasm);
  const dot = circuit.draw();
  assert.match(dot, /^digraph "main" \{\n/);
  assert.match(dot, /n0 \[label="%0 x\\nEncryptedTensor<uint2, shape=\(2,\)>/);
  assert.match(dot, /\\n@ layer\.act\\n2 bootstraps, [\d.]+ ms"/);
  assert.equal(dot.match(/ -> /g)?.length, edgesOf(dot).length);
  const svg = circuit.draw("svg");
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
  assert.match(svg, /EncryptedTensor&lt;uint2, shape=\(2,\)&gt;/);
  const boxes = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/g)].map(
    ([, ...numbers]) => numbers.map(Number),
  );
  assert.equal(boxes.length, circuit.draw().match(/fillcolor/g)?.length);
  for (const [i, [x = 0, y = 0, width = 0, height = 0]] of boxes.entries()) {
    for (const [x2 = 0, y2 = 0, width2 = 0, height2 = 0] of boxes.slice(i + 1)) {
      const apart = x + width <= x2 || x2 + width2 <= x || y + height <= y2 || y2 + height2 <= y;
      assert.ok(apart, "boxes overlap");
    }
  }
});

function edgesOf(dot: string): string[] {
  return dot.split("\n").filter((line) => /^ {2}n\d+ -> (n\d+|result\d+);$/.test(line));
}

test("a debug folder holds what every stage leaves", async () => {
  const folder = mkdtempSync(join(tmpdir(), "velum-debug-"));
  const stages: string[] = [];
  try {
    await tagged.compile(taggedInputset, {
      ...wasm,
      debugFolder: join(folder, "good"),
      onStage: (stage) => stages.push(stage),
    });
    const names = [
      ...["graph-traced.txt", "graph-bounds.txt", "graph.txt", "regions.txt", "plan.json"],
      ...["program.txt", "circuit.mlir", "program.c", "program.wasm", "manifest.json"],
      ...["client.json", "timings.json"],
    ];
    for (const name of names) assert.ok(existsSync(join(folder, "good", name)), name);
    const timings = readJson(join(folder, "good", "timings.json"));
    assert.deepEqual(
      timings.map(({ stage }) => stage),
      stages,
    );
    assert.ok(timings.every(({ ms }) => ms >= 0));

    const failed = tagged.compile(taggedInputset, {
      ...wasm,
      maxEvaluationKeyBytes: 1000,
      debugFolder: join(folder, "bad"),
    });
    await assert.rejects(failed, { code: "no-parameters" } satisfies Partial<VelumError>);
    assert.match(
      readFileSync(join(folder, "bad", "error.txt"), "utf8"),
      /^no-parameters\nadd @ layer.sum \(/,
    );
    assert.ok(existsSync(join(folder, "bad", "graph.txt")));
    assert.ok(!existsSync(join(folder, "bad", "program.txt")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function readJson(path: string): readonly { readonly stage: string; readonly ms: number }[] {
  return JSON.parse(readFileSync(path, "utf8"));
}

test("a server file tells the times of its trees as the circuit does", {
  skip: noNative,
}, async () => {
  const X = Array.from({ length: 80 }, (_, i) => [i % 9, (i * 7) % 11, i]);
  const y = X.map(([a = 0, b = 0]) => Number(a > b));
  for (const uploadForm of ["packed", "direct"] as const) {
    const model = new XGBClassifier({ nEstimators: 6, maxDepth: 3 }).fit(X, y);
    const circuit = await model.compile(X, { uploadForm, runtime: "native" });
    const told = serverCost(readServerFile(circuit.serverFile), 4);
    assert.deepEqual(told.time, circuit.cost(4).time);
    await circuit.close();
  }
});
