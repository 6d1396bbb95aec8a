import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { graphJson, readGraph } from "../../src/artifact/graph-json.js";
import { JsonFields } from "../../src/artifact/json-fields.js";
import { toTensor } from "../../src/base/tensor.js";
import { isPlainData } from "../../src/graph/clear-part.js";
import { Graph } from "../../src/graph/graph.js";
import { fhe } from "../../src/index.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { fuse } from "../../src/passes/fuse.js";
import { LookupTable, tablesPerElement } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { randomProgram } from "../support/random-programs.js";

function copied(graph: Graph): Graph {
  const text = JSON.stringify(graphJson(graph));
  return readGraph(new JsonFields(JSON.parse(text), "file", ""));
}

test("random graphs mean the same after they were written and read", () => {
  fc.assert(
    fc.property(randomProgram, ({ graph, inputset }) => {
      const copy = copied(graph);
      assert.equal(copy.nodes.length, graph.nodes.length);
      for (const inputs of inputset) {
        assert.deepEqual(evaluateGraph(copy, inputs), evaluateGraph(graph, inputs));
      }
      // Writing again gives the same.
      assert.deepEqual(graphJson(copy), graphJson(graph));
    }),
    { numRuns: 60 },
  );
});

test("attributes of every kind, fused parts, and numbers that JSON has no name for", () => {
  const sample = [toTensor([1, 3])];
  const tables = new LookupTable(
    tablesPerElement(
      [2],
      [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
    ),
  );
  const graph = fuse(
    traceFunction(
      "f",
      { x: "clear" },
      (...[x]) => {
        assert.ok(x);
        const half = fhe.sqrt(x).add([0.25, -0.5]).astype("int64");
        return [
          tables.apply(x),
          half,
          x.at(fhe.slice(null, null, -1)),
          x.transpose([0]),
          x.sum(0, true),
        ];
      },
      sample,
    ),
  );
  assert.deepEqual(evaluateGraph(copied(graph), sample), evaluateGraph(graph, sample));
  const odd = { shape: [4], data: Float64Array.of(Number.NaN, Infinity, -Infinity, -0) };
  const [first] = graph.nodes;
  assert.ok(first);
  const constant = { ...first, kind: "constant", value: odd } as const;
  const [read] = copied(new Graph("odd", [constant], [], [0])).nodes;
  assert.ok(read?.kind === "constant");
  assert.deepEqual([...read.value.data], [...odd.data]);
});

test("fused parts with constants below one", () => {
  const sample = [toTensor([4, 9])];
  for (const factor of [0.3, 1 / 3, 1e-9, 0, -0.5]) {
    const graph = fuse(
      traceFunction(
        "f",
        { x: "clear" },
        (x) => (x === undefined ? [] : fhe.sign(fhe.sqrt(x).mul(factor)).astype("int64")),
        sample,
      ),
    );
    assert.deepEqual(evaluateGraph(copied(graph), sample), evaluateGraph(graph, sample));
  }
});

test("a graph with a function is no data; damaged ones are refused", () => {
  const graph = traceFunction(
    "f",
    { x: "clear" },
    (...[x]) => (x ? fhe.univariate((v) => v + 1)(x) : []),
    [toTensor(1)],
  );
  const made = graph.node(graph.outputs[0] ?? 0);
  assert.ok(made.kind === "operation");
  assert.equal(isPlainData(made.attributes), false);
  assert.throws(() => graphJson(graph), /a function cannot be written/);
  const read = (value: unknown) => (): Graph => readGraph(new JsonFields(value, "file", ""));
  const node = {
    kind: "operation",
    name: "add",
    operands: [0],
    attributes: [],
    tag: "",
    location: "",
  };
  const output = { encrypted: false, shape: [], float: false, signed: false, bits: 3 };
  assert.throws(read({ name: "f", nodes: [{ ...node, ...output }], inputs: [], outputs: [] }), {
    code: "file-corrupt",
    message: /nodes\[0\]\.operands\[0\] is 0, and may be 0 to -1/,
  });
  assert.throws(read({ name: "f", nodes: [], inputs: [0], outputs: [] }), { code: "file-corrupt" });
});
