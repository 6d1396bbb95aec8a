import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VelumError } from "../../src/base/error.js";
import { readOnnxFile } from "../../src/import/onnx/file/model-file.js";
import { importedFile } from "../support/imported-cases.js";

const file = (name: string): Uint8Array => importedFile("onnx-tensors", name);

describe("tensors of ONNX files", () => {
  const { initializers } = readOnnxFile(file("tensors.onnx")).graph;
  const values: Record<string, (number | string)[]> = JSON.parse(
    new TextDecoder().decode(file("values.json")),
  );

  for (const [name, due] of Object.entries(values))
    test(name, () => {
      const tensor = initializers.get(name);
      assert.ok(tensor !== undefined);
      assert.equal(tensor.type, name.split("-")[0]);
      assert.deepEqual(Array.from(tensor.data), due.map(Number));
    });

  test("texts", () => {
    assert.deepEqual(initializers.get("string")?.texts, ["a", "ß"]);
  });

  for (const [name, code, message] of [
    ["external.onnx", "unsupported-op", /tensor "w": keeps its numbers in another file/],
    ["float8.onnx", "unsupported-op", /tensor "w": has element type 17/],
    ["short.onnx", "file-corrupt", /tensor "w": .*8 bytes for 3 numbers of 4/],
    ["huge.onnx", "file-corrupt", /tensor "w": .*8 bytes for 1125899906842624 numbers/],
  ] as const)
    test(name, () => {
      assert.throws(
        () => readOnnxFile(file(name)),
        (error) => {
          assert.ok(error instanceof VelumError);
          assert.equal(error.code, code);
          assert.match(error.message, message);
          return true;
        },
      );
    });
});
