import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { importedFile } from "../support/imported-cases.js";
import { refusal } from "../support/refused.js";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

describe("what is no file of the library", () => {
  const xgboost = importedFile("xgboost-3.2.0", "binary.json");
  const ubjson = importedFile("xgboost-3.2.0", "binary-ubj.ubj");
  const lightgbm = importedFile("lightgbm-4.7.0", "binary.txt");
  const onnx = importedFile("onnx", "tree.onnx");

  test("another library's file names its importer", () => {
    for (const bytes of [xgboost, ubjson]) {
      const due = refusal(
        "file-foreign",
        /the file is XGBoost's JSON .* Read it with importXgboost/,
      );
      assert.throws(() => importOnnx(bytes), due);
      assert.throws(() => importLightgbm(bytes), due);
    }
    const text = refusal(
      "file-foreign",
      /the file is LightGBM's text\. Read it with importLightgbm/,
    );
    assert.throws(() => importOnnx(lightgbm), text);
    assert.throws(() => importXgboost(lightgbm), text);
    const model = refusal("file-foreign", /the file is an ONNX model\. Read it with importOnnx/);
    assert.throws(() => importXgboost(onnx), model);
    assert.throws(() => importLightgbm(onnx), model);
    const pickle = Uint8Array.of(0x80, 0x04, 0x95, 0, 0);
    assert.throws(() => importOnnx(pickle), refusal("file-foreign", /Python pickle.*skl2onnx/));
  });

  test("a path instead of bytes", () => {
    const read = JSON.parse('{"path":"model.json"}');
    for (const [importer, name] of [
      [importXgboost, "importXgboost"],
      [importOnnx, "importOnnx"],
      [importLightgbm, "importLightgbm"],
    ] as const)
      assert.throws(
        () => importer(read.path),
        refusal(
          "bad-argument",
          new RegExp(`${name}: got a text.*${name}\\(readFileSync\\(path\\)\\)`),
        ),
      );
    assert.throws(() => importOnnx(read.nothing), refusal("bad-argument", /got undefined/));
  });
});

describe("XGBoost models that are refused", () => {
  for (const library of ["xgboost-1.7.6", "xgboost-3.2.0"])
    test(`${library} DART`, () => {
      assert.throws(
        () => importXgboost(importedFile(library, "dart.json")),
        refusal(
          "unsupported-op",
          /booster "dart": drops trees at random .* Train with booster "gbtree"/,
        ),
      );
    });

  test("an unknown objective", () => {
    const file = new TextDecoder().decode(importedFile("xgboost-3.2.0", "early-stop.json"));
    assert.throws(
      () => importXgboost(text(file.replaceAll("binary:logistic", "my:own"))),
      refusal("unsupported-op", /objective "my:own".*binary:hinge, binary:logistic/),
    );
  });

  test("a dump for reading", () => {
    assert.throws(
      () => importXgboost(text("booster[0]:\n0:[f2<2.5]")),
      refusal("unsupported-op", /save_model/),
    );
    assert.throws(
      () => importXgboost(text('[{"nodeid":0}]')),
      refusal("unsupported-op", /save_model/),
    );
  });

  test("another file", () => {
    assert.throws(
      () => importXgboost(text("binf\0\0")),
      refusal("unsupported-op", /neither JSON nor UBJSON/),
    );
    assert.throws(
      () => importXgboost(new Uint8Array()),
      refusal("unsupported-op", /neither JSON nor UBJSON/),
    );
    assert.throws(() => importXgboost(text('{"a":')), refusal("file-corrupt", /not JSON/));
    assert.throws(
      () => importXgboost(text('{"a":1}')),
      refusal("file-corrupt", /learner is not an object/),
    );
  });

  test("UBJSON whose counts promise more than the file holds", () => {
    const promise = [0x7b, 0x69, 1, 0x61, 0x5b, 0x24, 0x64, 0x23, 0x4c, 0, 0, 0x7f, 0, 0, 0, 0, 0];
    assert.throws(
      () => importXgboost(Uint8Array.from(promise)),
      refusal("file-corrupt", /ends too early/),
    );
  });
});

describe("LightGBM models that are refused", () => {
  test("linear trees", () => {
    assert.throws(
      () => importLightgbm(importedFile("lightgbm-4.7.0", "linear-tree.txt")),
      refusal("unsupported-op", /Tree=0: has linear models in its leaves.*linear_tree=false/),
    );
  });

  test("a feature whose zeros are missing in one split and compared in another", () => {
    const file = new TextDecoder().decode(importedFile("lightgbm-4.7.0", "zero-as-missing.txt"));
    const mixed = file
      .replace("decision_type=6", "decision_type=2")
      .replace(/decision_type=4/, "decision_type=0");
    assert.throws(
      () => importLightgbm(mixed),
      refusal(
        "unsupported-op",
        /feature \d+: has zeros that are missing in some splits and compared in others.*one data set/,
      ),
    );
  });

  test("an unknown objective, a wrong count, another file", () => {
    const file = new TextDecoder().decode(importedFile("lightgbm-4.7.0", "poisson.txt"));
    assert.throws(
      () => importLightgbm(file.replace("objective=poisson", "objective=mine")),
      refusal("unsupported-op", /objective "mine"/),
    );
    assert.throws(
      () => importLightgbm(file.replace("num_leaves=4", "num_leaves=5")),
      refusal("file-corrupt", /Tree=0: is damaged: .* has 4 entries, not 5/),
    );
    assert.throws(
      () => importLightgbm("forest\nof trees"),
      refusal("file-corrupt", /first line is not "tree"/),
    );
  });
});

