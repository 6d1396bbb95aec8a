import assert from "node:assert/strict";
import { existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fhe, VelumError } from "../../src/index.js";

const hours = Array.from({ length: 12 }, (_, hour) => hour);
const clock = fhe.module({
  tick: fhe.function({ hour: "encrypted" }, (hour) => fhe.tag("step", () => hour.add(1).mod(12))),
  later: fhe.function({ a: "encrypted", b: "encrypted" }, (a, b) => a.add(b).mod(12)),
});
const inputsets = { tick: hours, later: hours.flatMap((a) => hours.map((b) => [a, b])) };
const wires = [{ from: "tick", to: "later", input: "a" }];
const wasm = { runtime: "wasm", threads: 1 } as const;
const stages: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "velum-module-"));
const module = await clock.compile(inputsets, {
  ...wasm,
  wires,
  debugFolder: folder,
  onStage: (stage) => stages.push(stage),
});

test("the cost of a module counts keys once", () => {
  const cost = module.cost(4);
  const { tick, later } = cost.functions;
  assert.ok(tick && later);
  assert.deepEqual(tick, module.tick.cost(4));
  assert.equal(tick.bootstraps, 1);
  assert.equal(cost.evaluationKeyBytes, module.evaluationKeyBytes);
  assert.equal(cost.evaluationKeyBytes, tick.evaluationKeyBytes);
  assert.equal(cost.evaluationKeyBytes, later.evaluationKeyBytes);
  const each = tick.serverMemoryBytes + later.serverMemoryBytes;
  assert.equal(cost.serverMemoryBytes, each - cost.expandedKeyBytes);
  assert.match(String(cost), /^tick:\nlane +bootstrap\n/);
  assert.match(
    String(cost),
    /\n\nall functions:\nevaluation keys +[\d.]+ MB, expanded [\d.]+ MB\nserver memory +[\d.]+ MB$/,
  );
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(cost)).functions), ["tick", "later"]);
  assert.throws(() => module.cost(0), { code: "bad-argument" });
});

test("the failure probability of a run is that of one function", async () => {
  const cubes = new fhe.LookupTable([0, 1, 8, 27]);
  const pair = fhe.module({
    one: fhe.function({ x: "encrypted" }, (x) => cubes.apply(x)),
    many: fhe.function({ x: "encrypted" }, (x) => cubes.apply(x)),
  });
  const samples = [[0, 1, 2, 3, 0, 1, 2, 3]];
  const options = { ...wasm, wires: false, globalPError: 2 ** -40 } as const;
  const { one, many } = await pair.compile({ one: [0, 3], many: samples }, options);
  assert.ok(many.plan.failure.runLog2 <= -40);
  assert.ok(Math.abs(many.plan.failure.runLog2 - one.plan.failure.runLog2 - 3) < 1e-9);
  assert.equal(one.cost().failureLog2, one.plan.failure.runLog2);
});

test("the measured cost of a module, by function", async () => {
  const cost = await module.measureCost(2);
  for (const { time } of Object.values(cost.functions)) {
    assert.equal(time.source, "measured");
    assert.equal(time.batch, 2);
    assert.ok(time.requestMs > 0);
  }
});

test("graph, program and MLIR of a module hold those of its functions", () => {
  assert.equal(String(module), `tick:\n${module.tick}\n\nlater:\n${module.later}`);
  assert.equal(module.program, `tick:\n${module.tick.program}\n\nlater:\n${module.later.program}`);
  assert.match(module.tick.program, /bootstrap/);
  const lines = module.mlir.split("\n");
  assert.equal(lines.filter((line) => line === "module {").length, 1);
  assert.equal(lines.filter((line) => line.startsWith("  func.func @")).length, 2);
  assert.equal(lines.filter((line) => line === "}").length, 1);
  assert.ok(module.mlir.includes(module.later.mlir.slice("module {\n".length, -"}\n".length)));
});

test("statistics of every function, by tag", () => {
  const { tick, later } = module.statistics();
  assert.deepEqual(tick, module.tick.statistics());
  assert.deepEqual(
    tick?.map(({ tag, bootstraps }) => [tag, bootstraps]),
    [
      ["", 1],
      ["step", 1],
    ],
  );
  assert.equal(later?.[0]?.parameterSet, tick?.[0]?.parameterSet);
});

