import { describe } from "node:test";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { testImportedCases } from "../support/imported-cases.js";

describe("ONNX models predict as their runtime and their library recorded", () => {
  const looser = new Map([
    ["svc-binary", 3e-5],
    ["class-three-probit", 3e-5],
  ]);
  testImportedCases("onnx", importOnnx, 5e-6, looser);
});

for (const version of ["1.16.0", "1.20.0"]) {
  const folder = `onnx-composed-${version}`;
  describe(`${folder}: models made of models predict as their runtime and scikit-learn recorded`, () => {
    testImportedCases(folder, importOnnx, 2e-5);
  });
}
