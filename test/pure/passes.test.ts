import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { extremes, GraphBuilder } from "../../src/graph/builder.js";
import type { Graph } from "../../src/graph/graph.js";
import type { Interval } from "../../src/op-spec/interval.js";
import { evaluateGraph, evaluateNodes } from "../../src/ops/evaluate.js";
import { opSpec } from "../../src/ops/registry.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { checkLegality } from "../../src/passes/check-legality.js";
import { foldConstants } from "../../src/passes/fold-constants.js";
import { intervalBounds, nodeIntervals } from "../../src/passes/interval-bounds.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { removeDeadCode } from "../../src/passes/remove-dead-code.js";
import { lookup } from "../../src/trace/functions.js";
import { LookupTable } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { randomProgram } from "../support/random-programs.js";

function trace(fn: (x: Tracer) => Tracer | Tracer[], sample: Tensor): Graph {
  return traceFunction("f", { x: "encrypted" }, (x) => (x ? fn(x) : []), [sample]);
}

describe("measured bounds", () => {
  const graph = trace((x) => x.mul(2), toTensor([0, 0]));

  test("join all samples and give the narrowest types", () => {
    const measured = measureBounds(graph, [[toTensor([1, -5])], [toTensor([0, 7])]]);
    assert.deepEqual(
      measured.nodes.map((node) => node.bounds),
      [
        { min: -5, max: 7 },
        { min: 2, max: 2 },
        { min: -10, max: 14 },
      ],
    );
    assert.equal(measured.maximumIntegerBitWidth(), 5);
  });

  for (const [name, inputset, code, message] of [
    [
      "no samples",
      [],
      "empty-inputset",
      "inputset: there are no samples. Give at least one sample; the ranges of all values are measured on them",
    ],
    [
      "a NaN",
      [[toTensor([1, 2])], [toTensor([1, Number.NaN])]],
      "not-a-number",
      'inputset[1], input "x": element 1 is not a number. Replace or drop missing values before',
    ],
    [
      "a fraction",
      [[toTensor([0.5, 2])]],
      "not-integer",
      'inputset[0], input "x": element 0 is not an integer. Quantize floating-point values to integers before',
    ],
    [
      "an infinite value",
      [[toTensor([Infinity, 2])]],
      "out-of-range",
      'inputset[0], input "x": element 0 is too large. Use integers below 2^53',
    ],
    [
      "another shape",
      [[toTensor([1, 2])], [toTensor([1, 2])], [toTensor([1, 2, 3])]],
      "bad-shape",
      'inputset[2], input "x": the value has shape (3,), the parameter (2,). Give values of the shape that the function was traced with',
    ],
    [
      "too many values",
      [[toTensor([1, 2]), toTensor([1, 2])]],
      "bad-argument",
      "inputset[0]: 2 inputs were given for 1 parameters. Give one value for each of x",
    ],
  ] as const) {
    test(`${name}: ${code}`, () => {
      assert.throws(() => measureBounds(graph, inputset), { code, message });
    });
  }
});

function holds(graph: Graph, intervals: readonly Interval[], sample: readonly Tensor[]): void {
  const values = evaluateNodes(graph, sample);
  for (const node of graph.nodes) {
    values.of(node).data.forEach((value, i) => {
      assert.ok((intervals[node.id]?.low.data[i] ?? Infinity) <= value);
      assert.ok((intervals[node.id]?.high.data[i] ?? -Infinity) >= value);
    });
  }
}

