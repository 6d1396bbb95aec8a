import { describe } from "node:test";
import { importLightgbm } from "../../src/import/lightgbm.js";
import { testImportedCases } from "../support/imported-cases.js";

describe("LightGBM models predict as LightGBM recorded", () => {
  testImportedCases("lightgbm-4.7.0", importLightgbm, 1e-13);
});
