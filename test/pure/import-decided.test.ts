// Decisions of servers about recorded models of other libraries, in clear: their own classes, and whether their values are above a limit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import type { ImportedResult } from "../../src/import/model/decide-on-server.js";
import type { ImportedModel } from "../../src/import/model/imported-model.js";
import {
  type QuantizedImport,
  quantizeImported,
} from "../../src/import/model/quantize-imported.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";

const libraries = [
  ["xgboost-1.7.6", importXgboost],
  ["xgboost-3.2.0", importXgboost],
  ["lightgbm-4.7.0", importLightgbm],
  ["onnx", importOnnx],
] as const;

/** Models that are not compiled at all, since what stands before them is a model too. */
const layered = ["network.onnx"];

interface Recorded {
  readonly name: string;
  readonly model: ImportedModel;
  readonly rows: ReturnType<typeof rowsOf>;
}

function* recorded(task: "classifier" | "regressor"): Iterable<Recorded> {
  for (const [library, read] of libraries) {
    for (const one of importedCases(library)) {
      if (layered.includes(one.file)) continue;
      const model = read(importedFile(library, one.file));
      if (model.parts.task !== task) continue;
      // Compiled models take no infinities.
      const rows = rowsOf(one, model.parts).filter((row) =>
        row.every((x) => typeof x === "string" || Math.abs(x) !== Number.POSITIVE_INFINITY),
      );
      if (rows.length > 0) yield { name: `${library} ${one.name}`, model, rows };
    }
  }
}

function decided(one: Recorded, result: ImportedResult) {
  const params = { ...one.model.getParams(), result };
  return quantizeImported(one.model.parts, params, one.rows, one.name);
}

function run({ coded, coding }: QuantizedImport, rows: Recorded["rows"]) {
  return coded.evaluate(coding.quantize(rows));
}

test("every classifier: the class is the library's, and the list begins with it", () => {
  let all = 0;
  let wrong = 0;
  for (const one of recorded("classifier")) {
    const expected = one.model.floatModel.predict(one.rows);
    const single = decided(one, "class");
    const found = single.coding.predictions(run(single, one.rows));
    const differing = found.filter((label, row) => label !== expected[row]).length;
    assert.ok(differing <= Math.max(1, 0.05 * one.rows.length), `${one.name}: ${differing}`);
    const pair = decided(one, { top: 2 });
    for (const [row, list] of pair.coding.topClasses(run(pair, one.rows), "list").entries()) {
      assert.equal(list.length, 2, one.name);
      assert.notEqual(list[0], list[1], one.name);
      assert.equal(list[0], found[row], one.name);
    }
    all += one.rows.length;
    wrong += differing;
  }
  assert.ok(all > 300 && wrong <= 0.01 * all, `${wrong} of ${all}`);
});

/** Votes are no shares, and scores of 0 get none of softmax_zero's. */
const otherOrder = ["onnx svc", "onnx class-three-softmax-zero"];

test("every list of all classes is in the order of the library's shares", () => {
  let lists = 0;
  for (const one of recorded("classifier")) {
    const { classes = [], floatModel } = one.model;
    const shares = floatModel.outputs(one.rows);
    const [, width = 1] = shares.shape;
    if (classes.length !== 3 || width !== 3 || otherOrder.includes(one.name)) continue;
    lists++;
    const list = decided(one, { top: 3 });
    let unordered = 0;
    for (const [row, names] of list.coding.topClasses(run(list, one.rows), "list").entries()) {
      const own = names.map((label) => shares.data[3 * row + classes.indexOf(label)] ?? 0);
      const [first = 0, second = 0, third = 0] = own;
      if (first < second - 0.05 || second < third - 0.05) unordered++;
    }
    assert.ok(unordered <= Math.max(1, 0.05 * one.rows.length), `${one.name}: ${unordered}`);
  }
  assert.ok(lists > 10, `${lists} lists`);
});

/** A limit between the middle two of different values, or below the only one. */
function middleOf(values: Float64Array): number {
  const sorted = Array.from(new Set(values)).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = 0, over = 0] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length > 1 ? (below + over) / 2 : over - 1;
}

