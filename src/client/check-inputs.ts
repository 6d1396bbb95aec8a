import type { ClientInput } from "../artifact/client-file.js";
import { VelumError } from "../base/error.js";
import {
  type NestedInput,
  sameShape,
  shapeText,
  sizeOf,
  type Tensor,
  toTensor,
} from "../base/tensor.js";

/** What an input may be given as. */
export type ClientValue = NestedInput | ArrayLike<number> | Tensor;

/**
 * One tensor for each input of a circuit: whole numbers of its shape, within its range. `null` stands for an input that may be fed from
 * an earlier answer, and gives zeros. `path` names the caller. Errors: `bad-argument` (number of values), `bad-shape`, `not-a-number`,
 * `not-integer`, `out-of-range`; they name the place, never the value.
 */
export function checkInputs(
  values: readonly (ClientValue | null)[],
  inputs: readonly ClientInput[],
  path: string,
): Tensor[] {
  if (values.length !== inputs.length) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `${values.length} values were given for ${inputs.length} inputs`,
      limit: inputs.length,
      actual: values.length,
      cure: `Give one value for each of ${inputs.map(({ name }) => name).join(", ")}`,
    });
  }
  return inputs.map((input, index) => {
    const value = values[index];
    if (value !== null || input.composable !== true) return checkInput(value ?? [], input);
    return { shape: input.shape, data: new Float64Array(sizeOf(input.shape)) };
  });
}

/** The value as a tensor of the input's shape, whole numbers within its range. Errors name the place, never the value. */
function checkInput(value: ClientValue, input: ClientInput): Tensor {
  const path = `input "${input.name}"`;
  const tensor = toTensor(value, path);
  if (
    !sameShape(tensor.shape, input.shape) &&
    !(sizeOf(input.shape) === 1 && tensor.data.length === 1)
  ) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `has the shape ${shapeText(tensor.shape)}, not ${shapeText(input.shape)}`,
      limit: shapeText(input.shape),
      actual: shapeText(tensor.shape),
      cure: "Give a value of the shape that the circuit was compiled for",
    });
  }
  for (const [index, number] of tensor.data.entries()) {
    const code = Number.isNaN(number)
      ? "not-a-number"
      : !Number.isInteger(number) && Number.isFinite(number)
        ? "not-integer"
        : "out-of-range";
    if (code === "out-of-range" && number >= input.min && number <= input.max) continue;
    throw new VelumError({
      code,
      path: `${path}, number ${index}`,
      problem: {
        "not-a-number": "is NaN",
        "not-integer": "is not a whole number",
        "out-of-range": `lies outside ${input.min} to ${input.max}`,
      }[code],
      limit: `${input.min} to ${input.max}`,
      cure:
        code === "out-of-range"
          ? "Clip it, or compile with an inputset that has such numbers"
          : "Quantize inputs to whole numbers before they are encrypted",
    });
  }
  return { shape: input.shape, data: tensor.data };
}
