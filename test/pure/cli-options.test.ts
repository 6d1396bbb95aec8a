import assert from "node:assert/strict";
import { test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { defaultCompileOptions } from "../../src/circuit/compile-options.js";
import { isUsageError, readArguments } from "../../src/cli/arguments.js";
import { compileCommand } from "../../src/cli/compile.js";
import { compileOptions, compileWords } from "../../src/cli/compile-words.js";
import { costCommand } from "../../src/cli/cost.js";
import { parseCsv } from "../../src/cli/csv.js";
import { modelWords } from "../../src/cli/load-model.js";
import { ownModels } from "../../src/cli/own-models.js";
import { importedDefaults } from "../../src/import/model/imported-params.js";
import * as velum from "../../src/index.js";
import { Estimator } from "../../src/models/estimator.js";

/** What only a program can say. */
const withoutWord = ["onStage"];

/** A value of each kind of option, as it is typed. */
const typed: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  name: ["sums", "sums"],
  failureLog2: ["-40", -40],
  pError: ["1e-6", 1e-6],
  globalPError: ["2^-20", 2 ** -20],
  securityLevel: ["128", 128],
  maxEvaluationKeyBytes: ["0", 0],
  maxUploadBytes: ["1e6", 1e6],
  maxMemoryBytes: ["2e9", 2e9],
  maxRunMs: ["12.5", 12.5],
  machine: ["avx2", "avx2"],
  inputForm: ["numbers", "numbers"],
  bounds: ["intervals", "intervals"],
  roundingExactness: ["approximate", "approximate"],
  roundingBand: [".25", 0.25],
  composable: ["", true],
  protectModel: ["40", { bits: 40 }],
  uploadForm: ["packed", "packed"],
  runtime: ["wasm", "wasm"],
  threads: ["2", 2],
  debugFolder: ["stages", "stages"],
};

test("every compile option has a word, or is known to have none", () => {
  const names = Object.keys(defaultCompileOptions).filter((name) => !withoutWord.includes(name));
  assert.deepEqual(Object.keys(typed).sort(), names.sort());
  const words = Object.entries(compileWords);
  for (const name of names) {
    const [, own] = words.find(([option]) => option === name) ?? [];
    assert.ok(own, name);
    const [text = "", value] = typed[name] ?? [];
    const line = text === "" ? [`--${own.word}`] : [`--${own.word}`, text];
    for (const command of [compileCommand, costCommand]) {
      assert.ok(command.help.includes(`--${own.word}`), own.word);
      const read = readArguments(command, [...line, "program.mjs"]);
      assert.deepEqual(read?.positionals, ["program.mjs"]);
      const expected = name === "pError" ? { pError: value } : { [name]: value };
      assert.deepEqual(compileOptions(read.options), expected);
    }
  }
});

test("every setting of imported models has a word", () => {
  assert.deepEqual(Object.keys(modelWords).sort(), Object.keys(importedDefaults).sort());
  for (const { word } of Object.values(modelWords)) {
    assert.ok(compileCommand.help.includes(`--${word}`), word);
  }
});

test("every estimator's file can be compiled", () => {
  const estimators = Object.entries(velum)
    .filter(([, one]) => typeof one === "function" && one.prototype instanceof Estimator)
    .map(([name]) => name);
  assert.deepEqual(Object.keys(ownModels).sort(), estimators.sort());
});

const wrong: readonly (readonly [words: string[], message: string])[] = [
  [["--p-error", "2"], "--p-error: is 2, and may be 2^-200 to 0.01"],
  [["--p-error", "often"], '--p-error: is "often", not a number such as 12, 1e-6 or 2^-40'],
  [["--max-run-ms", "-1"], "--max-run-ms: is -1, and may be a positive number"],
  [
    ["--max-key-bytes", "-1"],
    "--max-key-bytes: is -1, and may be a positive number, or 0 for no keys",
  ],
  [["--failure", "-2"], "--failure: is -2, and may be -200 to -20"],
  [["--security-level", "192"], "--security-level: is 192, and may be 80 to 132"],
  [["--bounds", "wide"], '--bounds: is "wide", and may be inputset, intervals'],
  [["--threads", "1.5"], "--threads: is 1.5, and may be an integer from 1 to 256"],
  [["--rounding-band", "0.5"], "--rounding-band: is 0.5, and may be a number from 0 to below 1/2"],
  [["--protect-model", "99"], "--protect-model: asks for 99 bits, and may ask for 1 to 60"],
  [
    ["--p-error", "1e-9", "--failure", "-30"],
    "--p-error: is 1e-9 beside failureLog2 -30: both are the failure probability of one look-up",
  ],
  [["--composable=yes"], "arguments: Option '--composable' does not take an argument"],
  [["--threads"], "arguments: Option '--threads <value>' argument missing"],
];

for (const [words, message] of wrong) {
  test(`called wrongly: ${words.join(" ")}`, () => {
    assert.throws(
      () => compileOptions(readArguments(compileCommand, words)?.options ?? {}),
      (error) => {
        assert.ok(error instanceof VelumError && isUsageError(error), String(error));
        assert.equal(error.message, `${message}. See velum COMMAND --help`);
        return true;
      },
    );
  });
}

test("tables with commas", () => {
  assert.deepEqual(parseCsv('a,"b ""c"", d"\r\n1,-2.5\r\n,x y\r\n', "t"), [
    [1, -2.5],
    [Number.NaN, "x y"],
  ]);
  assert.deepEqual(parseCsv("1\n\n2", "t"), [[1], [2]]);
  assert.deepEqual(parseCsv("rose,red\noak,green\n", "t"), [
    ["rose", "red"],
    ["oak", "green"],
  ]);
  assert.throws(() => parseCsv('"1,2\n', "t"), { message: /^t: a quote is opened and not closed/ });
});
