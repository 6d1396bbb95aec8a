import { loadBreastCancer } from "../examples/breast-cancer/load-data.js";
import { StandardScaler } from "../src/index.js";
import { SeededRandom } from "../src/models/seeded-random.js";

/** Rows and one label or target each. */
export interface ModelData {
  readonly X: number[][];
  readonly y: number[];
}

/** Breast Cancer Wisconsin, 569 x 30, two classes: the data set itself. */
export function breastCancer(): ModelData {
  const { data, target } = loadBreastCancer();
  return { X: rowsOf(data.data, 30), y: Array.from(target) };
}

/** The same, each feature with mean 0 and deviation 1. */
export function scaledBreastCancer(): ModelData {
  const { X, y } = breastCancer();
  return { X: rowsOf(new StandardScaler().fitTransform(X).data, 30), y };
}

/** Generated in the shape of the diabetes data: 442 x 10, targets of 25 to 350, half of their variance explained. */
export function likeDiabetes(): ModelData {
  const random = uniform(3);
  const X = Array.from({ length: 442 }, () =>
    Array.from({ length: 10 }, () => 0.05 * (random() + random() + random() - 1.5)),
  );
  const y = X.map(([a = 0, b = 0, c = 0, d = 0]) => {
    const signal = 900 * a + 600 * b * Math.sign(c) - 500 * d;
    return Math.min(350, Math.max(25, 150 + signal + 110 * (random() - 0.5)));
  });
  return { X, y };
}

/** Generated in the shape of the digits data: 1797 x 64 whole numbers of 0 to 16, ten classes. */
export function likeDigits(): ModelData {
  const random = uniform(9);
  const typical = Array.from({ length: 10 }, () =>
    Array.from({ length: 64 }, () => (random() < 0.5 ? 0 : 16 * random())),
  );
  const y = Array.from({ length: 1797 }, (_, i) => i % 10);
  const X = y.map((digit) =>
    (typical[digit] ?? []).map((ink) =>
      Math.round(Math.min(16, Math.max(0, ink + 26 * (random() - 0.5)))),
    ),
  );
  return { X, y };
}

function rowsOf(data: Float64Array, columns: number): number[][] {
  return Array.from({ length: data.length / columns }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

function uniform(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.nextUint32() / 2 ** 32;
}
