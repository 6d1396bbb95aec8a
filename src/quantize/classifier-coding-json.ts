import { VelumError } from "../base/error.js";
import { probabilityRuleOf } from "./class-probabilities.js";
import type { ClassifierCodingParts } from "./classifier-coding.js";
import { fieldsOf, isCount, isFiniteList, isFiniteNumber } from "./json-checks.js";
import { readInputParts } from "./model-coding-json.js";

/** Checks a coding's JSON form, which may come from a damaged or hostile file. Errors: `file-corrupt`. */
export function parseClassifierCoding(value: unknown, path: string): ClassifierCodingParts {
  const { kind, classes, result, top = 1, scoreScale, probability: rule } = fieldsOf(value);
  if (kind !== "classifier-coding") throw corrupt(path, "holds no classifier");
  const input = readInputParts(value, path, corrupt);
  if (!isFiniteList(classes) || new Set(classes).size !== classes.length || classes.length < 1) {
    throw corrupt(path, "classes is not a list of different labels");
  }
  if (result !== "scores" && result !== "class") {
    throw corrupt(path, "result is neither scores nor class");
  }
  const probability = rule === undefined ? "softmax" : probabilityRuleOf(rule);
  if (probability === undefined) throw corrupt(path, "probability is no known rule");
  const rest = { ...input, classes: Float64Array.from(classes), probability };
  if (!isCount(top) || top < 1 || top > classes.length) {
    throw corrupt(path, "top is no number of classes");
  }
  if (result === "class" && scoreScale === null) return { ...rest, result, top, scoreScale };
  if (result === "scores" && isFiniteNumber(scoreScale) && scoreScale > 0) {
    return { ...rest, result, scoreScale };
  }
  throw corrupt(path, "scoreScale does not fit the result");
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Use the client file of a compiled classifier",
  });
}
