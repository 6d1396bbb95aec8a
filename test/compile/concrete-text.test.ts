import assert from "node:assert/strict";
import { test } from "node:test";
import { mlirModule } from "../../src/mlir/module-text.js";
import { compiledGraph, fixture, readPrograms } from "./concrete-programs.js";

interface Recorded {
  readonly concretePython: string;
  readonly programs: Readonly<
    Record<
      string,
      {
        readonly graph: string;
        readonly assigned: string;
        readonly maximumBitWidth: number;
        readonly range: readonly [number, number];
        readonly measuredBits: readonly number[];
        readonly assignedBits: readonly number[];
        readonly mlir: string;
      }
    >
  >;
}

const recorded: Recorded = JSON.parse(fixture("recorded.json"));

test("the record is of Concrete 2.10 and has every program", () => {
  assert.match(recorded.concretePython, /^2\.10\./);
  assert.deepEqual(
    Object.keys(recorded.programs),
    readPrograms().map((program) => program.name),
  );
});

for (const program of readPrograms()) {
  test(`${program.name}: graph, widths and MLIR are Concrete's`, () => {
    const expected = recorded.programs[program.name];
    assert.ok(expected);
    const graph = compiledGraph(program);
    assert.equal(String(graph), expected.graph);
    assert.equal(graph.format({ assignedWidths: true }), expected.assigned);
    assert.equal(graph.maximumIntegerBitWidth(), expected.maximumBitWidth);
    const [min, max] = expected.range;
    assert.deepEqual(graph.integerRange(), { min, max });
    assert.deepEqual(
      graph.nodes.map((node) => node.output.type.bits),
      expected.measuredBits,
    );
    assert.deepEqual(
      graph.nodes.map((node) => node.assignedBits),
      expected.assignedBits,
    );
    assert.equal(mlirModule(graph).trimEnd(), expected.mlir.trimEnd());
  });
}
