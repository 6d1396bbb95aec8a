// Histograms of boosting: sorted columns, sums by bin, the other child by subtraction, and trees that do not depend on how many are kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NumpyRandom } from "../../src/models/numpy-random.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { binColumns } from "../../src/models/trees/boosting/binned-columns.js";
import { FeatureSampler } from "../../src/models/trees/boosting/feature-sampler.js";
import { growHgb } from "../../src/models/trees/boosting/grow-hgb.js";
import { growXgb } from "../../src/models/trees/boosting/grow-xgb.js";
import { hgbDefaults } from "../../src/models/trees/boosting/hgb-params.js";
import { type BinWidth, HistogramBuilder } from "../../src/models/trees/boosting/histogram.js";
import { sortedFloat32 } from "../../src/models/trees/boosting/sort-float32.js";
import { xgbDefaults } from "../../src/models/trees/boosting/xgb-params.js";

const rows = 300;
const features = 6;
const random = new NumpyRandom(5);
const columns = new Float32Array(rows * features).map((_, i) =>
  i % 17 === 0 ? Number.NaN : random.randint(20),
);
const edges = Array.from({ length: features }, () =>
  Float32Array.from({ length: 20 }, (_, k) => k + 1),
);
const data = binColumns(columns, rows, edges, new Int32Array(features).fill(19), "above");
// Eighths, so that sums are exact in any order.
const derivatives = {
  gradient: new Float32Array(rows).map(() => (random.randint(17) - 8) / 8),
  hessian: new Float32Array(rows).fill(0.25),
};
const all = () => new Int32Array(rows).map((_, i) => i);

test("sorting single-precision numbers: as sort does, without NaN", () => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 200 }), (values) => {
      const present = values.filter((value) => !Number.isNaN(value)).sort();
      assert.deepEqual(sortedFloat32(values), present);
    }),
  );
});

test("a histogram holds each feature's sums by bin, missing values last", () => {
  for (const width of [2, 3] as const satisfies readonly BinWidth[]) {
    const builder = new HistogramBuilder(data, width);
    const chosen = Int32Array.from({ length: features }, (_, j) => j);
    const histogram = builder.build(all(), 40, 250, derivatives, chosen);
    const expected = new Float64Array(histogram.length);
    for (let j = 0; j < features; j++) {
      for (let row = 40; row < 250; row++) {
        const value = columns[j * rows + row] ?? 0;
        const bin = (data.offsets[j] ?? 0) + (Number.isNaN(value) ? 20 : value);
        const sums = [derivatives.gradient[row] ?? 0, 0.25, 1].slice(0, width);
        sums.forEach((sum, i) => {
          expected[width * bin + i] = (expected[width * bin + i] ?? 0) + sum;
        });
      }
    }
    assert.deepEqual(histogram, expected);
    const part = builder.build(all(), 40, 100, derivatives, chosen);
    const rest = builder.build(all(), 100, 250, derivatives, chosen);
    assert.deepEqual(builder.subtract(histogram, part), rest);
  }
});

test("the trees are the same, however few histograms are kept", () => {
  const least = new Float32Array(features).fill(-1);
  const isCategory = new Uint8Array(features);
  const bins = { data, kind: "edges" as const, values: edges, least, isCategory };
  const shares = { byTree: 1, byLevel: 1, byNode: 1 };
  const xgb = (keptBytes: number) =>
    growXgb(
      {
        bins,
        params: { ...xgbDefaults, maxDepth: 8, minChildWeight: 0 },
        builder: new HistogramBuilder(data, 2, keptBytes),
      },
      derivatives,
      all(),
      new FeatureSampler(features, shares, new SeededRandom(1)),
    );
  const hgb = (keptBytes: number) =>
    growHgb(
      {
        search: {
          ...{ data, binCounts: new Int32Array(features).fill(20), minSamplesLeaf: 3, l2: 0 },
          ...{ isCategory: new Uint8Array(features), directions: new Int8Array(features) },
        },
        features: Int32Array.from({ length: features }, (_, j) => j),
        draw: (from) => from,
        interactions: undefined,
        thresholds: edges.map((own) => Float64Array.from(own.subarray(0, 19))),
        params: { ...hgbDefaults, minSamplesLeaf: 3 },
        builder: new HistogramBuilder(data, 3, keptBytes),
      },
      derivatives,
      all(),
    );
  assert.ok(xgb(2 ** 28).nodes.length > 60);
  assert.ok(hgb(2 ** 28).nodes.length > 50);
  for (const keptBytes of [0, 10_000]) {
    assert.deepEqual(xgb(keptBytes), xgb(2 ** 28));
    assert.deepEqual(hgb(keptBytes), hgb(2 ** 28));
  }
});
