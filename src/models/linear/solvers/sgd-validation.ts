import { VelumError } from "../../../base/error.js";
import type { Matrix } from "../../check-data.js";
import type { SeededRandom } from "../../seeded-random.js";

/** Rows to train on and rows to judge by. */
export interface HeldOut {
  readonly train: number[];
  readonly held: readonly number[];
}

/** Holds out a `fraction` (rounded up) of the rows; of classifiers, whose targets are -1 and 1, of both sides alike. Error `bad-argument`. */
export function holdOut(
  y: Float64Array,
  fraction: number,
  classes: boolean,
  random: SeededRandom,
): HeldOut {
  const all = Array.from(y.keys());
  const groups = classes
    ? [all.filter((i) => (y[i] ?? 0) > 0), all.filter((i) => (y[i] ?? 0) <= 0)]
    : [all];
  const held = groups.flatMap((rows) =>
    random.shuffle(rows).slice(0, Math.ceil(fraction * rows.length)),
  );
  const isHeld = new Set(held);
  const train = all.filter((i) => !isHeld.has(i));
  if (train.length > 0) return { train, held };
  throw new VelumError({
    code: "bad-argument",
    path: "validationFraction",
    problem: `${fraction} of ${all.length} rows leaves none to train on`,
    actual: fraction,
    cure: "Pass more rows, a smaller fraction, or earlyStopping false",
  });
}

/** How well linear weights do on `rows`: the share of right signs (classifiers), or the coefficient of determination. */
export function heldOutScore(
  {
    x,
    y,
    rowWeights,
  }: { readonly x: Matrix; readonly y: Float64Array; readonly rowWeights: Float64Array },
  { weights, intercept }: { readonly weights: Float64Array; readonly intercept: number },
  rows: readonly number[],
  classes: boolean,
): number {
  let [total, hits, sum, error] = [0, 0, 0, 0];
  for (const i of rows) {
    let score = intercept;
    for (let j = 0; j < x.columns; j++)
      score += (weights[j] ?? 0) * (x.data[i * x.columns + j] ?? 0);
    const [target, weight] = [y[i] ?? 0, rowWeights[i] ?? 0];
    total += weight;
    sum += weight * target;
    error += weight * (target - score) ** 2;
    if (score > 0 === target > 0) hits += weight;
  }
  if (classes) return hits / total;
  const mean = sum / total;
  const spread = rows.reduce((all, i) => all + (rowWeights[i] ?? 0) * ((y[i] ?? 0) - mean) ** 2, 0);
  return spread > 0 ? 1 - error / spread : 0;
}
