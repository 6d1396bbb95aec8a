import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type NestedArray, toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { removeDeadCode } from "../../src/passes/remove-dead-code.js";
import * as functions from "../../src/trace/functions.js";
import { readInputset } from "../../src/trace/inputset.js";
import { LookupTable, tablesPerElement } from "../../src/trace/lookup-table.js";
import { tag } from "../../src/trace/origin.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";

function trace(fn: (x: Tracer) => unknown, sample: NestedArray = [1, 2]): Graph {
  return traceFunction(
    "f",
    { x: "encrypted" },
    // The tests also return what a careless caller might.
    (x) => (x === undefined ? [] : (fn(x) as Tracer)),
    [toTensor(sample)],
  );
}

function names(graph: Graph): string[] {
  return graph.nodes.map((node) => (node.kind === "operation" ? node.name : node.kind));
}

describe("tracing", () => {
  test("methods and functions record the same operations", () => {
    const { add, subtract, multiply, negative, matmul, dot, lookup } = functions;
    const table = new LookupTable([4, 3, 2, 1, 0, 5, 6, 7, 8]);
    const byMethods = trace((x) =>
      table.apply(x.add(1).sub([2, 2]).mul(3).neg().matmul([1, 2]).dot(0)),
    );
    const byFunctions = trace((x) =>
      lookup(table, dot(matmul(negative(multiply(subtract(add(x, 1), [2, 2]), 3)), [1, 2]), 0)),
    );
    assert.equal(byMethods.format({ locations: false }), byFunctions.format({ locations: false }));
    assert.deepEqual(names(byMethods), [
      ...["input", "constant", "add", "constant", "subtract", "constant", "multiply", "negative"],
      ...["constant", "matmul", "constant", "dot", "tlu"],
    ]);
  });

  test("clear operands may stand left and be numbers, nested or typed arrays, or tensors", () => {
    const graph = trace((x) =>
      functions.subtract(
        10,
        functions
          .matmul(
            [
              [1, 0],
              [2, 3],
            ],
            x,
          )
          .add(Int32Array.of(1, 2))
          .add(toTensor([1, 1])),
      ),
    );
    assert.deepEqual(evaluateGraph(graph, [toTensor([1, 2])]), [toTensor([7, -1])]);
  });

  test("a tracer knows shape, size and axes", () => {
    trace(
      (x) => {
        assert.deepEqual([x.shape, x.size, x.ndim], [[2, 3], 6, 2]);
        const y = x.matmul([1, 2, 3]);
        assert.deepEqual([y.shape, y.size, y.ndim], [[2], 2, 1]);
        return y;
      },
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    );
  });

  test("parameters come in the order of the record, with their encryption", () => {
    const graph = traceFunction(
      "f",
      { b: "encrypted", a: "clear" },
      (b, a) => (b && a ? b.sub(a) : []),
      [toTensor(5), toTensor(3)],
    );
    assert.deepEqual(
      graph.inputNodes().map((node) => [node.name, node.output.encrypted]),
      [
        ["b", true],
        ["a", false],
      ],
    );
    assert.deepEqual(evaluateGraph(graph, [toTensor(5), toTensor(3)]), [toTensor(2)]);
    assert.ok(graph.node(2).output.encrypted);
  });

  test("tags nest, and end with their body even if it throws", () => {
    const graph = trace((x) => {
      assert.throws(() => tag("lost", () => x.add([1, 2, 3])), { code: "bad-shape" });
      return tag("a", () => tag("b", () => x.neg()).neg()).neg();
    });
    const used = removeDeadCode(graph);
    assert.deepEqual(
      used.nodes.map((node) => node.tag),
      ["", "a.b", "a", ""],
    );
  });

  test("values are iterated along their first axis", () => {
    const graph = trace((x) => {
      const [a = x, b = x] = x;
      return a.sub(b);
    });
    assert.match(graph.format(), /%1 = %0\[0\].*\n%2 = %0\[1\].*\n%3 = subtract\(%1, %2\)/);
  });

  test("every node knows the line of the caller", () => {
    const graph = trace((x) => x.add(1));
    for (const node of graph.nodes) assert.match(node.location, /^\/.*trace\.test\.js:\d+$/);
    assert.notEqual(graph.node(0).location, graph.node(2).location);
  });
});

