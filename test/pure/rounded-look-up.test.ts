// Approximate roundings without cryptography: errors of every size that they must bear are added to what look-ups read.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toTensor } from "../../src/base/tensor.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { boundsWithErrors } from "../../src/passes/rounding-errors.js";
import { inBandOf } from "../../src/passes/rounding-rule.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import type { RegionProgram } from "../../src/regions/region-program.js";
import type { AutoRounder } from "../../src/trace/auto-rounder.js";
import { roundBitPattern, univariate } from "../../src/trace/lookup-functions.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { record, type Tracer } from "../../src/trace/tracer.js";
import { runRegions } from "../support/run-regions.js";

const round = (value: number, lsbs: number): number =>
  Math.floor(value / 2 ** lsbs + 1 / 2) * 2 ** lsbs;

function compile(fn: (x: Tracer) => Tracer, values: readonly number[], band: number) {
  const samples = [[toTensor([...values])]];
  const traced = traceFunction("f", { x: "encrypted" }, fn, samples[0] ?? []);
  const rule = { exactness: "exact", band } as const;
  const graph = boundsWithErrors(measureBounds(traced, samples), samples, rule);
  const lowered = assignBitWidths(lower(graph, 12, "look-ups", 16, rule));
  return { graph, lowered, regions: linearRegions(lowered), samples };
}

/** The program as it is where noise adds `error` to the arguments of roundings. */
function withError(regions: RegionProgram, error: number): RegionProgram {
  const rounds = new Set(
    regions.steps.flatMap((step) =>
      step.kind === "lookup" && step.inBand !== undefined ? [step.source] : [],
    ),
  );
  const steps = regions.steps.map((step) => {
    if (step.kind !== "affine" || !rounds.has(step.result)) return step;
    return { ...step, map: { ...step.map, constant: step.map.constant.map((c) => c + error) } };
  });
  return { ...regions, steps };
}

const cases = fc.record({
  min: fc.integer({ min: -300, max: 300 }),
  length: fc.integer({ min: 3, max: 400 }),
  lsbs: fc.integer({ min: 2, max: 7 }),
  band: fc.constantFrom(3 / 8, 1 / 4, 1 / 8, 0, 0.49),
  entries: fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 16, maxLength: 16 }),
  plain: fc.boolean(),
});

test("every error below the margin: right outside the band, the next neighbour at most inside", () => {
  let rough = 0;
  const property = fc.property(cases, ({ min, length, lsbs, band, entries, plain }) => {
    const values = Array.from({ length }, (_, i) => min + i);
    const after = (block: number): number =>
      plain ? block * 2 ** lsbs : (entries[((block % 16) + 16) % 16] ?? 0);
    const f = univariate((v) => after(Math.floor(v / 2 ** lsbs)));
    const { graph, lowered, regions, samples } = compile(
      (x) =>
        plain
          ? roundBitPattern(x, lsbs, true, "approximate")
          : f(roundBitPattern(x, lsbs, true, "approximate")),
      values,
      band,
    );
    const [sample = []] = samples;
    const block = (value: number): number => round(value, lsbs) / 2 ** lsbs;
    const exact = values.map((value) => after(block(value)));
    assert.deepEqual(
      evaluateGraph(graph, sample).map(({ data }) => [...data]),
      [exact],
    );
    assert.deepEqual(
      evaluateGraph(lowered, sample).map(({ data }) => [...data]),
      [exact],
    );
    // Arguments of other look-ups may lie between two entries: they are read either way.
    for (const between of ["lower", "upper"] as const)
      assert.deepEqual(runRegions(regions, sample, [], between), [exact]);
    const isRough = regions.steps.some(
      (step) => step.kind === "lookup" && step.inBand !== undefined,
    );
    if (!isRough) return;
    rough++;
    const inBand = inBandOf(lsbs, { band });
    const limit = inBand + 0.49;
    const [first, last] = [block(min), block(min + length - 1)];
    const { bounds } = lowered.node(lowered.outputs[0] ?? 0);
    for (const error of [-limit, -limit / 2, -0.75, 0.75, limit / 3, limit]) {
      if (Math.abs(error) > limit) continue;
      const [found = []] = runRegions(withError(regions, error), sample);
      for (const [i, value] of values.entries()) {
        const rest = value - Math.floor(value / 2 ** lsbs) * 2 ** lsbs;
        const half = 2 ** (lsbs - 1);
        const free = rest >= half - inBand && rest < half + inBand;
        const other = block(value) + (rest < half ? 1 : -1);
        const held = Math.min(Math.max(other, first), last);
        const allowed = free ? [after(block(value)), after(held)] : [after(block(value))];
        assert.ok(
          allowed.includes(found[i] ?? NaN),
          `${value} + ${error}: ${found[i]} of ${allowed}`,
        );
        assert.ok(bounds && (found[i] ?? NaN) >= bounds.min && (found[i] ?? NaN) <= bounds.max);
      }
    }
  });
  fc.assert(property, { numRuns: 150 });
  assert.ok(rough > 40, `${rough} of 150 were looked up as approximate roundings`);
});

