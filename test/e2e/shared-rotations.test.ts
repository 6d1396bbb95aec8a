// Several tables on one encrypted value from one rotation: results, counts, and when it is not done.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Circuit, fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { runEverywhere } from "../support/run-circuit.js";

const numbers = { inputForm: "numbers" } as const;

const pairs = Array.from({ length: 256 }, (_, i): [number, number] => [i >> 4, i & 15]);

function rotationsOf({ plan }: Circuit): [number, number][] {
  return plan.program.instructions.flatMap((one): [number, number][] =>
    one.op === "bootstrap" ? [[one.count, 2 ** one.tablesLog2]] : [],
  );
}

/** Entries far apart, so that no table is a sum of few steps. */
const rough = [
  [0, 9, 1, 8, 2, 7, 3, 6],
  [5, 0, 7, 1, 6, 2, 9, 3],
  [1, 6, 0, 9, 3, 8, 0, 4],
];

test("three tables of one value take one rotation, counted as one everywhere", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      rough.map((entries, i) =>
        fhe.tag(i < 2 ? "first" : "last", () => new fhe.LookupTable(entries).apply(x)),
      ),
    )
    .compile([0, 1, 2, 3, 4, 5, 6, 7], numbers);
  assert.deepEqual(rotationsOf(circuit), [[1, 4]]);
  assert.match(circuit.program, /^lwe\[1\.\.5\] = bootstrap\(.*, tables=4, tablesEach=4, /m);
  const cost = circuit.cost();
  assert.equal(cost.bootstraps, 1);
  assert.equal(cost.keySwitches, 1);
  assert.deepEqual(cost.lookups, [{ bits: 3, count: 1, tables: 4 }]);
  assert.deepEqual(
    cost.sets.map(({ rotations }) => rotations),
    [1],
  );
  assert.match(String(cost), /\nbootstraps +1 \(1 of 3 bits with up to 4 tables\)\n/);
  const counted = circuit.statistics().map(({ tag, bootstraps }) => [tag, bootstraps]);
  assert.deepEqual(counted, [
    ["", 1],
    ["first", 1],
  ]);
  const samples = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [x]);
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    const wanted = samples.map(([x = 0]) => rough.map((entries) => [entries[x]]));
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});

test("all comparisons of one pair take one rotation, in whichever order the pair is named", async () => {
  const circuit = await fhe
    .compiler({ a: "encrypted", b: "encrypted" }, (a, b) => [
      a.less(b),
      a.lessEqual(b),
      a.equal(b),
      a.notEqual(b),
      b.lessEqual(a),
      b.less(a),
    ])
    .compile(pairs, numbers);
  assert.equal(circuit.plan.bootstraps, 1);
  // Differences of 5 bits, read by their sign: the borders of "below" and "above" are the two steps.
  assert.match(circuit.program, /= bootstrap\(.*, bits=4, tables=1, steps=\[0 1\], /);
  assert.equal(circuit.cost().bootstraps, 1);
  const plain = ([a, b]: readonly [number, number]) =>
    [a < b, a <= b, a === b, a !== b, b <= a, b < a].map((is) => [Number(is)]);
  const samples = pairs.filter((_, i) => i % 19 < 2);
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(found, samples.map(plain), runtime);
  }
  for (const pair of pairs) assert.deepEqual(circuit.simulate(...pair), plain(pair).flat());
  await circuit.close();
});

