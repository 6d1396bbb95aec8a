import { describe } from "node:test";
import { importOnnx } from "../../src/import/onnx.js";
import { testImportedCases } from "../support/imported-cases.js";

describe("ONNX models predict as their runtime and their library recorded", () => {
  const looser = new Map([
    ["svc-binary", 3e-5],
    ["class-three-probit", 3e-5],
    // The runtime couples the two probabilities by an iteration that ends early.
    ["svc-probability", 2e-4],
  ]);
  testImportedCases("onnx", importOnnx, 5e-6, looser);
});