describe("what cannot be traced", () => {
  const uses: readonly (readonly [string, (x: Tracer) => unknown])[] = [
    ["x + 1", (x) => Number(x) + 1],
    ["x > 1", (x) => x > x.neg()],
    ["a template", (x) => `${x}`],
    ["String(x)", (x) => String(x)],
    ["valueOf", (x) => x.valueOf()],
    ["JSON", (x) => JSON.stringify(x)],
    ["spreading a scalar", (x) => [...x.at(0)]],
  ];
  for (const [name, use] of uses) {
    test(`${name} has no value`, () => {
      assert.throws(() => trace(use), {
        code: "not-traceable",
        message:
          /^traced value \(.*trace\.test\.js:\d+\): its number is not known while the function is traced\. Use methods such as x\.add\(1\) instead of operators, x\.at\(0\) and table\.apply\(x\) instead of brackets, and fhe\.where instead of branches$/,
      });
    });
  }

  const results: readonly (readonly [string, unknown])[] = [
    ["a number", 3],
    ["undefined", undefined],
    ["null", null],
    ["a promise", Promise.resolve()],
    ["nothing", []],
    ["a string", ["x"]],
    ["an array", [[1]]],
  ];
  for (const [name, result] of results) {
    test(`a function that returns ${name}`, () => {
      assert.throws(() => trace(() => result), {
        code: "not-traceable",
        message: `function "f": it returned ${name} instead of a traced value. Return a value computed from the parameters or made by fhe.constant, or an array of such values; async functions cannot be traced`,
      });
    });
  }

  test("assignment between brackets fails instead of being ignored", () => {
    assert.throws(() => trace((x) => Object.assign(x, { 0: 5 })), TypeError);
  });

  test("a function of more parameters than are declared", () => {
    const two = (x: Tracer, y: Tracer): Tracer => x.add(y);
    assert.throws(() => traceFunction("f", { x: "encrypted" }, two, [toTensor(1)]), {
      code: "bad-argument",
      message:
        'function "f": it has 2 parameters, and 1 declared (x). Declare every parameter, in the function\'s order',
    });
  });

  test("floating-point operands of what works on integers alone", () => {
    const half = (x: Tracer): Tracer => x.div(2);
    for (const use of [
      (x: Tracer) => half(x).xor(1),
      (x: Tracer) => functions.lookup([1, 2, 3], half(x)),
    ]) {
      assert.throws(() => trace(use), {
        code: "unsupported-op",
        message:
          /: an operand is floating-point, and it is for integers alone\. Make the operand an integer before, with astype\("int64"\)$/,
      });
    }
  });

  test("an index of text", () => {
    assert.throws(() => trace((x) => Reflect.apply(x.at, x, ["0:1"])), {
      code: "bad-argument",
      message:
        "at: an entry of the index is a string. Give positions, lists of positions, fhe.slice(1, 3), fhe.newAxis or fhe.ellipsis",
    });
  });

  test("operands without a tracer, or of another trace", () => {
    assert.throws(() => functions.add(1, 2), {
      code: "not-traceable",
      message: /^add \(.*\): none of the operands is traced\. /,
    });
    let kept: Tracer | undefined;
    trace((x) => {
      kept = x;
      return x;
    });
    assert.throws(() => trace((x) => x.add(kept ?? 0)), {
      code: "not-traceable",
      message: /^add \(.*\): an operand belongs to another function\. /,
    });
    assert.throws(() => trace(() => kept), { message: /a traced value of another function/ });
  });

  test("fractions, NaN and wrong shapes as constants", () => {
    assert.match(trace((x) => x.add(0.5)).format(), /%1 = 0\.5 .*ClearScalar<float64>/);
    assert.throws(() => trace((x) => x.add([1, Infinity])), { code: "out-of-range" });
    assert.throws(() => trace((x) => x.mul([1, Number.NaN])), { code: "not-a-number" });
    assert.throws(() => trace((x) => x.add([1, 2, 3])), {
      code: "bad-shape",
      message: /^add \(.*trace\.test\.js:\d+\): shapes \(2,\) and \(3,\) do not broadcast/,
    });
    assert.throws(() => trace((x) => x.add([])), { code: "bad-shape" });
  });

  test("a sample of the wrong length", () => {
    assert.throws(() => traceFunction("f", { x: "encrypted" }, (x) => x ?? [], []), {
      code: "bad-argument",
      message:
        'function "f": the sample has 0 values for 1 parameters. Give one value for each of x',
    });
  });
});

