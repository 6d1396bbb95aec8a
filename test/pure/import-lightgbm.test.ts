import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importedFile, testImportedCases } from "../support/imported-cases.js";

describe("LightGBM models predict as LightGBM recorded", () => {
  for (const version of ["3.3.5", "4.7.0"])
    testImportedCases(`lightgbm-${version}`, importLightgbm, 1e-13);
});

test("where no value counts as missing, NaN is read as 0, which goes left at a threshold of 0", () => {
  const file = new TextDecoder().decode(importedFile("lightgbm-4.7.0", "regression.txt"));
  const scoreOfNaN = (threshold: number): number | undefined => {
    const none = file
      .replaceAll("decision_type=2 2 2", "decision_type=0 0 0")
      .replaceAll(/threshold=\S+ \S+ \S+/g, `threshold=${threshold} 9 9`);
    return importLightgbm(none).floatModel.scores([[Number.NaN, 0, 0, 0]]).data[0];
  };
  const [left, right] = [scoreOfNaN(1), scoreOfNaN(-1)];
  assert.notEqual(left, right);
  assert.equal(scoreOfNaN(0), left);
});
