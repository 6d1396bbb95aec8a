import { describe } from "node:test";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import { testImportedCases } from "../support/imported-cases.js";

describe("XGBoost models predict as XGBoost recorded", () => {
  for (const library of ["xgboost-1.7.6", "xgboost-3.2.0"])
    testImportedCases(library, importXgboost, 2e-6);
});
