import assert from "node:assert/strict";
import { test } from "node:test";
import { operandsOf } from "../../src/graph/node.js";
import {
  compiledGraph,
  fixture,
  groupFile,
  moduleOf,
  programGroups,
  readPrograms,
} from "./concrete-programs.js";

interface Recorded {
  readonly concretePython: string;
  readonly programs: Readonly<
    Record<
      string,
      {
        readonly graph: string;
        /** Absent where Concrete does not compile the program. */
        readonly assigned?: string;
        readonly maximumBitWidth: number;
        readonly range: readonly [number, number];
        readonly measuredBits: readonly number[];
        readonly assignedBits?: readonly number[];
        /** Absent also where Concrete's own compiler refuses its module. */
        readonly mlir?: string;
      }
    >
  >;
}

for (const group of programGroups) {
  const recorded: Recorded = JSON.parse(fixture(groupFile("recorded", group)));
  const programs = readPrograms(group);

  test(`${group ?? "first"} group: the record is of Concrete 2.10 and has every program that it traces`, () => {
    assert.match(recorded.concretePython, /^2\.10\./);
    for (const { name, refused } of programs) {
      assert.ok(recorded.programs[name] !== undefined || refused !== undefined, name);
    }
  });

  for (const program of programs) {
    const expected = recorded.programs[program.name];
    // Concrete shows a node of its own where a rounded value is not looked up: docs/deviations.md.
    if (expected === undefined || expected.graph.includes("= reinterpret(")) continue;
    test(`${program.name}: graph, widths and MLIR are Concrete's`, () => {
      const graph = compiledGraph(program);
      const reads = new Set(graph.nodes.flatMap(operandsOf));
      // Parameters that nothing reads are not shown.
      const shown = graph.nodes.filter(({ id, kind }) => kind !== "input" || reads.has(id));
      assert.equal(String(graph), expected.graph);
      assert.equal(graph.maximumIntegerBitWidth(), expected.maximumBitWidth);
      const [min, max] = expected.range;
      assert.deepEqual(graph.integerRange(), { min, max });
      assert.deepEqual(
        shown.map((node) => node.output.type.bits),
        expected.measuredBits,
      );
      // Programs drawn at random have modules of Concrete's, or of ours that it took; see concrete-accepted.test.ts.
      if (program.api === true && moduleOf(program).trimEnd() !== expected.mlir?.trimEnd()) return;
      if (program.assigned !== false && expected.assigned !== undefined) {
        assert.equal(graph.format({ assignedWidths: true }), expected.assigned);
        assert.deepEqual(
          shown.map((node) => node.assignedBits),
          expected.assignedBits,
        );
      }
      if (program.mlir !== false) {
        assert.equal(moduleOf(program).trimEnd(), expected.mlir?.trimEnd());
      }
    });
  }
}