describe("interval bounds", () => {
  test("hold every element of every node for all inputs in range", () => {
    fc.assert(
      fc.property(randomProgram, ({ graph, inputset }) => {
        const joined = graph.inputNodes().map((node) => node.bounds ?? { min: 0, max: 0 });
        const intervals = nodeIntervals(graph, joined);
        for (const sample of inputset) holds(graph, intervals, sample);
      }),
      { numRuns: 50 },
    );
  });

  test("hold what is read, written and looked up at positions known only at run time", () => {
    const value = fc.integer({ min: -3, max: 4 });
    const position = fc.integer({ min: 0, max: 2 });
    const row = fc.array(value, { minLength: 3, maxLength: 3 });
    const x = [-1, 0, 2];
    const graph = traceFunction(
      "f",
      { x: "encrypted", i: "encrypted", v: "encrypted", t: "clear" },
      (x, i, v, t) => {
        if (!x || !i || !v || !t) return [];
        return [x.at(i), x.set(i, v), lookup(t, i), x.max(), x.min(0, true)];
      },
      [toTensor(x), toTensor(1), toTensor(0), toTensor(x)],
    );
    const ranges = [
      { min: -3, max: 4 },
      { min: 0, max: 2 },
      { min: -3, max: 4 },
      { min: -3, max: 4 },
    ];
    const intervals = nodeIntervals(graph, ranges);
    fc.assert(
      fc.property(row, position, value, row, (x, i, v, t) =>
        holds(graph, intervals, [toTensor(x), toTensor(i), toTensor(v), toTensor(t)]),
      ),
    );
  });

  test("are tight for a linear model and enlarge its type", () => {
    const graph = trace((x) => x.dot([3, -2]).add(1), toTensor([0, 0]));
    const bounded = intervalBounds(graph, [{ min: 0, max: 7 }]);
    assert.deepEqual(bounded.node(4).bounds, { min: -13, max: 22 });
    assert.deepEqual(bounded.node(4).output.type, { signed: true, bits: 6 });
    assert.throws(() => intervalBounds(graph, []), { code: "bad-argument" });
  });
});

