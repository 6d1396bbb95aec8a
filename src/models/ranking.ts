import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { hintValue } from "../trace/lookup-functions.js";
import type { Tracer } from "../trace/tracer.js";

/** Most bits of a difference of two scores: sums that wide are compared by a handful of narrow look-ups. */
export const differenceBits = 14;
/** Most classes that are compared, each with each. */
export const mostClasses = 20;

/** Error `bad-argument` for more classes than are compared. */
export function requireRankable(classes: number): void {
  if (classes <= mostClasses) return;
  throw new VelumError({
    code: "bad-argument",
    path: "result",
    problem: `is "class" for ${classes} classes, each of which is compared with each`,
    limit: mostClasses,
    actual: classes,
    cure: 'Pass "scores": the client takes the greatest',
  });
}

/** All pairs `[i, j]` of classes, i < j, in the order in which rankings expect their differences. */
export function classPairs(classes: number): (readonly [number, number])[] {
  return Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes - i - 1 }, (_, k) => [i, i + 1 + k] as const),
  ).flat();
}

/**
 * Places of the `top` greatest scores, best first, the first of equals, from the differences `score j - score i` of all pairs (`[rows,
 * pairs]`): `[rows, top]`. Two classes may have their one difference alone.
 */
export function ranked({ shape, data }: Tensor, classes: number, top: number): Tensor {
  const [rows = 0, count = 0] = shape;
  const pairs = classPairs(classes);
  const found = new Float64Array(rows * top);
  for (let row = 0; row < rows; row++) {
    const wins = new Int32Array(classes);
    for (const [p, [i, j]] of pairs.entries()) {
      const winner = (data[row * count + p] ?? 0) > 0 ? j : i;
      wins[winner] = (wins[winner] ?? 0) + 1;
    }
    for (const [k, own] of wins.entries()) {
      if (classes - 1 - own < top) found[row * top + classes - 1 - own] = k;
    }
  }
  return { shape: [rows, top], data: found };
}

/**
 * The same on ciphertexts, for one row of differences (`[pairs]`): one look-up of the sign for each pair, and for each place one narrow
 * look-up for each class but the first, which asks whether that class wins against as many others as the place says.
 */
export function traceRanking(differences: Tracer, classes: number, top: number): Tracer {
  const signs = differences.greater(0);
  if (classes === 2 && top === 1) return signs;
  const pairs = classPairs(classes);
  const others = classes - 1;
  const weights = new Float64Array(pairs.length * others);
  const start = new Float64Array(others);
  for (const [p, [i, j]] of pairs.entries()) {
    weights[p * others + j - 1] = 1;
    if (i === 0) continue;
    weights[p * others + i - 1] = -1;
    start[i - 1] = (start[i - 1] ?? 0) + 1;
  }
  const wins = hintValue(
    signs
      .matmul({ shape: [pairs.length, others], data: weights })
      .add({ shape: [others], data: start }),
    classes - 1,
  );
  const wanted = Float64Array.from({ length: top }, (_, place) => classes - 1 - place);
  const places = wins.equal({ shape: [top, 1], data: wanted });
  const numbers = Float64Array.from({ length: others }, (_, k) => k + 1);
  return hintValue(places.matmul({ shape: [others], data: numbers }), classes - 1);
}

/**
 * Places of the `top` classes with most votes, best first, the first of equals, from scores of all pairs (`[rows, pairs]`), which vote for
 * the first of a pair where they are above 0: `[rows, top]`.
 */
export function rankedVotes({ shape, data }: Tensor, classes: number, top: number): Tensor {
  const [rows = 0, pairs = 0] = shape;
  const { weights, start } = voteDifferences(classes);
  const differences = new Float64Array(rows * pairs);
  for (let row = 0; row < rows; row++) {
    const own = differences.subarray(row * pairs, (row + 1) * pairs);
    own.set(start);
    for (let p = 0; p < pairs; p++) {
      if ((data[row * pairs + p] ?? 0) <= 0) continue;
      for (let q = 0; q < pairs; q++) own[q] = (own[q] ?? 0) + (weights[p * pairs + q] ?? 0);
    }
  }
  return ranked({ shape, data: differences }, classes, top);
}

/** The same on ciphertexts, for one row of scores (`[pairs]`): votes are counted, then ranked as scores are. */
export function traceVotes(scores: Tracer, classes: number, top: number): Tracer {
  const { weights, start } = voteDifferences(classes);
  const pairs = start.length;
  const differences = scores
    .greater(0)
    .matmul({ shape: [pairs, pairs], data: weights })
    .add({ shape: [pairs], data: start });
  return traceRanking(hintValue(differences, 1 - classes ** 2), classes, top);
}

/**
 * Differences of all pairs of keys `classes * votes + what breaks ties` as `start + bits weights`, where bit p votes for the first of pair p:
 * `[pairs]` and `[pairs, pairs]`.
 */
function voteDifferences(classes: number) {
  const pairs = classPairs(classes);
  const weights = pairs.flatMap(([i, j]) =>
    pairs.map(([a, b]) => {
      const votes = (k: number): number => Number(k === i) - Number(k === j);
      return classes * (votes(b) - votes(a)) + 0;
    }),
  );
  // Without a bit every class k has the votes of the k pairs in which it is second.
  const start = pairs.map(([a, b]) => (classes - 1) * (b - a));
  return { weights: Float64Array.from(weights), start: Float64Array.from(start) };
}