describe("LookupTable", () => {
  test("is a function of clear values too", () => {
    const table = new LookupTable([10, 20, 30]);
    assert.deepEqual(
      table.apply([
        [0, 2],
        [-1, 1],
      ]),
      toTensor([
        [10, 30],
        [30, 20],
      ]),
    );
    assert.throws(() => table.apply(3), { code: "out-of-range", actual: 3, limit: 2 });
    assert.throws(() => table.apply(0.5), { code: "not-integer" });
  });

  test("with a table for each element", () => {
    const table = new LookupTable(
      tablesPerElement(
        [2],
        [
          [1, 2],
          [3, 4, 5],
        ],
      ),
    );
    assert.deepEqual(table.apply([1, 2]), toTensor([2, 5]));
    assert.throws(() => table.apply([1, 1, 1]), { code: "bad-shape" });
    assert.throws(() => trace((x) => table.apply(x), [1, 2, 3]), { code: "bad-shape" });
    assert.throws(() => tablesPerElement([3], [[1], [2]]), {
      code: "bad-shape",
      message:
        /^LookupTable \(.*trace\.test\.\ws:\d+\): 2 tables were given for shape \(3,\)\. Give one table for each element, row-major$/,
    });
  });

  test("of tables in nested arrays, as in Concrete, and tables for each row", () => {
    const [a, b] = [new LookupTable([1, 2]), new LookupTable([3, 4])];
    const one = new LookupTable([a, b]);
    assert.deepEqual(one.apply([1, 0]), toTensor([2, 3]));
    assert.deepEqual(
      one.apply([
        [1, 0],
        [0, 1],
      ]),
      toTensor([
        [2, 3],
        [1, 4],
      ]),
    );
    const both = new LookupTable([
      [a, b],
      [b, a],
    ]);
    assert.deepEqual(
      both.apply([
        [1, 0],
        [0, 1],
      ]),
      toTensor([
        [2, 3],
        [3, 2],
      ]),
    );
    assert.throws(() => new LookupTable([[a, b], [b]]), { code: "bad-shape" });
    assert.throws(() => new LookupTable([one, a]), {
      code: "bad-argument",
      message: /: a table for one element is itself a table for each element\. Give one list/,
    });
  });

  test("refuses empty tables, fractions and matrices", () => {
    assert.throws(() => new LookupTable([]), { code: "bad-shape" });
    assert.throws(() => new LookupTable([1, 1.5]), { code: "not-integer" });
    assert.throws(() => new LookupTable([1, Number.NaN]), { code: "not-a-number" });
  });
});

describe("reading inputsets", () => {
  test("one parameter: the sample is the value; several: one value each", () => {
    assert.deepEqual(readInputset(["x"], [[0], [1]]), [[toTensor([0])], [toTensor([1])]]);
    assert.deepEqual(readInputset(["x"], [3]), [[toTensor(3)]]);
    assert.deepEqual(readInputset(["x", "y"], [[3, [1, 2]]]), [[toTensor(3), toTensor([1, 2])]]);
  });

  for (const [name, parameters, inputset, code, message] of [
    ["nothing", ["x"], [], "empty-inputset", /^inputset: there are no samples\. /],
    [
      "too few values",
      ["x", "y"],
      [[1, 2], [1]],
      "bad-argument",
      /^inputset\[1\]: it has 1 values for 2 parameters\. /,
    ],
    [
      "no array",
      ["x", "y"],
      [3],
      "bad-argument",
      /^inputset\[0\]: it is not an array of 2 values\. /,
    ],
    [
      "ragged",
      ["x"],
      [[[1, 2], [3]]],
      "bad-shape",
      /^inputset\[0\], input "x": rows differ in length/,
    ],
    [
      "a tuple for one parameter",
      ["x"],
      [[toTensor(1)]],
      "bad-argument",
      /^inputset\[0\]: it is a list of tensors\. /,
    ],
  ] as const) {
    test(`${name}: ${code}`, () => {
      assert.throws(() => readInputset(parameters, inputset), { code, message });
    });
  }
});

test("traced entries of an index are read in their order, beside clear ones", () => {
  const sample = [
    toTensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
    toTensor(1),
    toTensor(0),
  ];
  const graph = traceFunction(
    "f",
    { x: "encrypted", i: "clear", j: "clear" },
    (x, i, j) => (x !== undefined && i !== undefined && j !== undefined ? x.at(0, i, j) : []),
    sample,
  );
  assert.deepEqual(evaluateGraph(graph, sample), [toTensor(3)]);
});
