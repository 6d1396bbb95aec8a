import { VelumError } from "../base/error.js";
import type { AttributeList, Attributes, AttributeValue } from "../graph/node.js";

/** An attribute that is absent, one integer or a list of them, as a list; undefined if it is absent or `None`. Error `bad-argument`. */
export function readIntegers(
  attributes: Attributes,
  name: string,
  path: string,
): readonly number[] | undefined {
  const value = attributes[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return [value];
  if (isAttributeList(value) && value.every(isInteger)) return value;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `\`${name}\` is neither an integer nor a list of integers`,
    cure: "Give integers",
  });
}

/** False where the attribute is absent. Error `bad-argument`. */
export function readFlag(attributes: Attributes, name: string, path: string): boolean {
  const value = attributes[name];
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `\`${name}\` is not true or false`,
    cure: "Give a boolean",
  });
}

export function isAttributeList(value: AttributeValue): value is AttributeList {
  return Array.isArray(value);
}

/** Axes counted from the start; negative ones count from the end. Errors: `bad-argument` beyond `axes`, or if one appears twice. */
export function normalizeAxes(wanted: readonly number[], axes: number, path: string): number[] {
  const normal = wanted.map((axis) => {
    if (axis >= -axes && axis < axes) return axis < 0 ? axis + axes : axis;
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `axis ${axis} does not exist: there are ${axes}`,
      limit: axes,
      actual: axis,
      cure: "Use axes from 0, or from -1 counted from the last",
    });
  });
  if (new Set(normal).size === normal.length) return normal;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `an axis appears twice in ${wanted.join(", ")}`,
    cure: "Name every axis once",
  });
}

function isInteger(value: AttributeValue): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
