// Model files on the command line, from the file that a library saved to predictions of answers.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { LogisticRegression, Pipeline, StandardScaler } from "../../src/index.js";
import { commandLine } from "../support/command-line.js";
import { importedCases, importedFile } from "../support/imported-cases.js";

const { folder, done, refused, write } = commandLine();
const engine = ["--runtime", "wasm", "--threads", "1"];
const cure = "See velum COMMAND --help";

/** A recorded model and its rows, as files. */
function prepare(library: string, file: string) {
  const found = importedCases(library).find((one) => one.file === file);
  assert.ok(found, file);
  writeFileSync(`${folder}/${file}`, importedFile(library, file));
  return found;
}

/** Compile, keys, three rows there and back. */
function predict(model: string, rows: string, ...options: string[]): string {
  const text = done("compile", model, "--inputset", rows, "-o", "out", ...engine, ...options);
  assert.match(text, /wrote out\/client\.zip and out\/server\.zip\n$/);
  const keys = done("keygen", "out/client.zip", "-o", "out").includes("evaluation.keys");
  const secret = ["out/client.zip", "--key", "out/client.key"];
  done("encrypt", ...secret, "-o", "requests", "--batch", rows);
  const requests = ["requests/0", "requests/1", "requests/2"];
  const keyed = keys ? ["--keys", "out/evaluation.keys"] : [];
  done("run", "out/server.zip", ...requests, "-o", "answers", ...engine, ...keyed);
  const answers = ["answers/0.answer", "answers/1.answer", "answers/2.answer"];
  return done("decrypt", ...secret, ...answers);
}

test("boosted trees of XGBoost, rows as a table with commas", () => {
  const { X, predict: expected } = prepare("xgboost-3.2.0", "multiclass.json");
  const lines = X.map((row) => row.map((cell) => (cell === "NaN" ? "" : cell)).join(","));
  write("rows.csv", `a,b,c,d\n${lines.join("\n")}\n`);
  assert.equal(predict("multiclass.json", "rows.csv"), `${expected?.slice(0, 3).join("\n")}\n`);
  const show = (what: string) =>
    JSON.parse(
      done(
        ...["decrypt", "out/client.zip", "--key", "out/client.key"],
        ...["answers/0.answer", "--show", what],
      ),
    );
  const shares: number[] = show("probabilities");
  assert.equal(shares.indexOf(Math.max(...shares)), expected?.[0]);
  assert.equal(show("integers").length, 3);
  assert.equal(show("scores").length, 3);
  const cost = ["cost", "multiclass.json", "--inputset", "rows.csv", "--batch", "4", ...engine];
  assert.match(done(...cost), /^lane +decision\n[\s\S]*\n4 requests /);
  assert.match(done("cost", "out/server.zip"), /^lane +decision\n[\s\S]*\n16 requests /);

  const secret = ["out/client.zip", "--key", "out/client.key"];
  done("encrypt", ...secret, "-o", "one", JSON.stringify(X[0]).replaceAll('"NaN"', "null"));
  done("run", "out/server.zip", "one", "-o", "one-out", ...engine);
  assert.equal(done("decrypt", ...secret, "one-out/one.answer"), `${expected?.[0]}\n`);
  refused(
    1,
    "X: its shape is (1, 2), the model takes rows of 4 columns. Pass one row a sample, with the columns of all inputs side by side",
    ...["encrypt", ...secret, "-o", "x", "[1, 2]"],
  );
  refused(
    2,
    `--show: is "odds", and may be prediction, classes, probabilities, scores, integers. ${cure}`,
    ...["decrypt", ...secret, "answers/0.answer", "--show", "odds"],
  );
});

test("a model with several targets: one line an answer, a number a target", () => {
  const { X, outputs } = prepare("xgboost-3.2.0", "two-targets.json");
  write("rows.json", JSON.stringify(X).replaceAll('"NaN"', "null"));
  const lines = predict("two-targets.json", "rows.json", "--n-bits", "leaves=24")
    .trim()
    .split("\n");
  for (const [row, line] of lines.entries()) {
    const targets: number[] = JSON.parse(line);
    assert.equal(targets.length, 2);
    for (const [k, target] of targets.entries()) {
      assert.ok(Math.abs(target - Number(outputs?.[row]?.[k])) < 1e-5, line);
    }
  }
  const limits = [1.26, 6];
  const words = ["--result", `above=${limits}`];
  const due = outputs
    ?.slice(0, 3)
    .map((row) => row.map((x, k) => Number(Number(x) > (limits[k] ?? 0))));
  assert.equal(
    predict("two-targets.json", "rows.json", ...words),
    `${due?.map((bits) => JSON.stringify(bits)).join("\n")}\n`,
  );
  refused(
    1,
    "ImportedModel.compile result above: is [1,2,3]. Pass a number, or a list of 2, one a target",
    ...["compile", "two-targets.json", "--inputset", "rows.json", "-o", "x"],
    ...["--result", "above=1,2,3"],
  );
});