test("every regressor: whether its values are above their limits, through what follows the score", () => {
  const links = new Set<string>();
  let wrong = 0;
  let all = 0;
  let severalTargets = 0;
  for (const one of recorded("regressor")) {
    const { shape, data } = one.model.floatModel.outputs(one.rows);
    const [, targets = 1] = shape;
    const limits = Array.from({ length: targets }, (_, k) =>
      middleOf(data.filter((_, i) => i % targets === k)),
    );
    const [first = 0] = limits;
    const found = decided(one, { above: targets === 1 ? first : limits });
    if (targets > 1) severalTargets++;
    const bits = found.coding.predictions(run(found, one.rows));
    const expected = Array.from(data, (value, i) => Number(value > (limits[i % targets] ?? 0)));
    wrong += bits.filter((bit, row) => bit !== expected[row]).length;
    all += bits.length;
    for (const step of one.model.parts.after) if (step.kind === "element") links.add(step.name);
    assert.throws(() => found.coding.scores({ shape: [1, 1], data: Float64Array.of(1) }), {
      code: "bad-argument",
    });
  }
  assert.ok(severalTargets >= 5, `${severalTargets}`);
  assert.ok(all > 700 && wrong <= 0.01 * all, `${wrong} of ${all}`);
  assert.deepEqual(Array.from(links).sort(), ["exp", "log1pexp", "logistic", "signedSquare"]);
});

test("results that a model does not have are refused", () => {
  const load = (library: string, file: string, read: (bytes: Uint8Array) => ImportedModel) => {
    const one = importedCases(library).find((own) => own.file === file);
    assert.ok(one);
    const model = read(importedFile(library, file));
    return { name: file, model, rows: rowsOf(one, model.parts) };
  };
  const poisson = load("lightgbm-4.7.0", "poisson.txt", importLightgbm);
  const pair = load("xgboost-3.2.0", "two-targets.json", importXgboost);
  const iris = load("xgboost-3.2.0", "multiclass.json", importXgboost);
  const cases = [
    [poisson, "class", /result: is "class"\. Pass "scores", or \{ above: t \} with a target t/],
    [poisson, { top: 1 }, /result: is \{"top":1\}\. Pass "scores", or \{ above: t \}/],
    [
      poisson,
      { above: -1 },
      /result: is \{"above":-1\}\. Pass a target that the model can predict/,
    ],
    [poisson, { above: Number.NaN }, /Pass "scores", or \{ above: t \} with a target t/],
    [pair, { above: [1, Number.NaN] }, /Pass "scores", or \{ above: t \} with a target t/],
    [pair, { above: [1] }, /result above: is \[1\]\. Pass a number, or a list of 2, one a target/],
    [iris, { above: 1 }, /result: is \{"above":1\}\. Pass "scores", "class" or \{ top: k \}/],
    [iris, { top: 4 }, /result: is \{"top":4\}\. Pass \{ top: k \} with k from 1 to 3/],
    [iris, { top: 1.5 }, /Pass "scores", "class" or \{ top: k \}/],
  ] as const;
  for (const [one, result, message] of cases) {
    assert.throws(() => decided(one, result), { code: "bad-argument", message });
  }
});

test("several labels a row: above one half is the label itself, through comparisons of the scores", () => {
  for (const library of ["onnx-composed-1.16.0", "onnx-composed-1.20.0"]) {
    for (const { name, file, ...one } of importedCases(library)) {
      if (name !== "several-labels" && name !== "one-vs-rest-labels") continue;
      // Earlier versions divide each label's share by the sum of both of its shares.
      if (library.endsWith("1.16.0") && name === "one-vs-rest-labels") continue;
      const model = importOnnx(importedFile(library, file));
      const found = { name, model, rows: rowsOf({ name, file, ...one }, model.parts) };
      const labels = model.floatModel.predict(found.rows);
      const { coded, coding } = decided(found, { above: [0.5, 0.5] });
      const bits = coding.predictions(coded.evaluate(coding.quantize(found.rows)));
      assert.deepEqual(bits, labels, name);
      const message = /result: is \{"above":1\}\. Pass a target that the model can predict/;
      assert.throws(() => decided(found, { above: 1 }), { code: "bad-argument", message });
    }
  }
});

test("models made of models: the class is the library's where it is that of the greatest score", () => {
  const library = "onnx-composed-1.20.0";
  const due = ["bagging-tree-binary", "boosting-tree", "boosting-stumps-binary", "stacking-trees"];
  const refused = ["bagging-logistic", "one-vs-one-svc", "calibrated-isotonic"];
  for (const { name, file, ...one } of importedCases(library)) {
    if (!due.includes(name) && !refused.includes(name)) continue;
    const model = importOnnx(importedFile(library, file));
    const found = { name, model, rows: rowsOf({ name, file, ...one }, model.parts) };
    if (refused.includes(name)) {
      assert.throws(() => decided(found, "class"), /finds its class by more than its scores/);
      continue;
    }
    const quantized = decided(found, "class");
    const classes = quantized.coding.predictions(run(quantized, found.rows));
    assert.deepEqual(classes, model.floatModel.predict(found.rows), name);
  }
});
