import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/index.js";
import { wrongShare } from "../../src/plan/bootstrap/rounding-share.js";
import {
  extractionVariance,
  freshSourceVariance,
} from "../../src/plan/parameters/noise-prediction.js";
import { log2Failure, tailQuantile } from "../../src/security/failure.js";
import { clopperPearson } from "../support/clopper-pearson.js";
import { switchVariance } from "../support/switch-variance.js";

const numbers = { inputForm: "numbers" } as const;
const remainder = (value: number, step: number): number => value - Math.floor(value / step) * step;
const nearest = (value: number, step: number): number => Math.floor(value / step + 1 / 2) * step;

/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

const programs = fc.record({
  bits: fc.integer({ min: 6, max: 16 }),
  kept: fc.integer({ min: 2, max: 5 }),
  signed: fc.boolean(),
  band: fc.constantFrom(3 / 8, 3 / 8, 1 / 4, 1 / 8),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  entries: fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 40, maxLength: 40 }),
  follows: fc.constantFrom("nothing", "table", "relu", "table of each element", "sum"),
});

test("random programs: exact outside the band, one step off at most inside, simulation exact", async () => {
  const property = fc.asyncProperty(programs, async (drawn) => {
    const { kept, signed, band, seed, entries, follows } = drawn;
    // A sum of eight is three bits wider, and as an output must be exact to the last one.
    const bits = follows === "sum" ? Math.min(drawn.bits, 12) : drawn.bits;
    const lsbs = Math.max(2, bits - kept);
    const step = 2 ** lsbs;
    const min = signed ? -(2 ** (bits - 1)) : 0;
    const max = min + 2 ** bits - 1;
    // Accumulators: 8 sums of two inputs each.
    const low = Math.floor(min / 4);
    const high = Math.floor(max / 4);
    const small = (i: number): number => (seed * (i + 1) * 7919) % (high - low + 1);
    const x = Array.from({ length: 16 }, (_, i) => (i < 4 ? (i < 2 ? low : high) : low + small(i)));
    const matrix = Array.from({ length: 8 }, (_, row) =>
      Array.from({ length: 16 }, (_, i) => (i >> 1 === row ? 1 + 2 * (i & 1) : 0)),
    );
    const sums = matrix.map((row) => row.reduce((sum, w, i) => sum + w * (x[i] ?? 0), 0));
    const entry = (block: number, i: number): number => entries[(block + 20 + i) % 40] ?? 0;
    const after = (value: number, i: number): number => {
      if (follows === "relu") return Math.max(0, value);
      if (follows === "table") return entry(value / step, 0);
      if (follows === "table of each element") return entry(value / step, i & 1);
      return value;
    };
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (v) => {
        const rounded = fhe.roundBitPattern(fhe.matmul(matrix, v), lsbs, true, "approximate");
        if (follows === "sum") return rounded.sum();
        if (follows === "relu") return fhe.relu(rounded);
        if (follows === "nothing") return rounded;
        const odd = follows === "table" ? [0] : [0, 1, 0, 1, 0, 1, 0, 1];
        return fhe.multivariate((value, i) => entry(Math.floor(value / step), i))(rounded, odd);
      })
      .compile([x, x.map(() => low), x.map(() => high)], { ...numbers, roundingBand: band });
    const exact = sums.map((sum, i) => after(nearest(sum, step), i));
    const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    assert.deepEqual(circuit.simulate(x), follows === "sum" ? total(exact) : exact);
    const ways = sums.map((sum, i) => {
      const distance = Math.abs(remainder(sum, step) - step / 2 + 1 / 2);
      const other = nearest(sum, step) + (remainder(sum, step) < step / 2 ? step : -step);
      return distance < band * step ? [exact[i], after(other, i)] : [exact[i]];
    });
    const found = await circuit.encryptRunDecrypt(x);
    const told = `${JSON.stringify(drawn)}\n${circuit}\n${circuit.program}`;
    if (follows === "sum") {
      const least = ways.reduce((sum, own) => sum + Math.min(...own.map((v = 0) => v)), 0);
      const most = ways.reduce((sum, own) => sum + Math.max(...own.map((v = 0) => v)), 0);
      assert.ok(Number(found) >= least && Number(found) <= most, told);
      assert.equal(remainder(Number(found), step), 0, told);
    } else {
      const list = Array.isArray(found) ? found : [];
      assert.equal(list.length, 8);
      for (const [i, value] of list.entries()) {
        assert.ok(
          typeof value === "number" && ways[i]?.includes(value),
          `${value} of ${ways[i]}\n${told}`,
        );
      }
    }
    await circuit.close();
  });
  await fc.assert(property, { numRuns: 5 * times, endOnFailure: true });
});

