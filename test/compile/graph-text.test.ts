import assert from "node:assert/strict";
import { test } from "node:test";
import { toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { matmul } from "../../src/trace/functions.js";
import { readInputset } from "../../src/trace/inputset.js";
import { tag } from "../../src/trace/origin.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";

function documentationExample(): Graph {
  const inputset = readInputset(["x"], [[0], [1], [2], [3]]);
  const graph = traceFunction(
    "f",
    { x: "encrypted" },
    (x) => matmul([2], x).add(2),
    inputset[0] ?? [],
  );
  return measureBounds(graph, inputset);
}

test("2 x + 2 with ranges", () => {
  assert.equal(
    String(documentationExample()),
    [
      "%0 = x                     # EncryptedTensor<uint2, shape=(1,)>        ∈ [0, 3]",
      "%1 = [2]                   # ClearTensor<uint2, shape=(1,)>            ∈ [2, 2]",
      "%2 = matmul(%1, %0)        # EncryptedScalar<uint3>                    ∈ [0, 6]",
      "%3 = 2                     # ClearScalar<uint2>                        ∈ [2, 2]",
      "%4 = add(%2, %3)           # EncryptedScalar<uint4>                    ∈ [2, 8]",
      "return %4",
    ].join("\n"),
  );
  assert.equal(documentationExample().maximumIntegerBitWidth(), 4);
});

test("2 x + 2 with constants first", () => {
  assert.equal(
    documentationExample().format({ ranges: false, constantsFirst: true }),
    [
      "%0 = 2                     # ClearScalar<uint2>",
      "%1 = [2]                   # ClearTensor<uint2, shape=(1,)>",
      "%2 = x                     # EncryptedTensor<uint2, shape=(1,)>",
      "%3 = matmul(%1, %2)        # EncryptedScalar<uint3>",
      "%4 = add(%3, %0)           # EncryptedScalar<uint4>",
      "return %4",
    ].join("\n"),
  );
});

test("columns that are not wanted are left out, locations are this file's", () => {
  const traced = (x: Tracer): Tracer => tag("head", () => x.add(1));
  const graph = traceFunction("f", { x: "encrypted" }, traced, [toTensor(3)]);
  assert.match(graph.format(), /add\(%0, %1\) {8}# EncryptedScalar<uint3> {16}@ head\n/);
  assert.doesNotMatch(graph.format({ tags: false }), /@/);
  assert.match(graph.format({ locations: true }), /graph-text\.test\.js:\d+\n/);
});

test("filters of widths and ranges", () => {
  const graph = documentationExample();
  assert.equal(graph.maximumIntegerBitWidth({ encrypted: false }), 2);
  assert.equal(graph.maximumIntegerBitWidth({ operation: "matmul" }), 3);
  assert.equal(graph.maximumIntegerBitWidth({ operation: "dot" }), -1);
  assert.equal(graph.maximumIntegerBitWidth({ tag: "head" }), -1);
  assert.equal(graph.maximumIntegerBitWidth({ operation: /^mat/ }), 3);
  assert.equal(graph.maximumIntegerBitWidth({ operation: ["dot", "matmul"] }), 3);
  assert.deepEqual(graph.integerRange({ operation: "input" }), { min: 0, max: 3 });
  assert.deepEqual(graph.integerRange({ where: (node) => node.id === 4 }), { min: 2, max: 8 });
  assert.equal(graph.integerRange({ tag: "head" }), undefined);
});
