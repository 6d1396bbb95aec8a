import assert from "node:assert/strict";
import { test } from "node:test";
import { type NestedArray, toNested, toTensor } from "../../src/base/tensor.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import {
  compiledGraph,
  fixture,
  groupFile,
  moduleOf,
  programGroups,
  readPrograms,
} from "./concrete-programs.js";

interface Accepted {
  readonly concretePython: string;
  readonly programs: Readonly<
    Record<
      string,
      {
        readonly mlir: string;
        readonly runs: readonly {
          readonly inputs: readonly NestedArray[];
          readonly outputs: readonly NestedArray[];
        }[];
      }
    >
  >;
}

test("modules of programs drawn at random are Concrete's or among those it ran", () => {
  const accepted: Accepted = JSON.parse(fixture(groupFile("accepted", "unseen")));
  const recorded: { readonly programs: Readonly<Record<string, { readonly mlir?: string }>> } =
    JSON.parse(fixture(groupFile("recorded", "unseen")));
  const programs = readPrograms("unseen");
  const other = programs.filter(
    (program) => moduleOf(program).trimEnd() !== recorded.programs[program.name]?.mlir?.trimEnd(),
  );
  assert.deepEqual(Object.keys(accepted.programs).sort(), other.map(({ name }) => name).sort());
  assert.ok(other.length < programs.length / 3, `${other.length} of ${programs.length} differ`);
});

for (const group of programGroups) {
  const accepted: Accepted = JSON.parse(fixture(groupFile("accepted", group)));
  for (const program of readPrograms(group).filter((item) => item.run !== false)) {
    test(`${program.name}: Concrete compiled this module and computed what the graph means`, () => {
      const record = accepted.programs[program.name];
      if (record === undefined && program.api === true) return;
      assert.ok(record);
      assert.match(accepted.concretePython, /^2\.10\./);
      const graph = compiledGraph(program);
      assert.equal(moduleOf(program), record.mlir);
      assert.equal(record.runs.length, program.inputset.length);
      for (const run of record.runs) {
        const results = evaluateGraph(
          graph,
          run.inputs.map((value) => toTensor(value)),
        );
        assert.deepEqual(results.map(toNested), run.outputs);
      }
    });
  }
}