test("a 16-bit sum to 6 bits, with what follows, is one look-up", async () => {
  const lsbs = new fhe.AutoRounder(6);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      fhe.relu(fhe.roundBitPattern(x.mul(129), lsbs)).floorDivide(1024),
    )
    .compile([-254, 1, 254], { ...numbers, roundingExactness: "approximate" });
  assert.equal(circuit.graph.node(2).output.type.bits, 16);
  assert.deepEqual(circuit.cost().lookups, [{ bits: 6, count: 1 }]);
  const [rounding] = circuit.plan.roundings ?? [];
  assert.deepEqual(rounding?.band, { from: 128, to: 895 });
  assert.equal(rounding?.step, 1024);
  assert.match(
    String(circuit.cost()),
    /1 to multiples of 1024: remainders 128 to 895 go either way, [23]\.\d % of evenly spread values wrong/,
  );
  // 127 * 129 = 15 * 1024 + 1023.
  assert.equal(await circuit.encryptRunDecrypt(127), 16);
  assert.equal(await circuit.encryptRunDecrypt(-127), 0);
  await circuit.close();
});

test("sums of 20 bits, and sums with clear parameters", async () => {
  const wide = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      fhe.relu(fhe.roundBitPattern(x, 14, true, "approximate")).floorDivide(2 ** 14),
    )
    .compile([-(2 ** 19), 2 ** 19 - 1], numbers);
  assert.deepEqual(wide.cost().lookups, [{ bits: 6, count: 1 }]);
  assert.equal(await wide.encryptRunDecrypt(5 * 2 ** 14 + 2047), 5);
  assert.equal(await wide.encryptRunDecrypt(5 * 2 ** 14 - 2048), 5);
  await wide.close();
  const shifted = await fhe
    .compiler({ x: "encrypted", w: "clear" }, (x, w) => [
      fhe.relu(fhe.roundBitPattern(x.add(w), 4, true, "approximate")),
      x.add(fhe.roundBitPattern(w, 4, true, "approximate")),
    ])
    .compile(
      [
        [-128, -128],
        [127, 127],
      ],
      numbers,
    );
  // The sums are 33, -32 and 143: next to multiples. Clear values are rounded in clear.
  for (const [x, w] of [
    [100, -67],
    [-33, 1],
    [24, 119],
  ] as const) {
    const wanted = [Math.max(0, nearest(x + w, 16)), x + nearest(w, 16)];
    assert.deepEqual(await shifted.encryptRunDecrypt(x, w), wanted);
    assert.deepEqual(shifted.simulate(x, w), wanted);
  }
  await shifted.close();
});

