// Every recorded model of the other libraries, quantized: how far it is from the float model, and whether the client's side survives
// its JSON form.
import assert from "node:assert/strict";
import { test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import { ImportedCoding } from "../../src/import/client/imported-coding.js";
import { partsJson, readParts } from "../../src/import/model/imported-json.js";
import type { ImportedModel } from "../../src/import/model/imported-model.js";
import { importedDefaults } from "../../src/import/model/imported-params.js";
import { reportOf } from "../../src/import/model/quantization-report.js";
import { quantizeImported } from "../../src/import/model/quantize-imported.js";
import { SourceModel } from "../../src/import/model/source-model.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import type { ImportedParts } from "../../src/import/steps/imported-parts.js";
import type { Label } from "../../src/import/steps/steps.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";

const libraries = [
  { library: "xgboost-1.7.6", read: importXgboost },
  { library: "xgboost-3.2.0", read: importXgboost },
  { library: "lightgbm-3.3.5", read: importLightgbm },
  { library: "lightgbm-4.7.0", read: importLightgbm },
  { library: "onnx", read: importOnnx },
  { library: "onnx-composed-1.16.0", read: importOnnx },
  { library: "onnx-composed-1.20.0", read: importOnnx },
];
/** Their first part is a model; compile refuses them. */
const inClearAlone: readonly string[] = ["network", "stacking-logistic", "stacking-mixed"];
/** Evidence of single columns is cut, so that raw scores are others; their test is below. */
const cut: readonly string[] = ["naive-bayes-gauss-one-hot"];
const everything = libraries.flatMap(({ library, read }) =>
  importedCases(library)
    .filter(({ name }) => !inClearAlone.includes(name) && !cut.includes(name))
    .map((recorded) => ({ library, recorded, read })),
);

for (const { library, recorded, read } of everything) {
  test(`${library} ${recorded.name}: quantized`, () => {
    const model = read(importedFile(library, recorded.file));
    const rows = rowsOf(recorded, model.parts).filter((row) => isQuantizable(model, row));
    assert.ok(rows.length > 0);
    const bits = model.parts.model.kind === "linear" ? 16 : "thresholds";
    const params = { ...importedDefaults, nBits: bits } as const;
    const { coded, coding } = quantizeImported(model.parts, params, rows, "test");
    const sums = coded.evaluate(coding.quantize(rows));
    const float = model.floatModel.scores(rows);
    const report = reportOf(model.floatModel, float, coding, sums);
    const largest = largestPart(model.parts, float.data);
    assert.ok(
      (report.maxScoreDifference ?? Infinity) <= 2e-3 * largest,
      `${report.maxScoreDifference}`,
    );
    if (report.equalClasses !== undefined) {
      assert.ok(report.equalClasses > 0.97, `${report.equalClasses}`);
    }

    const copy = ImportedCoding.fromJSON(JSON.parse(JSON.stringify(coding)));
    assert.deepEqual(copy.quantize(rows), coding.quantize(rows));
    assert.deepEqual(copy.predictions(sums), coding.predictions(sums));
    assert.deepEqual(copy.reported(sums), coding.reported(sums));
    const again = readParts(JSON.parse(JSON.stringify(partsJson(model.parts))), "test");
    assert.equal(JSON.stringify(partsJson(again)), JSON.stringify(partsJson(model.parts)));
  });
}

/** Rows with infinities stay out: nothing finite stands for them. */
function isQuantizable(model: ImportedModel, row: readonly Label[]): boolean {
  const seen = model.floatModel.features([row]).data;
  const { model: own } = model.parts;
  const gaps = own.kind === "trees" && own.ensemble.rule.missing !== "none";
  return seen.every((value) => Number.isFinite(value) || (gaps && Number.isNaN(value)));
}

/** What rounding of 16 bits is a part of. */
function largestPart({ model }: ImportedParts, scores: Float64Array): number {
  const top = (values: Float64Array) => values.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  if (model.kind === "linear") return top(scores);
  const { trees, divisor } = model.ensemble;
  return (trees.length / divisor) * Math.max(...trees.map(({ values }) => top(values)));
}

test("Gaussian naive Bayes keeps its classes beside columns that never vary within one", () => {
  const recorded = importedCases("onnx").find(({ name }) => cut.includes(name));
  assert.ok(recorded);
  const model = importOnnx(importedFile("onnx", recorded.file));
  const rows = rowsOf(recorded, model.parts);
  for (const nBits of ["thresholds", 6, 16] as const) {
    const { coded, coding } = quantizeImported(
      model.parts,
      { ...importedDefaults, nBits },
      rows,
      "test",
    );
    const sums = coded.evaluate(coding.quantize(rows));
    assert.deepEqual([...coding.predictions(sums)], recorded.predict, `${nBits}`);
    const report = reportOf(model.floatModel, model.floatModel.scores(rows), coding, sums);
    assert.equal(report.equalClasses, 1);
    // Without the cut the weights of other columns vanish beside some 10^4 and more.
    if (nBits === 16) assert.ok((report.maxOutputDifference ?? 1) < 1e-3);
  }
});

test("a leaf of one half is on the side of the limit where it was", () => {
  // Half of the rows of two leaves are of each class.
  const X = Array.from({ length: 40 }, (_, k) => [k % 4, k % 10]);
  const { parts } = importOnnx(importedFile("onnx", "tree-binary.onnx"));
  const { model } = parts;
  assert.ok(model.kind === "trees" && model.ensemble.outputs === 1);
  for (const share of [0.5, 0.25]) {
    const trees = model.ensemble.trees.map((tree) => ({
      ...tree,
      values: tree.values.map((x, node) =>
        (tree.feature[node] ?? 0) < 0 ? (x > 0.5 ? 1 : share) : 0,
      ),
    }));
    const halves: ImportedParts = {
      ...parts,
      model: { ...model, ensemble: { ...model.ensemble, trees } },
    };
    const rows = X.map(([a = 0, b = 0]) => [a + 1, b / 2, b]);
    const { coded, coding } = quantizeImported(halves, importedDefaults, rows, "test");
    const found = coding.predictions(coded.evaluate(coding.quantize(rows)));
    assert.deepEqual(found, new SourceModel(halves).predict(rows));
  }
});

test("models inside of models are not given to clients", () => {
  for (const [library, file, problem] of [
    ["onnx", "network.onnx", /hidden layers of a network, and a client would have to know them/],
    ["onnx-composed-1.20.0", "stacking-logistic.onnx", /hidden layers of a network/],
    ["onnx-composed-1.20.0", "stacking-mixed.onnx", /holds trees/],
  ] as const) {
    const recorded = importedCases(library).find((own) => own.file === file);
    assert.ok(recorded);
    const { parts } = importOnnx(importedFile(library, file));
    const rows = rowsOf(recorded, parts);
    assert.throws(
      () => quantizeImported(parts, importedDefaults, rows, "test"),
      (error) => error instanceof VelumError && problem.test(error.message),
    );
  }
  for (const file of ["stacking-trees.onnx", "stacking-linear.onnx"]) {
    const { before, model } = importOnnx(importedFile("onnx-composed-1.20.0", file)).parts;
    assert.deepEqual(before, []);
    assert.equal(model.kind, file === "stacking-trees.onnx" ? "trees" : "linear");
  }
});

test("affine steps before a linear model fold into its weights", () => {
  for (const file of ["pipeline-pca-logistic.onnx", "linear-regression.onnx"]) {
    const recorded = importedCases("onnx").find((own) => own.file === file);
    assert.ok(recorded);
    const model = importOnnx(importedFile("onnx", file));
    const rows = rowsOf(recorded, model.parts);
    const params = { ...importedDefaults, nBits: 16, foldPreprocessing: true };
    const { coded, coding } = quantizeImported(model.parts, params, rows, "test");
    assert.ok(coding.features.before.length <= model.parts.before.length);
    if (file.startsWith("pipeline")) {
      // What is left replaces missing values.
      assert.ok(coding.features.before.every(({ kind }) => kind !== "linear"));
    }
    const scores = coding.scores(coded.evaluate(coding.quantize(rows)));
    const float = model.floatModel.scores(rows).data;
    scores.data.forEach((score, i) => {
      assert.ok(Math.abs(score - (float[i] ?? 0)) < 5e-3, `${score} ${float[i]}`);
    });
  }
});

test("damaged JSON of the client's side is refused, field by field", () => {
  const recorded = importedCases("onnx").find((own) => own.file === "columns-texts.onnx");
  assert.ok(recorded);
  const model = importOnnx(importedFile("onnx", recorded.file));
  const rows = rowsOf(recorded, model.parts);
  const { coding } = quantizeImported(model.parts, importedDefaults, rows, "test");
  const good: unknown = JSON.parse(JSON.stringify(coding));
  let places = 0;
  for (const damage of [null, -1, "x", [], {}, 1e9]) {
    for (const copy of damagedCopies(good, damage)) {
      places++;
      try {
        const read = ImportedCoding.fromJSON(copy);
        read.predictions({ shape: [1, read.outputs], data: new Float64Array(read.outputs) });
        read.quantize(rows);
      } catch (error) {
        assert.ok(error instanceof VelumError, String(error));
      }
    }
  }
  assert.ok(places > 200);
});

/** Copies of `value` with one node replaced, the first entries of long lists only. */
function* damagedCopies(value: unknown, damage: unknown): Iterable<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, own] of Object.entries(value).slice(0, 12)) {
    const put = (entry: unknown) =>
      Array.isArray(value)
        ? value.map((old: unknown, i) => (String(i) === key ? entry : old))
        : { ...value, [key]: entry };
    yield put(damage);
    for (const copy of damagedCopies(own, damage)) yield put(copy);
  }
}
