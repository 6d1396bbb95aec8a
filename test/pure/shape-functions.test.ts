import assert from "node:assert/strict";
import { test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { toTensor } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";
import { mlirModule } from "../../src/mlir/module-text.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { opSpec } from "../../src/ops/registry.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { foldConstants } from "../../src/passes/fold-constants.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";

const matrix = toTensor([
  [0, 1, 2],
  [3, 4, 5],
]);

function traced(fn: (x: Tracer) => Tracer | readonly Tracer[], value = matrix) {
  return traceFunction("f", { x: "encrypted" }, (x) => (x ? fn(x) : []), [value]);
}

/** The expression of the last node, without columns. */
function lastLine(fn: (x: Tracer) => Tracer): string | undefined {
  const lines = String(traced(fn)).split("\n");
  return /= (.*?) {2,}#/.exec(lines[lines.length - 2] ?? "")?.[1];
}

test("printed forms show what was given, as it was given", () => {
  const cases: readonly [(x: Tracer) => Tracer, string][] = [
    [(x) => x.sum(), "sum(%0)"],
    [(x) => fhe.sum(x, -1), "sum(%0, axis=-1)"],
    [(x) => x.sum([0, 1], true), "sum(%0, axis=(0, 1), keepdims=True)"],
    [(x) => x.sum(undefined, true), "sum(%0, keepdims=True)"],
    [(x) => x.reshape(3, -1), "reshape(%0, newshape=(3, -1))"],
    [(x) => fhe.reshape(x, [6]), "reshape(%0, newshape=(6,))"],
    [(x) => x.flatten(), "reshape(%0, newshape=(6,))"],
    [(x) => x.T, "transpose(%0)"],
    [(x) => fhe.transpose(x, [1, 0]), "transpose(%0, axes=(1, 0))"],
    [(x) => fhe.expandDims(x, 0), "expand_dims(%0, axis=0)"],
    [(x) => fhe.broadcastTo(x, [2, 2, 3]), "broadcast_to(%0, shape=(2, 2, 3))"],
    [(x) => fhe.concatenate([x, x]), "concatenate((%0, %0))"],
    [(x) => fhe.concatenate([x, x], null), "concatenate((%0, %0), axis=None)"],
    [(x) => x.at(1), "%0[1]"],
    [(x) => x.at(fhe.slice(), fhe.slice(0, 3, 2)), "%0[:, 0:3:2]"],
    [(x) => x.at(fhe.slice(null, null, -1)), "%0[::-1]"],
    [(x) => x.at(fhe.ellipsis, -1), "%0[..., -1]"],
    [(x) => x.at(fhe.newAxis, [1, 0, 1]), "%0[None, [1, 0, 1]]"],
    [(x) => x.set(0, 7), "(%0[0] = %1)"],
    [(x) => x.set([fhe.slice(1), 2], 7), "(%0[1:, 2] = %1)"],
    [(x) => x.pos(), "positive(%0)"],
    [(x) => fhe.copy(x), "copy(%0)"],
    [() => fhe.zeros([2]), "zeros()"],
    [() => fhe.one(), "ones()"],
  ];
  for (const [fn, text] of cases) assert.equal(lastLine(fn), text);
});

const refusals: readonly [string, (x: Tracer) => Tracer, VelumError["code"], RegExp][] = [
  [
    "reshape",
    (x) => x.reshape(4, -1),
    "bad-shape",
    /6 elements of shape \(2, 3\) do not fill the shape \(4, -1\)/,
  ],
  ["two open lengths", (x) => x.reshape(-1, -1), "bad-shape", /do not fill the shape \(-1, -1\)/],
  ["an axis beyond", (x) => x.sum(2), "bad-argument", /axis 2 does not exist: there are 2/],
  ["an axis twice", (x) => x.sum([0, -2]), "bad-argument", /an axis appears twice in 0, -2/],
  ["too few axes", (x) => x.transpose([0]), "bad-argument", /1 axes were given for 2/],
  [
    "squeeze of a long axis",
    (x) => x.squeeze(1),
    "bad-shape",
    /axis 1 of shape \(2, 3\) has length 3/,
  ],
  ["broadcast", (x) => fhe.broadcastTo(x, [4, 3]), "bad-shape", /do not broadcast/],
  [
    "broadcast to fewer axes",
    (x) => fhe.broadcastTo(x, [3]),
    "bad-shape",
    /does not stretch to \(3,\)/,
  ],
  [
    "join",
    (x) => fhe.concatenate([x, [1, 2]]),
    "bad-shape",
    /shapes \(2, 3\) and \(2,\) do not join along axis 0/,
  ],
  ["join of nothing", () => fhe.concatenate([]), "bad-argument", /no operands were given/],
  [
    "array of tensors",
    (x) => fhe.array([x, 1]),
    "bad-shape",
    /an element has shape \(2, 3\) and is no scalar/,
  ],
  ["ragged array", (x) => fhe.array([[x.at(0, 0), 1], [2]]), "bad-shape", /rows differ in length/],
  ["index beyond", (x) => x.at(0, 3), "out-of-range", /index 3 lies outside axis 1 of length 3/],
  [
    "negative index beyond",
    (x) => x.at(-3),
    "out-of-range",
    /index -3 lies outside axis 0 of length 2/,
  ],
  [
    "too many indices",
    (x) => x.at(0, 0, 0),
    "bad-argument",
    /3 indices were given for a value of shape \(2, 3\)/,
  ],
  [
    "two ellipses",
    (x) => x.at(fhe.ellipsis, fhe.ellipsis),
    "bad-argument",
    /an index has `\.\.\.` twice/,
  ],
  ["half an index", (x) => x.at(0.5), "bad-argument", /neither an integer, nor a slice/],
  ["step 0", (x) => x.at(fhe.slice(0, 1, 0)), "bad-argument", /a slice with a step other than 0/],
  ["an empty slice", (x) => x.at(fhe.slice(2)), "bad-shape", /the result has no elements/],
  [
    "assigned shape",
    (x) => x.set([0], [1, 2]),
    "bad-shape",
    /shape \(2,\) does not stretch over places of shape \(3,\)/,
  ],
  ["lists of other lengths", (x) => x.at([0, 1], [0, 1, 2]), "bad-shape", /do not broadcast/],
  [
    "conv of a matrix",
    (x) => fhe.conv(x, [[[1]]]),
    "bad-shape",
    /input and weight have shapes \(2, 3\) and \(1, 1, 1\)/,
  ],
  [
    "a flat weight",
    (x) => fhe.conv(x, [1]),
    "bad-shape",
    /a weight of shape \(1,\) has -1 spatial axes/,
  ],
  [
    "channels",
    (x) => fhe.conv(x.reshape(1, 2, 3), [[[1]]]),
    "bad-shape",
    /2 channels in 1 groups do not meet weights of 1 channels/,
  ],
  [
    "bias",
    (x) => fhe.conv(x.reshape(1, 1, 6), [[[1]]], [1, 2]),
    "bad-shape",
    /the bias has shape \(2,\) for 1 filters/,
  ],
  [
    "a long kernel",
    (x) => fhe.conv(x.reshape(1, 6, 1), [[[1, 1]]], null, { group: 6 }),
    "bad-shape",
    /does not meet|do not meet|does not fit/,
  ],
  [
    "pads",
    (x) => fhe.conv(x.reshape(1, 1, 6), [[[1]]], null, { pads: [1] }),
    "bad-argument",
    /`pads` is \(1,\)/,
  ],
  [
    "pads and autoPad",
    (x) => fhe.conv(x.reshape(1, 1, 6), [[[1]]], null, { pads: [1, 1], autoPad: "VALID" }),
    "bad-argument",
    /both pads and autoPad VALID/,
  ],
  [
    "kernelShape",
    (x) => fhe.conv(x.reshape(1, 1, 6), [[[1]]], null, { kernelShape: [2] }),
    "bad-shape",
    /kernelShape is \(2,\), the weight's \(1,\)/,
  ],
];

for (const [name, fn, code, problem] of refusals) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => traced(fn),
      (error) => error instanceof VelumError && error.code === code && problem.test(error.message),
    );
  });
}