test("LightGBM, and settings of the model", () => {
  const { X, predict: expected } = prepare("lightgbm-4.7.0", "binary.txt");
  const finite = X.filter((row) =>
    row.every((cell) => cell !== "Infinity" && cell !== "-Infinity"),
  );
  write("rows.json", JSON.stringify(finite).replaceAll('"NaN"', "null"));
  assert.ok(expected?.[0] !== undefined);
  const words = ["--n-bits", "features=8,leaves=10", "--upload-form", "packed"];
  assert.match(predict("binary.txt", "rows.json", ...words), /^[01]\n[01]\n[01]\n$/);
  refused(
    2,
    `--n-bits: is "depth", and may be features, leaves, sums, inputs, weights. ${cure}`,
    ...["compile", "binary.txt", "--inputset", "rows.json", "-o", "x", "--n-bits", "depth=3"],
  );
});

test("decisions of the server: a list of classes, and whether a value is above a limit", () => {
  const { X, predict: classes } = prepare("onnx", "tree-binary.onnx");
  write("cells.json", JSON.stringify(X));
  assert.ok(classes !== null);
  const words = ["--result", "top=2"];
  assert.equal(
    predict("tree-binary.onnx", "cells.json", ...words),
    `${classes.slice(0, 3).join("\n")}\n`,
  );
  const secret = ["out/client.zip", "--key", "out/client.key", "answers/0.answer"];
  const list: number[] = JSON.parse(done("decrypt", ...secret, "--show", "classes"));
  assert.equal(list.length, 2);
  assert.equal(list[0], classes[0]);
  const kept = `scores: scores do not leave the server: the model returns a decision about them only. Use predict, or compile with result "scores"`;
  refused(1, kept, ...["decrypt", ...secret, "--show", "scores"]);
  refused(
    2,
    `--result: is "below", and may be top, above. ${cure}`,
    ...[
      "compile",
      "tree-binary.onnx",
      "--inputset",
      "cells.json",
      "-o",
      "x",
      "--result",
      "below=1",
    ],
  );

  const poisson = prepare("lightgbm-4.7.0", "poisson.txt");
  write("counts.json", JSON.stringify(poisson.X).replaceAll('"NaN"', "null"));
  const cost = ["cost", "poisson.txt", "--inputset", "counts.json", ...engine];
  const [scores, bits] = [done(...cost), done(...cost, "--result", "above=1.06")];
  assert.notEqual(scores, bits);
});

test("a pipeline that dump wrote, without evaluation keys", () => {
  const X = [
    [0, 1],
    [1, 3],
    [4, 2],
    [5, 0],
  ];
  const model = new Pipeline([new StandardScaler()], new LogisticRegression());
  writeFileSync(`${folder}/fitted.zip`, model.fit(X, [0, 0, 1, 1]).dump());
  write("train.json", JSON.stringify(X));
  assert.equal(predict("fitted.zip", "train.json", "--max-key-bytes", "0"), "0\n0\n1\n");
  refused(
    2,
    `--result: is for imported models, and fitted.zip is fitted with its own. ${cure}`,
    ...["compile", "fitted.zip", "--inputset", "train.json", "-o", "x", "--result", "class"],
  );
});

test("files and rows that are no model's", () => {
  write("rows.csv", "1,2\n3\n");
  write("notes.txt", "hello");
  write("model.pkl", "\u0080\u0004");
  const compile = (...words: string[]) => ["compile", ...words, "-o", "x"];
  refused(
    1,
    "notes.txt: is neither a program (.mjs, .js, .ts) nor a model file. Give a model of XGBoost (.json, .ubj), LightGBM (.txt), ONNX (.onnx), or one that dump wrote",
    ...compile("notes.txt", "--inputset", "rows.csv"),
  );
  writeFileSync(`${folder}/model.pkl`, Uint8Array.of(0x80, 4, 0x95));
  refused(
    1,
    "model.pkl: is a Python pickle, and no model that can be compiled. Export the model with skl2onnx, or save it with its library's own save_model",
    ...compile("model.pkl", "--inputset", "rows.csv"),
  );
  refused(
    2,
    `--inputset: is missing: rows like those that the model will see. ${cure}`,
    ...compile("multiclass.json"),
  );
  refused(
    1,
    "rows.csv: row 1 has 1 cells, and the first 2. Write one row a line, with commas between its cells",
    ...compile("multiclass.json", "--inputset", "rows.csv"),
  );
  refused(
    1,
    "server file: is a client file. Pass the server file of the same circuit",
    ...["cost", "out/client.zip"],
  );
});