test("drawings of a module: a frame a function, a dashed edge a wire", () => {
  const dot = module.draw();
  assert.match(dot, /^digraph "module" \{\n {2}subgraph cluster_f0 \{\n {4}label="tick";/);
  assert.deepEqual(dot.match(/f\d+_result\d+ -> f\d+_n\d+ \[style=dashed.*/g), [
    "f0_result0 -> f1_n0 [style=dashed, constraint=false];",
  ]);
  assert.match(dot, /f1_n\d+ \[label="%\d+ .*\\n1 bootstrap, [\d.]+ ms"/);
  const svg = module.draw("svg");
  assert.match(svg, /font-weight="bold">later<\/text>/);
  assert.match(svg, />a may be fed by tick 0<\/text>/);
  const rectangles = (text: string) => text.match(/<rect /g)?.length;
  assert.equal(
    rectangles(svg),
    (rectangles(module.tick.draw("svg")) ?? 0) + (rectangles(module.later.draw("svg")) ?? 0),
  );
  const wrong = "png";
  assert.throws(() => Reflect.apply(module.draw, module, [wrong]), {
    message: 'draw: the format is "png". Use "dot", text for Graphviz, or "svg", a picture',
  });
});

test("the stages of a module are told, and leave files in the debug folder", async () => {
  assert.deepEqual(stages, ["bounds", "bit-widths", "look-ups", "regions", "plan", "code"]);
  const shared = ["timings.json", "program.c", "program.wasm"];
  const own = [
    ...["graph-traced.txt", "graph-bounds.txt", "graph.txt", "graph-lowered.txt", "regions.txt"],
    ...["plan.json", "program.txt", "circuit.mlir", "manifest.json", "client.json"],
  ];
  const names = [...shared, ...["tick", "later"].flatMap((f) => own.map((name) => join(f, name)))];
  for (const name of names) assert.ok(existsSync(join(folder, name)), name);
  await rm(folder, { recursive: true, force: true });
});

test("a module that does not fit names the function, the node and its line", async () => {
  await assert.rejects(clock.compile(inputsets, { ...wasm, maxEvaluationKeyBytes: 1000 }), {
    code: "no-parameters",
    message:
      /^function "(tick|later)", \w+( @ step)? \(.*module-texts\.test\.[jt]s:\d+\): with its table of \d bits the evaluation keys/,
  });
});

test("names that modules use are refused", () => {
  for (const name of ["cost", "then", "functions", "toString", "draw"]) {
    const functions = { [name]: fhe.function({ x: "encrypted" }, (x) => x.add(1)) };
    assert.throws(() => fhe.module(functions), {
      code: "bad-argument",
      message: `function "${name}": has a name that modules use. Call it something else`,
    });
  }
});

test("a value that no client could encrypt is refused by simulation with the same words", async () => {
  const errorOf = async (work: () => unknown): Promise<string> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof VelumError) return `${error.code} ${error.message}`;
      throw error;
    }
    return "none";
  };
  const matrix = fhe.compiler({ x: "encrypted", y: "clear" }, (x, y) => x.add(y));
  const circuit = await matrix.compile(
    [
      [[0, 0], 0],
      [[7, 3], 3],
    ],
    wasm,
  );
  const cases: readonly [string, ...Parameters<typeof circuit.encrypt>][] = [
    ["out-of-range", [8, 0], 0],
    ["out-of-range", [0, -1], 0],
    ["out-of-range", [0, 1], 4],
    ["out-of-range", [0, Number.POSITIVE_INFINITY], 0],
    ["bad-shape", [1, 2, 3], 0],
    ["bad-shape", 1, 0],
    ["bad-shape", [[1, 2]], 0],
    ["not-a-number", [1, Number.NaN], 0],
    ["not-integer", [1, 0.5], 0],
    ["bad-argument", [1, 1]],
    ["none", [7, 0], [2]],
  ];
  for (const [code, ...values] of cases) {
    const encrypted = await errorOf(() => circuit.encrypt(...values));
    const given = values.flatMap((value) => (value === null ? [] : [value]));
    const simulated = await errorOf(() => circuit.simulate(...given));
    assert.equal(simulated.replace("simulate:", "encrypt:"), encrypted);
    assert.equal(encrypted.split(" ")[0], code);
  }
  assert.match(
    await errorOf(() => module.later.simulate(3, 16)),
    /^out-of-range input "b", number 0: lies outside 0 to 15\. Clip it, or compile with/,
  );
  await circuit.close();
  await module.close();
});