test("how many values lie in the band", () => {
  const counts = (band: number): number[] => [2, 3, 4, 8].map((lsbs) => inBandOf(lsbs, { band }));
  assert.deepEqual(counts(3 / 8), [1, 3, 6, 96]);
  assert.deepEqual(counts(1 / 4), [1, 2, 4, 64]);
  assert.deepEqual(counts(0), [0, 0, 0, 0]);
  // At distances of 1/2, 3/2, … of a unit from the tie; never all that a block holds.
  assert.deepEqual(counts(0.3), [1, 2, 5, 77]);
  assert.deepEqual(counts(0.49), [1, 3, 7, 125]);
});

test("one look-up of the bits that are kept, and of no more where the range ends with half a step", () => {
  const lookups = (fn: (x: Tracer) => Tracer, min: number, max: number): number[] =>
    compile(fn, [min, max], 3 / 8).regions.steps.flatMap((step) =>
      step.kind === "lookup" ? [step.precision] : [],
    );
  const steps = univariate((v) => Math.floor(v / 16) ** 2 % 13);
  const rough = (lsbs: number | AutoRounder) => (x: Tracer) =>
    steps(roundBitPattern(x, lsbs, true, "approximate"));
  // 256 is rounded to as well: 17 results.
  assert.deepEqual(lookups(rough(4), 0, 255), [4]);
  assert.deepEqual(lookups(rough(4), -128, 127), [4]);
  assert.deepEqual(lookups(rough(10), -32768, 32767), [6]);
  assert.deepEqual(lookups(rough(10), 0, 65535), [6]);
  // 18 results.
  assert.deepEqual(lookups(rough(4), 0, 271), [5]);
  // The function goes on in the same look-up.
  const relu = (x: Tracer): Tracer =>
    record("maximum", [roundBitPattern(x, 8, true, "approximate"), 0]).add(1);
  assert.deepEqual(lookups(relu, -2048, 2047), [4]);
});

test("one look-up for tables whose ends differ, and with linear operations between", () => {
  const halves = (x: Tracer): Tracer =>
    roundBitPattern(x, 4, true, "approximate").add([0, 16]).neg().floorDivide([16, 32]);
  const { regions } = compile(halves, [0, 255], 3 / 8);
  const [step, ...others] = regions.steps.filter(({ kind }) => kind === "lookup");
  assert.ok(step?.kind === "lookup" && others.length === 0);
  assert.deepEqual([step.precision, step.inBand], [4, 6]);
  assert.deepEqual(
    step.tables.map(({ addend }) => addend),
    [-8, -5],
  );
  for (const values of [
    [0, 255],
    [255, 0],
    [40, 100],
  ]) {
    const wanted = values.map((value, i) =>
      Math.floor((0 - round(value, 4) - 16 * i) / (16 + 16 * i)),
    );
    assert.deepEqual(runRegions(regions, [toTensor(values)]), [wanted]);
  }
});

test("a rounding that several results need is looked up once, and its results exactly", () => {
  const samples = [[toTensor([0, 100, 255])]];
  const fn = (x: Tracer): Tracer[] => {
    const rounded = roundBitPattern(x, 4, true, "approximate");
    const block = (v: number): number => Math.floor(v / 16);
    return [univariate((v) => block(v) ** 2)(rounded), univariate((v) => block(v) % 2)(rounded)];
  };
  const traced = traceFunction("f", { x: "encrypted" }, fn, samples[0] ?? []);
  const regions = linearRegions(
    assignBitWidths(lower(measureBounds(traced, samples), 12, "look-ups", 16)),
  );
  const lookups = regions.steps.filter((step) => step.kind === "lookup");
  assert.deepEqual(
    lookups.map(({ inBand }) => inBand),
    [6, undefined, undefined],
  );
  // 17 results each, in 4 bits.
  assert.ok(lookups.every(({ precision }) => precision === 4));
  assert.deepEqual(runRegions(regions, [toTensor([0, 100, 255])]), [
    [0, 36, 256],
    [0, 0, 0],
  ]);
});

test("ranges leave room for errors where roundings are added, not where the graph is printed", () => {
  const samples = [[toTensor([7, 8])]];
  const traced = traceFunction(
    "f",
    { x: "encrypted" },
    (x) => roundBitPattern(x, 4, true, "approximate").sum(),
    samples[0] ?? [],
  );
  const measured = measureBounds(traced, samples);
  const loose = boundsWithErrors(measured, samples, { exactness: "exact", band: 3 / 8 });
  const [output = 0] = measured.outputs;
  assert.deepEqual(measured.node(output).bounds, { min: 16, max: 16 });
  assert.deepEqual(loose.node(output).bounds, { min: 0, max: 32 });
  // Results of the rounding itself stay between those of the smallest and the largest value.
  assert.deepEqual(loose.node(1).bounds, { min: 0, max: 16 });
  const exact = measureBounds(
    traceFunction("f", { x: "encrypted" }, (x) => roundBitPattern(x, 4).sum(), samples[0] ?? []),
    samples,
  );
  assert.equal(boundsWithErrors(exact, samples, { exactness: "exact", band: 3 / 8 }), exact);
  const byDefault = boundsWithErrors(exact, samples, { exactness: "approximate", band: 3 / 8 });
  assert.deepEqual(byDefault.node(output).bounds, { min: 0, max: 32 });
});