/** The file with `from` replaced by `to` of the same length. */
function replaced(name: string, from: string, to: string): Uint8Array {
  const latin1 = new TextDecoder("latin1").decode(importedFile("onnx", name));
  assert.ok(latin1.includes(from) && from.length === to.length);
  return Uint8Array.from(latin1.replaceAll(from, to), (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 256 ? code : (windows1252.get(letter) ?? 0);
  });
}

/** "latin1" decodes as windows-1252, which has letters of its own from 0x80 to 0x9f. */
const windows1252 = new Map(
  Array.from({ length: 32 }, (_, k) => [
    new TextDecoder("latin1").decode(Uint8Array.of(0x80 + k)),
    0x80 + k,
  ]),
);

describe("ONNX models that are refused", () => {
  test("an unknown operator is named with its domain, its node and what is known", () => {
    assert.throws(
      () => importOnnx(replaced("ridge.onnx", "LinearRegressor", "LinearRegressox")),
      refusal(
        "unsupported-op",
        /node LinearRegressox ".*": the operator LinearRegressox of the domain ai.onnx.ml is not imported. Known are .*TreeEnsemble/,
      ),
    );
  });

  test("a kernel, a post_transform of one target, the least of trees", () => {
    assert.throws(
      () => importOnnx(replaced("svr.onnx", "LINEAR", "RADIAL")),
      refusal("unsupported-op", /has the kernel RADIAL.*kernel='linear'/),
    );
    assert.throws(
      () => importOnnx(replaced("forest-regressor.onnx", "BRANCH_LEQ", "BRANCH_LOW")),
      refusal("file-corrupt", /node mode BRANCH_LOW/),
    );
  });

  for (const version of ["1.16.0", "1.20.0"])
    test(`models of scikit-learn that are no sum, written by skl2onnx ${version}`, () => {
      for (const [name, message] of [
        ["neighbours", /node (Scan|CDist) ".*": compares a row with stored rows.*Train trees or a/],
        ["kernel", /has the kernel RBF, which compares with every support vector/],
        ["trees-beside-linear", /ONNX model: holds trees beside a linear model/],
        ["votes", /node Equal ".*": compares the answers of several models\. .*with probabilities/],
        ["labels-of-trees", /node Transpose ".*": .*several labels a row do\. Export one model a/],
      ] as const) {
        const bytes = importedFile(`onnx-composed-${version}`, `refused-${name}.onnx`);
        assert.throws(() => importOnnx(bytes), refusal("unsupported-op", message), name);
      }
    });

  test("fewer columns than a linear model was fitted on", () => {
    const bytes = importedFile("onnx", "ridge.onnx");
    // The input's second dimension, field 1 of TensorShapeProto.Dimension: 4 columns become 3.
    const at = bytes.findIndex(
      (byte, k) => byte === 0x0a && bytes[k + 1] === 2 && bytes[k + 2] === 8 && bytes[k + 3] === 4,
    );
    assert.ok(at > 0);
    const narrow = Uint8Array.from(bytes, (byte, k) => (k === at + 3 ? 3 : byte));
    assert.throws(
      () => importOnnx(narrow),
      refusal("file-corrupt", /has 4 coefficients and 1 intercepts for 3 columns, or was written/),
    );
  });

  test("no file, no graph, no model", () => {
    assert.throws(() => importOnnx(new Uint8Array()), refusal("file-corrupt", /holds no graph/));
    assert.throws(() => importOnnx(text("[]")), refusal("file-corrupt", /ONNX model: is damaged/));
    assert.throws(
      () => importOnnx(importedFile("onnx-tensors", "tensors.onnx")),
      refusal("file-corrupt", /has no inputs/),
    );
  });
});

describe("rows that do not fit an imported model", () => {
  const model = importLightgbm(importedFile("lightgbm-4.7.0", "poisson.txt")).floatModel;

  test("number of columns", () => {
    assert.throws(() => model.predict([[1, 2]]), refusal("bad-shape", /rows of 4 columns/));
  });

  test("texts", () => {
    assert.throws(
      () => model.predict([[1, 2, 3, "4"]]),
      refusal("bad-argument", /is a string, and a number is due/),
    );
  });

  test("classes of a regressor", () => {
    assert.throws(
      () => model.classIndicesOf(model.scores([[1, 2, 3, 4]])),
      refusal("bad-argument", /regressor and has no classes/),
    );
  });
});

test("entries of rows that do not fit come with row and column", async () => {
  const model = importXgboost(importedFile("xgboost-3.2.0", "binary.json"));
  const rows = Array.from({ length: 2 }, () => new Array<number>(model.columns).fill(0));
  for (const [entry, kind, cure] of [
    ["5", "a string", "Pass a number"],
    [null, "null", "Write a missing value as NaN"],
  ]) {
    const x: number[][] = JSON.parse(JSON.stringify(rows));
    x[1]?.splice(2, 1, JSON.parse(JSON.stringify(entry)));
    await assert.rejects(
      model.predict(x),
      refusal(
        "bad-argument",
        new RegExp(`X\\[1\\]\\[2\\]: is ${kind}, and a number is due\\. ${cure}`),
      ),
    );
  }
});

test("chances of each class by itself are no probabilities, and outputs gives them", async () => {
  const model = importLightgbm(importedFile("lightgbm-4.7.0", "one-vs-all.txt"));
  const row = [new Array<number>(model.columns).fill(0)];
  const due = refusal("unsupported-op", /do not sum to 1 in a row.* Call outputs for them/);
  await assert.rejects(model.predictProba(row), due);
  const { shape, data } = await model.outputs(row);
  assert.deepEqual(shape, [1, model.classes?.length]);
  assert.ok(data.every((chance) => chance > 0 && chance < 1));
});