test("trivial encryptions belong to the function that is traced, and exist only then", () => {
  for (const make of [fhe.zero, fhe.one, () => fhe.constant(3), () => fhe.array([1, 2])]) {
    assert.throws(make, { code: "not-traceable" });
  }
  const graph = traced((x) => [fhe.zerosLike(x), fhe.onesLike(x), fhe.constant([-3, 4])]);
  assert.ok(graph.outputs.every((id) => graph.node(id).output.encrypted));
  const results = evaluateGraph(graph, [matrix]).map(({ data }) => [...data]);
  assert.deepEqual(results, [
    [0, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 1],
    [-3, 4],
  ]);
  // They are no constants, although they are known: folding would make the result clear.
  assert.equal(String(foldConstants(graph)), String(graph));
});

test("means that are not rounded are linear where the divisor cancels, and refused where it does not", () => {
  const samples = [
    [matrix],
    [
      toTensor([
        [7, 0, 1],
        [0, 0, 0],
      ]),
    ],
  ];
  const fused = (fn: (x: Tracer) => Tracer, value = matrix) => fuse(traced(fn, value));
  const regionsOf = (fn: (x: Tracer) => Tracer) =>
    linearRegions(assignBitWidths(measureBounds(fused(fn), samples)));
  const [step] = regionsOf((x) => fhe.mean(x.mul(6).add(3).sub(x.mul(3)), 1)).steps;
  assert.ok(step?.kind === "affine");
  assert.deepEqual([...step.map.weight], [1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...step.map.constant], [3, 3]);
  const pooled = regionsOf((x) => fhe.avgPool(x.mul(4).reshape(1, 1, 2, 3), [2, 2])).steps[0];
  assert.ok(pooled?.kind === "affine");
  assert.deepEqual([...pooled.map.weight], [1, 1, 1, 1, 1, 1, 1, 1]);
  // What is computed from such a mean is an integer, also in operations that are not element-wise.
  const deviations = regionsOf((x) =>
    x
      .mul(6)
      .sub(fhe.mean(x.mul(6)))
      .sum(0),
  );
  assert.deepEqual(
    deviations.steps.map(({ kind }) => kind),
    ["affine"],
  );
  assert.throws(() => regionsOf((x) => fhe.mean(x)), {
    code: "not-integer",
    message:
      /divide_exactly .*: a value is no multiple of 6\. Round it, which makes it one look-up/,
  });
  // All samples divide by 3, other inputs would not.
  const even = [[toTensor([3, 3, 3])]];
  const odd = fused((x) => fhe.mean(x), even[0]?.[0]);
  assert.throws(() => linearRegions(assignBitWidths(measureBounds(odd, even))), {
    code: "not-integer",
    message: /it divides by 3 a linear combination with the weight 1\./,
  });
  assert.match(mlirModule(assignBitWidths(measureBounds(odd, even))), /apply_lookup_table/);
});

