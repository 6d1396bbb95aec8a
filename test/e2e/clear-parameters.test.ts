import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";

const flip = new fhe.LookupTable([1, 0, 3, 2, 5, 4, 7, 6]);

test("clear parameters and trivial encryptions in sums, joins, convolutions and look-ups", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", w: "clear" }, (x, w) => {
      const reversed = x.at(fhe.slice(null, null, -1)).add(fhe.ones([3]));
      const y = fhe.lookup(flip, fhe.concatenate([reversed, fhe.constant([2, 7]), w]));
      return [
        y.sum(),
        fhe.conv(y.reshape(1, 1, 7), [[[1, 1]]], null, { pads: [1, 0] }),
        fhe.lookup(flip, w),
        w.reshape(2, 1).sub(4),
        fhe.lookup(flip, fhe.constant([1, 2])),
        fhe.zeros([2]),
      ];
    })
    .compile([
      [
        [0, 1, 2],
        [3, 3],
      ],
      [
        [1, 5, 6],
        [0, 7],
      ],
      [
        [0, 0, 0],
        [1, 0],
      ],
    ]);
  const samples = [
    [
      [1, 2, 3],
      [2, 3],
    ],
    [
      [6, 0, 6],
      [7, 0],
    ],
  ];
  const flipped = (value: number): number => value ^ 1;
  const wanted = samples.map(([x = [], w = []]) => {
    const y = [...x.toReversed().map((value) => value + 1), 2, 7, ...w].map(flipped);
    return [
      [y.reduce((sum, value) => sum + value, 0)],
      y.map((value, i) => value + (y[i - 1] ?? 0)),
      w.map(flipped),
      w.map((value) => value - 4),
      [0, 3],
      [0, 0],
    ];
  });
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(results, wanted, runtime);
  }
  assert.match(circuit.mlir, /@main\(%arg0: tensor<3x!FHE\.eint<\d>>, %arg1: tensor<2xi4>\)/);
});

test("results that depend on no input", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [fhe.one(), x.mul(0), fhe.constant([3, -7]).mul(2)])
    .compile([[1, 2]]);
  for (const [runtime, results] of await runEverywhere(circuit, [[[1, 2]]])) {
    assert.deepEqual(results, [[[1], [0, 0], [6, -14]]], runtime);
  }
});