describe("assigned widths", () => {
  test("satisfy every rule, and no class could be narrower", () => {
    fc.assert(
      fc.property(randomProgram, ({ graph }) => {
        const assigned = assignBitWidths(graph);
        const width = (id: number): number => assigned.node(id).assignedBits ?? 0;
        const peers = new Map(assigned.nodes.map((node) => [node.id, new Set([node.id])]));
        for (const node of assigned.nodes) {
          if (!node.output.encrypted || node.kind !== "operation") continue;
          const operands = node.operands.filter((id) => assigned.node(id).output.encrypted);
          const rule = opSpec(node.name).widths(operands.map(() => true).concat(false));
          if (rule.equal !== "operands and result") continue;
          // Clear operands belong to the class too.
          for (const id of node.operands) {
            peers.get(node.id)?.add(id);
            peers.get(id)?.add(node.id);
          }
          for (const id of operands) assert.equal(width(id), width(node.id));
        }
        for (const node of assigned.nodes) {
          const measured = node.output.type.bits;
          if (!node.output.encrypted) assert.equal(width(node.id), measured + 1);
          else {
            const reached = new Set([node.id]);
            for (const id of reached) for (const next of peers.get(id) ?? []) reached.add(next);
            const needed = [...reached].map((id) => assigned.node(id).output.type.bits);
            assert.equal(width(node.id), Math.max(...needed));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a look-up separates the widths of its sides", () => {
    const graph = trace(
      (x) => new LookupTable([0, 1, 1, 0]).apply(x).add(x.mul(0)).mul(60),
      toTensor(3),
    );
    const alone = trace((x) => new LookupTable([0, 1, 1, 0]).apply(x).mul(60), toTensor(2));
    const widths = (of: Graph, samples: number[]): (number | undefined)[] =>
      assignBitWidths(
        measureBounds(
          of,
          samples.map((value) => [toTensor(value)]),
        ),
      )
        .nodes.filter((node) => node.output.encrypted)
        .map((node) => node.assignedBits);
    assert.deepEqual(widths(alone, [0, 1, 3]), [2, 6, 6]);
    assert.deepEqual(widths(graph, [0, 1, 3]), [6, 6, 6, 6, 6]);
  });

  test("operands of an encrypted product get one bit more, the result is free", () => {
    const graph = trace((x) => x.mul(x), toTensor(3));
    const assigned = assignBitWidths(measureBounds(graph, [[toTensor(3)]]));
    assert.deepEqual(
      assigned.nodes.map((node) => node.assignedBits),
      [3, 4],
    );
  });
});

describe("legality", () => {
  const table = new LookupTable([0, 1, 2, 3, 4, 5, 6, 7]);
  const legal = (fn: (x: Tracer) => Tracer, values: number[], limit: number): void => {
    const sample = toTensor(values);
    checkLegality(measureBounds(trace(fn, sample), [[sample]]), limit);
  };

  test("a look-up at the limit passes, one above is named with its line and its input", () => {
    legal((x) => table.apply(x.add(1)), [0, 6], 3);
    assert.throws(() => legal((x) => table.apply(x.add(1)), [0, 6], 2), {
      code: "width-too-wide",
      limit: 2,
      actual: 3,
      message:
        /^tlu \(.*passes\.test\.js:\d+\): its input, add \(.*passes\.test\.js:\d+\), is uint3: look-ups take at most 2 bits\. Quantize inputs/,
    });
  });

  test("an encrypted product and missing bounds are refused, work on clear parameters is not", () => {
    assert.throws(() => legal((x) => x.mul(x), [1, 2], 8), {
      code: "unsupported-op",
      message:
        /operands of shapes \(2,\) and \(2,\) are encrypted and encrypted, which cannot be compiled yet\. Give one side as a constant$/,
    });
    const sample = [toTensor(1), toTensor(2)];
    const clear = traceFunction(
      "f",
      { x: "encrypted", w: "clear" },
      (x, w) => (x && w ? x.add(w.mul(2)) : []),
      sample,
    );
    // Clear parameters are computed with like encrypted ones.
    checkLegality(measureBounds(clear, [sample]), 8);
    assert.throws(() => checkLegality(clear, 8), { code: "not-compiled" });
  });
});

describe("rewrites keep the meaning", () => {
  test("dead code goes, parameters stay", () => {
    fc.assert(
      fc.property(randomProgram, ({ graph, inputset }) => {
        const smaller = removeDeadCode(graph);
        assert.equal(smaller.inputs.length, graph.inputs.length);
        smaller.nodes.forEach((node, i) => {
          assert.equal(node.id, i);
        });
        for (const sample of inputset) {
          assert.deepEqual(evaluateGraph(smaller, sample), evaluateGraph(graph, sample));
        }
      }),
      { numRuns: 50 },
    );
    const graph = trace((x) => {
      x.add(1).mul(3);
      return x.add(2);
    }, toTensor(1));
    assert.equal(removeDeadCode(graph).nodes.length, 3);
  });

  test("operations on constants become constants", () => {
    const origin = { tag: "", location: "" };
    const builder = new GraphBuilder("f");
    const type = { signed: false, bits: 2 };
    const x = builder.input("x", { encrypted: true, type, shape: [] }, origin);
    const clear = { encrypted: false, type, shape: [] };
    const two = builder.constant(toTensor(2), origin);
    const three = builder.constant(toTensor(3), origin);
    const five = builder.operation("add", [two, three], {}, clear, origin);
    const ten = builder.operation("multiply", [five, two], {}, clear, origin);
    const sum = builder.operation("add", [x, ten], {}, { ...clear, encrypted: true }, origin);
    const folded = foldConstants(builder.finish([sum]));
    assert.deepEqual(
      folded.nodes.map((node) => node.kind),
      ["input", "constant", "operation"],
    );
    assert.deepEqual(evaluateGraph(folded, [toTensor(1)]), [toTensor(11)]);
    assert.deepEqual(folded.node(1).output.type, { signed: false, bits: 4 });
  });
});

test("extremes of a tensor", () => {
  assert.deepEqual(extremes(toTensor([3, -4, 0])), { min: -4, max: 3 });
  assert.deepEqual(extremes(toTensor([])), { min: 0, max: 0 });
});
