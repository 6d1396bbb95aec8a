import type { VelumError } from "../base/error.js";
import { CategoryQuantizer } from "./category-quantizer.js";
import { ColumnQuantizer } from "./column-quantizer.js";
import type { InputQuantizer } from "./input-quantizer.js";
import { fieldsOf, isCount } from "./json-checks.js";
import type { InputParts } from "./model-coding.js";
import { readTransforms } from "./transforms/read-transform.js";
import { UniformQuantizer } from "./uniform-quantizer.js";

/** The input side of a coding's JSON form. */
export function inputJson({ inputQuantizer, features, steps = [] }: InputParts) {
  const form = { inputQuantizer: inputQuantizer.toJSON(), features };
  return steps.length === 0 ? form : { ...form, steps: steps.map((step) => step.toJSON()) };
}

/** Checks what `inputJson` gave. Errors: `file-corrupt`, made by `corrupt`. */
export function readInputParts(
  value: unknown,
  path: string,
  corrupt: (path: string, problem: string) => VelumError,
): InputParts {
  const { features, ...fields } = fieldsOf(value);
  const inputQuantizer = readInputQuantizer(fields["inputQuantizer"], `${path} inputQuantizer`);
  if (!isCount(features)) throw corrupt(path, "features is not a whole number above 0");
  const steps = readTransforms(fields["steps"] ?? [], `${path} steps`);
  let width = features;
  for (const step of steps) {
    if (step.inputs !== width) throw corrupt(path, "a step has another number of features");
    width = step.outputs;
  }
  if (inputQuantizer.features !== undefined && inputQuantizer.features !== width) {
    throw corrupt(path, "the input quantizer has another number of features");
  }
  return steps.length === 0 ? { inputQuantizer, features } : { inputQuantizer, features, steps };
}

function readInputQuantizer(value: unknown, path: string): InputQuantizer {
  const { kind } = fieldsOf(value);
  if (kind === "category-quantizer") return CategoryQuantizer.fromJSON(value, path);
  if (kind === "column-quantizer") return ColumnQuantizer.fromJSON(value, path);
  return UniformQuantizer.fromJSON(value, path);
}
