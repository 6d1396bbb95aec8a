import { VelumError } from "../base/error.js";
import type { ClassifierCodingParts } from "./classifier-coding.js";
import { UniformQuantizer } from "./uniform-quantizer.js";

/** Checks a coding's JSON form, which may come from a damaged or hostile file. Errors: `file-corrupt`. */
export function parseClassifierCoding(value: unknown, path: string): ClassifierCodingParts {
  const fields = isRecord(value) ? value : {};
  const { kind, features, classes, result, scoreScale } = fields;
  if (kind !== "classifier-coding") throw corrupt(path, "holds no classifier");
  const inputQuantizer = UniformQuantizer.fromJSON(
    fields["inputQuantizer"],
    `${path} inputQuantizer`,
  );
  if (typeof features !== "number" || !Number.isSafeInteger(features) || features < 1) {
    throw corrupt(path, "features is not a whole number above 0");
  }
  if (inputQuantizer.scale.length !== 1 && inputQuantizer.scale.length !== features) {
    throw corrupt(path, "the input quantizer has another number of features");
  }
  if (!isFiniteList(classes) || new Set(classes).size !== classes.length || classes.length < 2) {
    throw corrupt(path, "classes is not a list of two or more different labels");
  }
  if (result !== "scores" && result !== "class") {
    throw corrupt(path, "result is neither scores nor class");
  }
  const rest = { inputQuantizer, features, classes: Float64Array.from(classes) };
  if (result === "class" && scoreScale === null) return { ...rest, result, scoreScale };
  if (result === "scores" && isFiniteNumber(scoreScale) && scoreScale > 0) {
    return { ...rest, result, scoreScale };
  }
  throw corrupt(path, "scoreScale does not fit the result");
}

function isRecord(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === "object" && value !== null;
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isFiniteList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isFiniteNumber);
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Use the client file of a compiled classifier",
  });
}
