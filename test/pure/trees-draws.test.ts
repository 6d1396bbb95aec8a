// Models that draw rows or features: scores over seeds are distributed as the real libraries'; oracles/trees/make_draws.py made the fixture.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../src/base/tensor.js";
import { logLoss } from "../../src/models/metrics/classification.js";
import { meanSquaredError } from "../../src/models/metrics/regression.js";
import { HistGradientBoostingClassifier } from "../../src/models/trees/hist-gradient-boosting-classifier.js";
import { HistGradientBoostingRegressor } from "../../src/models/trees/hist-gradient-boosting-regressor.js";
import { XGBClassifier } from "../../src/models/trees/xgb-classifier.js";
import { XGBRegressor } from "../../src/models/trees/xgb-regressor.js";
import { XGBRFClassifier } from "../../src/models/trees/xgb-rf-classifier.js";
import { XGBRFRegressor } from "../../src/models/trees/xgb-rf-regressor.js";
import { readTreeFixture } from "../support/tree-fixtures.js";

interface Case {
  readonly estimator: keyof typeof estimators;
  readonly dataSet: string;
  readonly params: Readonly<Record<string, number | readonly number[]>>;
  readonly seeds: number;
  readonly mean: number;
  readonly deviation: number;
}

const estimators = {
  ...{ XGBClassifier, XGBRegressor, XGBRFClassifier, XGBRFRegressor },
  ...{ HistGradientBoostingClassifier, HistGradientBoostingRegressor },
};
const { cases, dataOf } = readTreeFixture<Case>("draws.json");
const seeds = 16;

function rowsWhere(x: Tensor, keep: (row: number) => boolean): Tensor {
  const [rows = 0, columns = 0] = x.shape;
  const kept = Array.from({ length: rows }, (_, i) => i).filter(keep);
  const data = kept.flatMap((i) => Array.from(x.data.subarray(i * columns, (i + 1) * columns)));
  return { shape: [kept.length, columns], data: Float64Array.from(data) };
}

for (const wanted of cases) {
  const { estimator, dataSet, params } = wanted;
  test(`scores over seeds: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const { X, y } = dataOf(wanted);
    const isHeld = (row: number) => row % 3 === 0;
    const train = rowsWhere(X, (row) => !isHeld(row));
    const held = rowsWhere(X, isHeld);
    const own = y.filter((_, row) => !isHeld(row));
    const truth = y.filter((_, row) => isHeld(row));
    const losses: number[] = [];
    for (let randomState = 0; randomState < seeds; randomState++) {
      const model = new estimators[estimator]({ ...params, randomState }).fit(train, own);
      losses.push(
        "predictProba" in model
          ? logLoss(truth, await model.predictProba(held))
          : meanSquaredError(truth, await model.predict(held)),
      );
    }
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / seeds;
    const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / (seeds - 1));
    // Four standard errors of the difference of two means; deviations of so few draws vary by a quarter.
    const error = wanted.deviation * Math.sqrt(1 / seeds + 1 / wanted.seeds);
    assert.ok(Math.abs(mean - wanted.mean) < 4 * error, `${mean} is not ${wanted.mean}`);
    const ratio = deviation / wanted.deviation;
    assert.ok(ratio > 0.5 && ratio < 2, `${deviation} is not ${wanted.deviation}`);
  });
}
