import assert from "node:assert/strict";
import { test } from "node:test";
import { type NestedArray, toNested, toTensor } from "../../src/base/tensor.js";
import { operandsOf } from "../../src/graph/node.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { dialectModule, fixture } from "./concrete-programs.js";
import { readWritten, writtenGraph, writtenPrograms } from "./written/written-programs.js";

interface Accepted {
  readonly mlir: string;
  readonly runs: readonly {
    readonly inputs: readonly NestedArray[];
    readonly outputs: readonly NestedArray[];
  }[];
}

/** Programs whose results are wrong there: entries of docs/deviations.md. */
const wrongThere: Readonly<Record<string, string>> = {
  between: "Sums of comparisons",
  bitsOfTensors: "Bits downwards to just above the lowest",
};

const records = readWritten();
const accepted: { readonly programs: Readonly<Record<string, Accepted>> } = JSON.parse(
  fixture("accepted-written.json"),
);

/** Modules that are Concrete's own, and those that it ran; another lowering makes other ones, to be run by oracles/concrete/accept.py. */
const modules = { same: 0, accepted: 0 };

test("every program is written in both languages", () => {
  assert.deepEqual(Object.keys(writtenPrograms).sort(), Object.keys(records).sort());
});

for (const [name, record] of Object.entries(records)) {
  test(`${name}: texts are Concrete's, and so are results`, () => {
    const graph = writtenGraph(name, record);
    const outputs = record.inputset.map((sample) =>
      evaluateGraph(
        graph,
        sample.map((value) => toTensor(value)),
      ).map(toNested),
    );
    if (wrongThere[name] !== undefined) return;
    if (record.results !== undefined) assert.deepEqual(outputs, record.results);
    // There is a node `reinterpret` where a rounded value is not looked up: docs/deviations.md.
    if (record.graph === undefined || record.graph.includes("= reinterpret(")) return;
    assert.equal(String(graph), record.graph);
    assert.equal(graph.format({ ranges: false, tags: false }), record.plain);
    if (record.measuredBits === undefined) return;
    const reads = new Set([...graph.outputs, ...graph.nodes.flatMap(operandsOf)]);
    const shown = graph.nodes.filter(({ id, kind }) => kind !== "input" || reads.has(id));
    assert.deepEqual(
      shown.map((node) => node.output.type.bits),
      record.measuredBits,
    );
    if (shown.length < graph.nodes.length) return;
    assert.equal(graph.maximumIntegerBitWidth(), record.maximumBitWidth);
    assert.deepEqual(Object.values(graph.integerRange() ?? {}), record.range);
  });

  test(`${name}: the module is Concrete's, or Concrete ran it if it was tried`, () => {
    const graph = writtenGraph(name, record);
    const own = dialectModule(graph);
    if (own.trimEnd() === record.mlir?.trimEnd()) {
      modules.same++;
      if (record.assigned !== undefined) {
        assert.equal(graph.format({ assignedWidths: true }), record.assigned);
        assert.equal(graph.maximumIntegerBitWidth({}, true), record.assignedMaximum);
        const tables = { operation: ["subgraph", "tlu"], encrypted: true };
        assert.equal(graph.maximumIntegerBitWidth(tables), record.tables);
      }
      return;
    }
    const run = accepted.programs[name];
    if (run === undefined || own !== run.mlir) return;
    modules.accepted++;
    for (const { inputs, outputs } of run.runs) {
      const values = inputs.map((value) => toTensor(value));
      assert.deepEqual(evaluateGraph(graph, values).map(toNested), outputs);
    }
  });
}

test("most modules are Concrete's own, and most others those that it ran", () => {
  const tried = Object.keys(accepted.programs).length;
  assert.ok(modules.same >= 120, `${modules.same} are Concrete's own`);
  assert.ok(
    modules.accepted > tried / 2,
    `${modules.accepted} of ${tried}: run oracles/concrete/accept.py again`,
  );
});
