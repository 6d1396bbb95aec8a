import { describe, test } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { damageModel } from "../support/damaged-models.js";
import { importedCases, importedFile } from "../support/imported-cases.js";

describe("damaged model files end in a VelumError or in a model, quickly", () => {
  const readers = [
    { library: "xgboost-1.7.6", importModel: importXgboost },
    { library: "xgboost-3.2.0", importModel: importXgboost },
    { library: "onnx", importModel: importOnnx },
    { library: "lightgbm-4.7.0", importModel: importLightgbm },
  ];
  for (const { library, importModel } of readers)
    test(library, () => {
      importedCases(library).forEach(({ file }, seed) => {
        damageModel(importedFile(library, file), importModel, 40, seed);
      });
    });
});
