import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { type Naive, naiveConv } from "../support/naive-tensor.js";
import { runEverywhere } from "../support/run-circuit.js";

interface Case {
  readonly name: string;
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly bias?: boolean;
  readonly with: Readonly<Record<"pads" | "strides" | "dilations", number[]>> & {
    readonly group: number;
  };
  readonly forms: readonly ("auto" | "numbers")[];
  /** Largest element of the input and, with both signs, of the weight. */
  readonly most: number;
}

const plain = { strides: [1], dilations: [1], group: 1 };
const cases: readonly Case[] = [
  {
    name: "one axis",
    ...{ x: [1, 1, 4], weight: [1, 1, 2], most: 3 },
    with: { ...plain, pads: [0, 0] },
    forms: ["auto", "numbers"],
  },
  {
    name: "one axis, padded on one side more than on the other, with an encrypted bias",
    ...{ x: [1, 1, 3], weight: [2, 1, 2], bias: true, most: 1 },
    with: { ...plain, pads: [2, 1] },
    forms: ["numbers"],
  },
  {
    name: "two axes, padded, strides, groups",
    ...{ x: [1, 2, 2, 3], weight: [2, 1, 2, 2], most: 1 },
    with: { strides: [1, 2], dilations: [1, 1], pads: [0, 1, 0, 1], group: 2 },
    forms: ["auto", "numbers"],
  },
  {
    name: "three axes",
    ...{ x: [1, 1, 2, 2, 2], weight: [1, 1, 1, 2, 2], most: 1 },
    with: { strides: [1, 1, 1], dilations: [1, 1, 1], pads: [0, 0, 0, 0, 0, 0], group: 1 },
    forms: ["numbers"],
  },
];

for (const own of cases) {
  test(`convolution of encrypted inputs with encrypted weights: ${own.name}`, async () => {
    const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
    const filters = own.weight[0] ?? 1;
    const samples = [0, 1, 2].map((seed) => [
      Array.from({ length: size(own.x) }, (_, i) => (i * 3 + seed * 2) % (own.most + 1)),
      Array.from(
        { length: size(own.weight) },
        (_, i) => ((i * 5 + seed) % (2 * own.most + 1)) - own.most,
      ),
      ...(own.bias ? [Array.from({ length: filters }, (_, i) => i - seed)] : []),
    ]);
    const wanted = samples.map(([x = [], weight = [], bias]) => {
      const naive = (data: readonly number[], shape: readonly number[]): Naive => ({
        shape: [...shape],
        data: [...data],
      });
      const found = naiveConv(naive(x, own.x), {
        ...own.with,
        weight: naive(weight, own.weight),
        bias: bias ?? Array.from({ length: filters }, () => 0),
      });
      return [found.data.map((value) => value + 0)];
    });
    const trace = (x: Tracer, weight: Tracer, bias?: Tracer): Tracer =>
      fhe.conv(x.reshape(...own.x), weight.reshape(...own.weight), bias ?? null, own.with);
    const two = { x: "encrypted", weight: "encrypted" } as const;
    const names = own.bias ? ({ ...two, bias: "encrypted" } as const) : two;
    for (const inputForm of own.forms) {
      const circuit = await fhe
        .compiler(names, (...[x, weight, bias]) => {
          if (x === undefined || weight === undefined) throw new Error("two parameters");
          return trace(x, weight, bias);
        })
        .compile(samples, { inputForm });
      for (const [runtime, found] of await runEverywhere(circuit, samples)) {
        assert.deepEqual(found, wanted, `${runtime}, ${inputForm}`);
      }
      await circuit.close();
    }
  });
}
