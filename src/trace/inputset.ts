import { VelumError } from "../base/error.js";
import { isTensor, type NestedInput, type Tensor, toTensor } from "../base/tensor.js";

/** One sample: the value itself for a function of one parameter, else an array with one value for each parameter. */
export type Sample = SampleValue | readonly SampleValue[];

/** Value of one parameter: integers as a number, nested arrays, a typed array or a tensor. */
export type SampleValue = NestedInput | ArrayLike<number> | Tensor;

/**
 * Reads an inputset, or samples of another kind that `what` names: for each sample one tensor a parameter, in the order of the parameters.
 * Errors, with the sample's number in the path: `empty-inputset`, `bad-argument` for a wrong number of values,
 * `bad-shape` for ragged arrays.
 */
export function readInputset(
  parameters: readonly string[],
  inputset: Iterable<Sample>,
  what = "inputset",
): Tensor[][] {
  if (!isInputset(inputset)) throw noInputset(inputset, what);
  const samples: Tensor[][] = [];
  for (const sample of inputset) {
    const path = `${what}[${samples.length}]`;
    const values = valuesOf(sample, parameters.length);
    if (values === undefined || values.length !== parameters.length) {
      throw new VelumError({
        code: "bad-argument",
        path,
        problem:
          values === undefined
            ? parameters.length === 1
              ? "it is a list of tensors"
              : `it is not an array of ${parameters.length} values`
            : `it has ${values.length} values for ${parameters.length} parameters`,
        limit: parameters.length,
        ...(values === undefined ? {} : { actual: values.length }),
        cure:
          parameters.length === 1
            ? "Give the value itself as the sample"
            : `Give each sample as an array with one value for each of ${parameters.join(", ")}`,
      });
    }
    samples.push(
      values.map((value, i) => toTensor(value, `${path}, input "${parameters[i] ?? ""}"`)),
    );
  }
  if (samples.length > 0) return samples;
  throw new VelumError({
    code: "empty-inputset",
    path: what,
    problem: "there are no samples",
    cure:
      what === "inputset"
        ? "Give at least one sample; the ranges of all values are measured on them"
        : "Give at least one sample",
  });
}

function valuesOf(sample: Sample, parameters: number): readonly SampleValue[] | undefined {
  if (parameters === 1) return isOneValue(sample) ? [sample] : undefined;
  return isList(sample) ? sample : undefined;
}

/** Text is a list of letters, which nobody means. */
function isInputset(value: unknown): value is Iterable<Sample> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function noInputset(value: unknown, what: string): VelumError {
  const found = value === null || value === undefined ? String(value) : `a ${typeof value}`;
  return new VelumError({
    code: "bad-argument",
    path: what,
    problem: `is ${found}, not a list of samples`,
    cure: "Give an array with one sample an entry, e.g. [[0, 3], [7, 1]]",
  });
}

function isList(sample: Sample): sample is readonly SampleValue[] {
  return Array.isArray(sample);
}

/** Nested arrays of numbers are one value; a list with a tensor in it is several. */
function isOneValue(sample: Sample): sample is SampleValue {
  return !isList(sample) || !sample.some(isTensor);
}
