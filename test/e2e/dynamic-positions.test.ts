import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe, type VelumError } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";

test("elements, rows and lists of elements at positions known only at run time", async () => {
  const x = [
    [0, 3, 3],
    [1, 1, 2],
    [2, 2, 1],
    [3, 0, 1],
  ];
  const inputset = [0, 1, 2, 3, -4, -1].map((i, sample) => [
    x.map((row) => row.map((value) => (value + sample) % 4)),
    i,
    sample % 3,
    [sample % 4, (sample + 2) % 4],
  ]);
  const circuit = await fhe
    .compiler({ x: "encrypted", i: "clear", j: "encrypted", k: "clear" }, (x, i, j, k) => [
      x.at(i, j),
      x.at(fhe.slice(1), j).add(1),
      x.at(k, 2),
      x.at(i, fhe.newAxis, [2, 0]),
    ])
    .compile(inputset);
  const samples: [number[][], number, number, number[]][] = [
    [x, 3, 1, [0, 2]],
    [x.toReversed(), -4, 2, [1, 3]],
  ];
  const wanted = samples.map(([x, i, j, k]) => {
    const row = x.at(i) ?? [];
    return [
      [row[j]],
      x.slice(1).map((own) => (own[j] ?? 0) + 1),
      k.map((at) => x[at]?.[2]),
      [row[2], row[0]],
    ];
  });
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(results, wanted, runtime);
  }
  for (const [at, sample] of samples.entries()) {
    const simulated = circuit.simulate(...sample) as number[][];
    assert.deepEqual(
      simulated.map((one) => [one].flat(3)),
      wanted[at],
    );
  }
});

test("assignment to positions known only at run time, and tables that are parameters", async () => {
  const inputset = [0, 1, 2, 3].map((i) => [
    [0, 7, 3 * i - 3, i],
    i,
    5 - 2 * i,
    [
      [1, -3, i],
      [4, 5, 6],
    ],
    [i, 7, 4, 0],
  ]);
  const circuit = await fhe
    .compiler(
      { x: "encrypted", i: "clear", v: "encrypted", m: "encrypted", t: "clear" },
      (x, i, v, m, t) => {
        const j = i.mod(2);
        return [
          x.set(i, 5),
          x.set(i, v).sum(),
          m.set([j, fhe.slice(1)], v),
          m.set([fhe.ellipsis, i.sub(4)], [7, 8]).at(1),
          fhe.lookup(t, i),
          x.set(i, 2).at(i).add(v),
        ];
      },
    )
    .compile(inputset.slice(1));
  const sample = [
    [1, 2, 3, 3],
    3,
    -1,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [3, 2, 4, 6],
  ] as const;
  const wanted = [[1, 2, 3, 5], [1 + 2 + 3 - 1], [1, 2, 3, 4, -1, -1], [4, 5, 8], [6], [1]];
  for (const [runtime, [results]] of await runEverywhere(circuit, [sample])) {
    assert.deepEqual(results, wanted, runtime);
  }
});

test("positions beyond the axis, lists of places to assign to, and too many positions are refused", async () => {
  const refused = (code: string, problem: RegExp) => (error: VelumError) => {
    assert.equal(error.code, code);
    assert.match(error.message, problem);
    return true;
  };
  const pick = fhe.compiler({ x: "encrypted", i: "clear" }, (x, i) => x.at(i));
  await assert.rejects(
    pick.compile([[[1, 2, 3], 3]]),
    refused("out-of-range", /index 3 lies outside axis 0 of length 3/),
  );
  const place = fhe.compiler({ x: "encrypted", i: "clear" }, (x, i) => x.set(i, 1));
  await assert.rejects(
    place.compile([
      [
        [1, 2, 3],
        [0, 1],
      ],
    ]),
    refused("bad-shape", /positions of shape \(2,\) cannot be assigned to at once/),
  );
  const wide = Array.from({ length: 5000 }, () => 1);
  await assert.rejects(
    pick.compile([
      [wide, 0],
      [wide, 4999],
    ]),
    refused("width-too-wide", /look-up with an argument of 13 bits/),
  );
});