test("values come out wrong as often as the plan says, by their distance from the tie", async (t) => {
  // So careless that errors can be counted: 1 % fail next to the band. 64 of each distance 1/2, 3/2, ... 15/2.
  const samples = Array.from({ length: 128 }, (_, i) => 24 + i);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.roundBitPattern(x, 4, true, "approximate"))
    .compile([samples, samples.map(() => 0), samples.map(() => 255)], { ...numbers, pError: 0.01 });
  const [rounding] = circuit.plan.roundings ?? [];
  assert.ok(rounding);
  const wrong = new Array<number>(8).fill(0);
  const runs = 6;
  for (let run = 0; run < runs; run++) {
    const found = await circuit.encryptRunDecrypt(samples);
    assert.ok(Array.isArray(found));
    for (const [i, value] of found.entries()) {
      const sample = samples[i] ?? 0;
      const off = Math.abs(Number(value) - nearest(sample, 16));
      assert.ok(off === 0 || off === 16, `${sample} gave ${value}`);
      const distance = Math.floor(Math.abs(remainder(sample, 16) - 7.5));
      if (off > 0) wrong[distance] = (wrong[distance] ?? 0) + 1;
    }
  }
  await circuit.close();
  // Nine rates are compared: one of them differs by chance once in 10^8 runs.
  const confidence = 1 - 1e-9;
  const agrees = (count: number, trials: number, predicted: number, what: string): void => {
    const [low, high] = clopperPearson(count, trials, confidence);
    const found = `${what}: ${count} of ${trials}, ${low.toFixed(4)} to ${high.toFixed(4)}`;
    t.diagnostic(`${found}, predicted ${predicted.toFixed(4)}`);
    assert.ok(low <= predicted && predicted <= high, found);
  };
  // The failure probability counts errors to both sides; one of them leads across the tie.
  const deviation = 6.5 / tailQuantile(rounding.failureLog2);
  for (const [distance, count] of wrong.entries()) {
    const predicted = 2 ** log2Failure(distance + 1 / 2, deviation ** 2) / 2;
    agrees(count, (runs * samples.length) / 8, predicted, `${distance + 1 / 2} from a tie`);
  }
  const all = wrong.reduce((a, b) => a + b, 0);
  assert.ok(rounding.offShare > 0.05);
  agrees(all, runs * samples.length, rounding.offShare, "all");
});

test("failure probability and share of errors, worked out by hand", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.roundBitPattern(x, 4, true, "approximate"))
    .compile([0, 255], numbers);
  const { parameters, roundings = [], program } = circuit.plan;
  const { glwe, bootstraps } = parameters;
  const [rounding] = roundings;
  const step = program.instructions.find(({ op }) => op === "bootstrap");
  assert.ok(step?.op === "bootstrap" && rounding);
  const bootstrap = bootstraps[step.set];
  assert.ok(bootstrap);
  const variance =
    freshSourceVariance(glwe, circuit.plan.input.bodyBits) +
    extractionVariance(glwe) +
    switchVariance(glwe, bootstrap, step);
  // 8 bits and the one above them are 2^-9 of the torus a unit; 6.5 units lie between the tie and what must be right.
  assert.ok(Math.abs(rounding.failureLog2 - log2Failure(6.5 * 2 ** -9, variance)) < 1e-6);
  assert.ok(rounding.failureLog2 <= -64);
  assert.ok(circuit.plan.failure.worstLog2 >= rounding.failureLog2);
  assert.ok(Math.abs(rounding.offShare - wrongShare(Math.sqrt(variance) * 2 ** 9, 16)) < 1e-9);
  await circuit.close();
});

test("a narrower band costs more; exact where the program says so; wrong options are named", async () => {
  const compiler = (exactness: "exact" | "approximate" | null) =>
    fhe.compiler({ x: "encrypted" }, (x) => fhe.roundBitPattern(x, 6, true, exactness));
  const sizes: [number, number | undefined][] = [];
  for (const roundingBand of [3 / 8, 1 / 4]) {
    const circuit = await compiler("approximate").compile([0, 1023], { ...numbers, roundingBand });
    const extension = circuit.plan.program.instructions.find(({ op }) => op === "bootstrap");
    assert.ok(extension?.op === "bootstrap");
    sizes.push([extension.extensionLog2, circuit.plan.roundings?.[0]?.band.from]);
    await circuit.close();
  }
  assert.deepEqual(
    sizes.map(([, from]) => from),
    [8, 16],
  );
  assert.ok((sizes[1]?.[0] ?? 0) > (sizes[0]?.[0] ?? 0));
  const byDefault = { ...numbers, roundingExactness: "approximate" } as const;
  for (const [exactness, rough] of [
    ["exact", false],
    ["approximate", true],
    [null, true],
  ] as const) {
    const circuit = await compiler(exactness).compile([0, 1023], byDefault);
    assert.equal(circuit.plan.roundings !== undefined, rough);
    await circuit.close();
  }
  await assert.rejects(compiler(null).compile([0, 1023], { roundingBand: 0.5 }), {
    message:
      "roundingBand: is 0.5, and may be a number from 0 to below 1/2. Leave it away for the default",
  });
});