test("functions of a module take one rotation for comparisons of one pair, as single ones do, where the module gets faster", async () => {
  const comparisons = (a: Tracer, b: Tracer): Tracer[] => [a.less(b), a.lessEqual(b), a.equal(b)];
  const wide = Array.from({ length: 64 }, (_, i): [number, number] => [i, (i * 37) % 64]);
  const ends: [number, number][] = [
    [0, 63],
    [63, 0],
  ];
  const parameters = { a: "encrypted", b: "encrypted" } as const;
  const module = await fhe
    .module({
      compare: fhe.function(parameters, comparisons),
      next: fhe.function({ a: "encrypted" }, (a) => a.add(1).mod(64)),
    })
    .compile({ compare: [...wide, ...ends], next: wide.map(([a]) => a) }, { wires: false });
  const alone = await fhe.compiler(parameters, comparisons).compile([...wide, ...ends], numbers);
  assert.equal(alone.plan.bootstraps, 1);
  assert.equal(module.compare.plan.bootstraps, 1);
  for (const [a, b] of [...ends, [5, 5], [31, 32]] as const) {
    const wanted = [a < b, a <= b, a === b].map(Number);
    assert.deepEqual(module.compare.simulate(a, b), wanted);
    assert.deepEqual(await module.compare.encryptRunDecrypt(a, b), wanted);
  }
  assert.equal(await module.next.encryptRunDecrypt(63), 0);
  await module.close();
  await alone.close();
});

test("signs and thresholds of signed values are steps of one table", async () => {
  const samples = Array.from({ length: 32 }, (_, i) => i - 16);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [
      fhe.sign(x),
      x.greater(3),
      x.lessEqual(-9),
      x.equal(2).mul(7),
      x.clip(-1, 2),
    ])
    .compile(samples, numbers);
  assert.equal(circuit.plan.bootstraps, 1);
  for (const [runtime, found] of await runEverywhere(
    circuit,
    samples.map((x) => [x]),
  )) {
    const wanted = samples.map((x) => [
      [Math.sign(x)],
      [Number(x > 3)],
      [Number(x <= -9)],
      [x === 2 ? 7 : 0],
      [Math.min(Math.max(x, -1), 2)],
    ]);
    assert.deepEqual(found, wanted, runtime);
  }
  await circuit.close();
});

test("a wide value is rotated once for each table: sharing would need as many more positions", async () => {
  // Neither steps nor periods: one look-up of all bits each.
  const tables = [29, 31].map(
    (prime) =>
      new fhe.LookupTable(Array.from({ length: 64 }, (_, i) => ((i * 37 + i * i) % prime) % 8)),
  );
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => tables.map((table) => table.apply(x)))
    .compile(
      Array.from({ length: 64 }, (_, i) => i),
      numbers,
    );
  assert.deepEqual(rotationsOf(circuit), [
    [1, 1],
    [1, 1],
  ]);
});

const programs = fc.integer({ min: 1, max: 4 }).chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    /** For each table, its entries, and a weight of the sum that reads all of them. */
    tables: fc.array(
      fc.record({
        entries: fc.oneof(
          fc.array(fc.integer({ min: -6, max: 9 }), {
            minLength: 2 ** bits,
            maxLength: 2 ** bits,
          }),
          // Two steps.
          fc
            .tuple(fc.nat(2 ** bits), fc.nat(2 ** bits), fc.integer({ min: -3, max: 3 }))
            .map(([from, to, height]) =>
              Array.from({ length: 2 ** bits }, (_, i) => (i >= from && i < to ? height : 0)),
            ),
        ),
        weight: fc.integer({ min: -3, max: 3 }),
      }),
      { minLength: 2, maxLength: 6 },
    ),
  }),
);

