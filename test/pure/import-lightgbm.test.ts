import { describe } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { testImportedCases } from "../support/imported-cases.js";

describe("LightGBM models predict as LightGBM recorded", () => {
  for (const version of ["3.3.5", "4.7.0"])
    testImportedCases(`lightgbm-${version}`, importLightgbm, 1e-13);
});