test("means that are rounded are one look-up of the sum, whatever the divisor", () => {
  const numbers = [0, 1, 2, 3];
  const samples = numbers.flatMap((a) =>
    numbers.flatMap((b) => numbers.map((c) => [toTensor([a, b, -c])])),
  );
  const programs: readonly (readonly [(x: Tracer) => Tracer, (mean: number) => number])[] = [
    [(x) => fhe.mean(x).astype("int64"), Math.trunc],
    [(x) => fhe.floor(fhe.mean(x)).astype("int64"), Math.floor],
    [(x) => fhe.mean(x).round().astype("int64"), Math.round],
    [(x) => fhe.floor(fhe.mean(x).mul(2.5).add(1)).astype("int64"), (m) => Math.floor(2.5 * m + 1)],
    [(x) => fhe.mean(x).greater(0.5), (m) => Number(m > 0.5)],
    [
      (x) =>
        fhe
          .avgPool(x.reshape(1, 1, 3), [3])
          .astype("int64")
          .at(0, 0, 0),
      (m) => Math.trunc(m),
    ],
  ];
  for (const [program, meaning] of programs) {
    const graph = measureBounds(fuse(traced(program, samples[0]?.[0])), samples);
    const lowered = lower(graph, 8, "look-ups");
    const looks = lowered.nodes.filter((node) => node.kind === "operation" && node.name === "tlu");
    assert.equal(looks.length, 1);
    for (const sample of samples) {
      const [x] = sample;
      const sum = x?.data.reduce((total, value) => total + value, 0) ?? 0;
      const [found] = evaluateGraph(lowered, sample);
      assert.equal(found?.data[0], meaning(sum / 3) + 0);
    }
  }
});

test("values are not changed by set", () => {
  const graph = traced((x) => [x.set([0, 0], 9), x]);
  const results = evaluateGraph(graph, [matrix]).map(({ data }) => [...data]);
  assert.deepEqual(results, [
    [9, 1, 2, 3, 4, 5],
    [0, 1, 2, 3, 4, 5],
  ]);
});

test("a place that is assigned twice keeps the later value", () => {
  const graph = traced((x) =>
    x.set(
      [[1, 1]],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ),
  );
  assert.deepEqual([...(evaluateGraph(graph, [matrix])[0]?.data ?? [])], [0, 1, 2, 2, 2, 2]);
});

test("autoPad gives as many outputs as there are strides", () => {
  const shapeOf = (autoPad: "SAME_UPPER" | "SAME_LOWER" | "VALID", strides: number[]) =>
    traced((x) => fhe.conv(x.reshape(1, 1, 6), [[[1, 1, 1, 1]]], null, { autoPad, strides }));
  for (const [mode, strides, text, length] of [
    ["SAME_UPPER", [1], "pads=(1, 2)", 6],
    ["SAME_LOWER", [1], "pads=(2, 1)", 6],
    ["SAME_UPPER", [4], "pads=(1, 1)", 2],
    ["VALID", [1], "pads=(0, 0)", 3],
  ] as const) {
    const graph = shapeOf(mode, [...strides]);
    assert.ok(String(graph).includes(text), String(graph));
    assert.deepEqual(graph.node(graph.outputs[0] ?? 0).output.shape, [1, 1, length]);
  }
});

test("convolutions of two encrypted values are no linear maps, with clear input or encrypted bias they are", () => {
  const conv = opSpec("conv1d");
  const clear = (shape: number[]) =>
    ({
      kind: "clear",
      value: { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(2) },
    }) as const;
  const secret = (shape: number[]) => ({ kind: "encrypted", shape }) as const;
  const attributes = { pads: [0, 0], strides: [1], dilations: [1], group: 1, filters: 1 };
  assert.equal(conv.affine(attributes, [secret([1, 1, 3]), secret([1, 1, 2])]), undefined);
  const map = conv.affine(attributes, [clear([1, 1, 3]), secret([1, 1, 2]), secret([1])]);
  assert.deepEqual([...(map?.column ?? [])], [0, 1, 2, 0, 1, 2]);
  assert.deepEqual([...(map?.weight ?? [])], [2, 2, 1, 2, 2, 1]);
});
