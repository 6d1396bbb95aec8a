// Comparisons of pairs of 9 to 24 bits on ciphertexts: chains of bits, windows that are zero.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/index.js";
import { runEverywhere } from "../support/run-circuit.js";

/** More samples than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

function draw(bits: number, signed: boolean, count: number): [number, number][] {
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = min + 2 ** bits - 1;
  const clamped = (value: number): number => Math.min(Math.max(value, min), max);
  const value = fc.integer({ min, max });
  // One bit and one unit apart: carries through all windows.
  const close = fc
    .tuple(value, fc.integer({ min: -1, max: bits - 1 }), fc.integer({ min: -1, max: 1 }))
    .map(([x, bit, side]): [number, number] => [
      x,
      clamped(x + side * (bit < 0 ? 0 : 2 ** bit) + (bit % 2)),
    ]);
  const ends: [number, number][] = [
    [min, max],
    [max, min],
  ];
  const drawn = fc.sample(fc.oneof(close, close, fc.tuple(value, value)), { numRuns: count });
  return [...ends, ...drawn];
}

for (const [bits, signed] of [
  [9, false],
  [12, true],
  [16, false],
  [20, true],
  [24, false],
] as const) {
  test(`pairs of ${bits} bits: encrypted, simulated and plain comparisons are equal`, async () => {
    const samples = draw(bits, signed, 8 * times);
    const circuit = await fhe
      .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => [x.less(y), x.equal(y)])
      .compile(draw(bits, signed, 0), { inputForm: "numbers" });
    const widest = Math.max(...circuit.cost().lookups.map((own) => own.bits));
    assert.ok(widest <= 5, String(circuit.cost()));
    const wanted = samples.map(([x, y]) => [[Number(x < y)], [Number(x === y)]]);
    const simulated = samples.map((sample) => circuit.simulate(...sample));
    assert.deepEqual(
      simulated,
      wanted.map((own) => own.flat()),
    );
    for (const [runtime, found] of await runEverywhere(circuit, samples)) {
      assert.deepEqual(found, wanted, `${runtime} ${JSON.stringify(samples)}`);
    }
    await circuit.close();
  });
}

test("sums of products of 14 bits and more beside clear limits and constants", async () => {
  const circuit = await fhe
    .compiler(
      [
        ["x", "encrypted"],
        ["limit", "clear"],
      ],
      (x, limit) => {
        const sums = x.matmul([
          [100, -3],
          [77, 90],
        ]);
        return [sums.greaterEqual(limit), sums.equal([0, 870])];
      },
    )
    .compile(
      [
        [[-64, -64], 9000],
        [[63, 63], -9000],
        [[63, -64], 0],
        [[-64, 63], 5],
      ],
      { inputForm: "numbers" },
    );
  const samples: [number[], number][] = [
    [[0, 0], 0],
    [[0, 10], 870],
    [[-10, 10], -231],
    [[-10, 10], -230],
    [[63, 63], 5481],
    [[30, -39], -3],
  ];
  const wanted = samples.map(([[a = 0, c = 0], limit]) => {
    const sums = [100 * a + 77 * c, -3 * a + 90 * c];
    return [sums.map((s) => Number(s >= limit)), [sums[0] === 0, sums[1] === 870].map(Number)];
  });
  assert.deepEqual(
    samples.map((sample) => circuit.simulate(...sample)),
    wanted,
  );
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});

test("values of 20 bits beside constants, on either side", async () => {
  const [min, max] = [-(2 ** 19), 2 ** 19 - 1];
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [
      x.less(-77_777),
      x.greaterEqual([5, 400_000]),
      x.equal(9),
      fhe.constant(-5).greater(x),
    ])
    .compile(
      [
        [min, max],
        [max, min],
      ],
      { inputForm: "numbers" },
    );
  const samples = [
    [-77_777, 400_000],
    [-77_778, 399_999],
    [5, 9],
    [4, max],
    [9, -5],
    [min, -6],
  ];
  const wanted = samples.map((x) => {
    const [a = 0, c = 0] = x;
    const each = [(v: number) => v < -77_777, (v: number) => v === 9, (v: number) => -5 > v];
    const [less, equal, greater] = each.map((is) => x.map((v) => Number(is(v))));
    return [less, [Number(a >= 5), Number(c >= 400_000)], equal, greater];
  });
  assert.deepEqual(
    samples.map((x) => circuit.simulate(x)),
    wanted,
  );
  for (const [runtime, found] of await runEverywhere(
    circuit,
    samples.map((x) => [x]),
  )) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});

test("sums of functions that travel as cells, compared: windows are read from cells", async () => {
  const entries = [3, 5].map((k) =>
    Array.from({ length: 8 }, (_, i) => ((i * k * 977 + i * i * 31 * k) % 250) - 20),
  );
  const of = (k: number, i: number): number => entries[k]?.[i] ?? 0;
  const [first = [], second = []] = entries;
  const pairs = Array.from({ length: 64 }, (_, i): [number, number] => [i >> 3, i & 7]);
  const target = of(0, 5) + of(1, 2);
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
      const sum = new fhe.LookupTable(first).apply(x).add(new fhe.LookupTable(second).apply(y));
      return [sum.greaterEqual(123), sum.equal(target)];
    })
    .compile(pairs);
  assert.equal(circuit.plan.input.codes?.[0]?.kind, "one hot");
  const samples = pairs.filter(([x, y], i) => i % 9 === 0 || (x === 5 && y === 2));
  const wanted = samples.map(([x, y]) => {
    const sum = of(0, x) + of(1, y);
    return [[Number(sum >= 123)], [Number(sum === target)]];
  });
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});

test("wide clear parameters that must travel encrypted stand where the others do", async () => {
  const most = 2 ** 23 - 1;
  const circuit = await fhe
    .compiler(
      [
        ["x", "encrypted"],
        ["limit", "clear"],
      ],
      (x, limit) => x.greater(limit),
    )
    .compile(
      [
        [0, most],
        [most, 0],
      ],
      { inputForm: "numbers" },
    );
  const samples: [number, number][] = [
    [7, 6],
    [6509717, most],
    [1055615, 1055614],
  ];
  const wanted = samples.map(([x, limit]) => [[Number(x > limit)]]);
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});
