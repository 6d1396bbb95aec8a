import { accuracyScore, LogisticRegression } from "../../src/index.js";
import type { BreastCancer } from "./load-data.js";
import { splitPatients } from "./split-patients.js";

/** What a class table of some width costs in accuracy. */
export interface TableWidth {
  readonly bits: number;
  /** Share of the fitted score that the table's index explains, on training patients: mean over the splits. */
  readonly explained: number;
  /** On test patients: mean over the splits. */
  readonly accuracy: number;
}

export interface WidthStudy {
  /** Of the float model on test patients: mean over the splits. */
  readonly accuracyClear: number;
  readonly widths: readonly TableWidth[];
}

export const studySeeds: readonly number[] = [0, 1, 2, 3, 4];
const widths = [4, 5, 6, 7, 8];

/** Trains on several splits, in clear. One split of 143 test patients cannot tell widths apart: a patient is 0.7 %. */
export async function studyWidths(
  cancer: BreastCancer,
  progress: (fraction: number) => void,
): Promise<WidthStudy> {
  const clear: number[] = [];
  const runs: TableWidth[] = [];
  for (const [done, seed] of studySeeds.entries()) {
    const { XTrain, XTest, yTrain, yTest } = splitPatients(cancer, seed);
    for (const bits of widths) {
      const model = new LogisticRegression({ classTableBits: bits }).fit(XTrain, yTrain);
      const accuracy = accuracyScore(yTest, await model.predict(XTest));
      runs.push({ bits, explained: model.tableExplained ?? 0, accuracy });
      if (bits === 8) clear.push(accuracyScore(yTest, model.floatModel.predict(XTest)));
    }
    progress((done + 1) / studySeeds.length);
  }
  const of = (bits: number, field: "explained" | "accuracy") =>
    mean(runs.filter((run) => run.bits === bits).map((run) => run[field]));
  return {
    accuracyClear: mean(clear),
    widths: widths.map((bits) => ({
      bits,
      explained: of(bits, "explained"),
      accuracy: of(bits, "accuracy"),
    })),
  };
}

/** The narrowest table that explains 90 % of the fitted score on the training patients; test patients play no part. */
export function chooseTableBits(
  XTrain: Parameters<LogisticRegression["fit"]>[0],
  yTrain: Float64Array,
): number {
  for (const bits of widths) {
    const model = new LogisticRegression({ classTableBits: bits }).fit(XTrain, yTrain);
    if ((model.tableExplained ?? 0) >= 0.9) return bits;
  }
  return 8;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
