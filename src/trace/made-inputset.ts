import { VelumError } from "../base/error.js";
import { kindText, type NestedArray, type Shape, sizeOf, toNested } from "../base/tensor.js";
import { lengths } from "./check-arguments.js";
import type { Sample } from "./inputset.js";
import { callPath } from "./origin.js";

/** What one parameter may be: integers from `min` to `max`, a scalar or a tensor of `shape`. */
export interface ParameterRange {
  readonly min: number;
  readonly max: number;
  readonly shape?: Shape;
}

const mostSamples = 2 ** 20;
/** So many parameters are put to their ends in all combinations. */
const mostCorners = 4;

/**
 * An inputset from the ranges of the parameters, in order: every parameter at its lowest and highest, in all combinations of up to four
 * parameters, then values drawn at random up to `size` samples. The same ranges give the same samples. Where one range is not what
 * can occur, e.g. for one-hot vectors, samples of real data are better. Errors: `bad-argument`.
 *
 *     await program.compile(fhe.inputset([{ min: 0, max: 15 }, { min: -8, max: 7, shape: [4] }]));
 */
export function inputset(ranges: readonly ParameterRange[], size = 100): Sample[] {
  if (!Array.isArray(ranges) || ranges.length === 0) throw noRanges();
  if (!Number.isSafeInteger(size) || size < 0 || size > mostSamples) throw wrongSize(size);
  for (const [position, range] of ranges.entries()) {
    const { min, max, shape = [] } = Object(range);
    if (Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max) {
      lengths(shape, "inputset", `the shape of range ${position}`);
      continue;
    }
    throw new VelumError({
      code: "bad-argument",
      path: `${callPath("inputset")}, range ${position}`,
      problem: `from ${String(min)} to ${String(max)} is no range of integers`,
      cure: "Give integers with min at most max: { min: 0, max: 15 }",
    });
  }
  const combined = Math.min(ranges.length, mostCorners);
  const corners = Array.from({ length: 2 ** combined }, (_, corner) =>
    ranges.map((range, i) =>
      filled(range, () => ((corner >> (i % combined)) & 1 ? range.max : range.min)),
    ),
  );
  const draw = generator();
  const drawn = Array.from({ length: Math.max(0, size - corners.length) }, () =>
    ranges.map((range) =>
      filled(range, () => range.min + Math.floor(draw() * (range.max - range.min + 1))),
    ),
  );
  const samples = [...corners, ...drawn];
  return ranges.length === 1 ? samples.map(([value = 0]) => value) : samples;
}

function filled({ shape = [] }: ParameterRange, next: () => number): NestedArray {
  return toNested({ shape, data: Float64Array.from({ length: sizeOf(shape) }, next) });
}

/** Numbers from 0 to 1 that are nobody's secret: Park and Miller's generator, from a fixed start. */
function generator(): () => number {
  const modulus = 2 ** 31 - 1;
  let state = 20_250_616;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}

function wrongSize(size: unknown): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath("inputset"),
    problem: `its second argument is ${typeof size === "number" ? size : kindText(size)}, not a number of samples`,
    limit: mostSamples,
    cure: `Give a whole number up to ${mostSamples}`,
  });
}

function noRanges(): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: callPath("inputset"),
    problem: "there is no list of ranges",
    cure: "Give one range for each parameter: fhe.inputset([{ min: 0, max: 15 }])",
  });
}
