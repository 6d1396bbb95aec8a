import assert from "node:assert/strict";
import { test } from "node:test";
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
    if (expected === undefined) continue;
    test(`${program.name}: graph, widths and MLIR are Concrete's`, () => {
      const graph = compiledGraph(program);
      assert.equal(String(graph), expected.graph);
      assert.equal(graph.maximumIntegerBitWidth(), expected.maximumBitWidth);
      const [min, max] = expected.range;
      assert.deepEqual(graph.integerRange(), { min, max });
      assert.deepEqual(
        graph.nodes.map((node) => node.output.type.bits),
        expected.measuredBits,
      );
      if (program.assigned !== false && expected.assigned !== undefined) {
        assert.equal(graph.format({ assignedWidths: true }), expected.assigned);
        assert.deepEqual(
          graph.nodes.map((node) => node.assignedBits),
          expected.assignedBits,
        );
      }
      if (program.mlir === false) return;
      assert.equal(moduleOf(program).trimEnd(), expected.mlir?.trimEnd());
    });
  }
}