test("random tables on the elements of a vector, returned, summed, and looked up again", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async ({ bits, tables }) => {
      const size = 2 ** bits;
      const samples = [0, 1].map((first) =>
        Array.from({ length: size }, (_, i) => (i + first) % size),
      );
      const plain = (x: readonly number[]): number[][] => {
        const looked = tables.map(({ entries }) => x.map((value) => entries[value] ?? 0));
        const sums = x.map((_, i) =>
          tables.reduce((sum, { weight }, t) => sum + weight * (looked[t]?.[i] ?? 0), 0),
        );
        return [...looked, sums, looked[0]?.map((value) => (value > 1 ? 1 : 0)) ?? []];
      };
      const circuit = await fhe
        .compiler({ x: "encrypted" }, (x) => {
          const looked = tables.map(({ entries }) =>
            fhe.where(x.greaterEqual(0), new fhe.LookupTable(entries).apply(x), 0),
          );
          const terms = looked.map((own, t) => own.mul(tables[t]?.weight ?? 0));
          const [first = x] = looked;
          return [...looked, terms.reduce((sum, term) => sum.add(term)), first.greater(1)];
        })
        .compile(samples, numbers);
      for (const [runtime, found] of await runEverywhere(
        circuit,
        samples.map((own) => [own]),
      )) {
        assert.deepEqual(found, samples.map(plain), `${runtime}\n${circuit.program}`);
      }
      for (const sample of samples) assert.deepEqual(circuit.simulate(sample), plain(sample));
      assert.ok(circuit.plan.failure.worstLog2 <= -64);
      await circuit.close();
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test("elements with more tables than others", async () => {
  const few = new fhe.LookupTable([0, 9, 1, 8]);
  const many = [
    [3, 9, 0, 7],
    [9, 1, 8, 0],
    [0, 6, 0, 5],
  ].map((entries) => new fhe.LookupTable(entries));
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [
      few.apply(x),
      ...many.map((table) => table.apply(fhe.matmul([[0, 1, 0]], x))),
    ])
    .compile(
      [
        [0, 1, 2],
        [3, 3, 3],
        [1, 2, 0],
        [0, 0, 1],
      ],
      numbers,
    );
  assert.deepEqual(rotationsOf(circuit), [
    [2, 1],
    [1, 4],
  ]);
  const samples = [
    [3, 0, 1],
    [1, 3, 2],
  ].map((own) => [own]);
  for (const [runtime, found] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(
      found,
      [
        [[8, 0, 9], [3], [9], [0]],
        [[9, 8, 1], [7], [0], [5]],
      ],
      runtime,
    );
  }
  await circuit.close();
});

test("all bits of a value: one rotation of one bit each, of unsigned and of signed values", async () => {
  for (const first of [0, -32]) {
    const samples = Array.from({ length: 64 }, (_, i) => first + i);
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (x) => [
        ...[0, 1, 2, 3, 4, 5].map((bit) => fhe.bits(x).at(bit)),
        x.rightShift(2).mod(2).mul(-3),
        fhe.square(x.floorDivide(8)),
      ])
      .compile(samples, numbers);
    const plain = (x: number) => [
      ...[0, 1, 2, 3, 4, 5].map((bit) => (x >> bit) & 1),
      ((x >> 2) & 1) * -3 + 0,
      (x >> 3) ** 2,
    ];
    const ofOneBit = circuit.plan.program.instructions.filter(
      (one) => one.op === "bootstrap" && one.precision === 0,
    );
    assert.equal(ofOneBit.length, 6);
    for (const x of samples) assert.deepEqual([circuit.simulate(x)].flat(), plain(x));
    const some = samples.filter((_, i) => i % 9 === 0);
    for (const [runtime, found] of await runEverywhere(
      circuit,
      some.map((x) => [x]),
    )) {
      assert.deepEqual(
        found,
        some.map((x) => plain(x).map((value) => [value])),
        runtime,
      );
    }
    await circuit.close();
  }
});

test("five thresholds of one value are looked up at once rather than each in narrow parts", async () => {
  const places = [5, 20, 33, 47, 60];
  const samples = Array.from({ length: 64 }, (_, i) => i);
  const compile = (thresholds: readonly number[]) =>
    fhe
      .compiler({ x: "encrypted" }, (x) => thresholds.map((place) => x.greater(place)))
      .compile(samples, numbers);
  const [one, all] = [await compile([5]), await compile(places)];
  assert.equal(all.plan.bootstraps, 1);
  // Alone, a threshold is faster in parts.
  assert.ok(one.plan.bootstraps > 1 && one.plan.bootstrapMs < all.plan.bootstrapMs);
  const some = samples.filter((x) => x % 7 === 5 || places.includes(x));
  const plain = (x: number) => places.map((place) => [Number(x > place)]);
  for (const [runtime, found] of await runEverywhere(
    all,
    some.map((x) => [x]),
  )) {
    assert.deepEqual(found, some.map(plain), runtime);
  }
  for (const x of samples) assert.deepEqual([all.simulate(x)].flat(), plain(x).flat());
  await Promise.all([one.close(), all.close()]);
});
