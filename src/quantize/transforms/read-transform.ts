import {
  corruptPart,
  fieldsOf,
  isCount,
  isFiniteList,
  isFiniteNumber,
  isIntegerList,
  isListOfFiniteLists,
} from "../json-checks.js";
import { AffineTransform } from "./affine-transform.js";
import type { ClientTransform } from "./client-transform.js";
import { type ColumnPart, ColumnSplit } from "./column-split.js";
import { Fill } from "./fill.js";
import { OneHot } from "./one-hot.js";
import { Projection } from "./projection.js";
import { RowNorm } from "./row-norm.js";

type Fields = ReturnType<typeof fieldsOf>;

/** Steps within steps; a hostile file could otherwise nest without end. */
const deepest = 8;

/** Reads a list of steps from a file that nobody vouches for. Errors: `file-corrupt`. */
export function readTransforms(value: unknown, path: string, depth = 0): ClientTransform[] {
  if (!Array.isArray(value) || depth > deepest) throw corruptPart(path, "is not a list of steps");
  return value.map((item: unknown, i) => readTransform(item, `${path}[${i}]`, depth));
}

function readTransform(value: unknown, path: string, depth: number): ClientTransform {
  const fields = fieldsOf(value);
  const read = readers[String(fields["kind"])];
  const step = read?.(fields, path, depth);
  if (step === undefined)
    throw corruptPart(path, "is not a step that this version knows, or damaged");
  return step;
}

/** One reader a kind; `undefined` where a field does not fit. */
const readers: Readonly<
  Record<string, (fields: Fields, path: string, depth: number) => ClientTransform | undefined>
> = {
  "affine-transform": ({ center, scale, low, clip }) => {
    if (!isFiniteList(center) || !isFiniteList(scale) || center.length !== scale.length) return;
    if (center.length === 0 || scale.some((s) => s === 0) || !isFiniteNumber(low)) return;
    if (clip === null) return new AffineTransform({ center, scale, low, clip });
    if (!isFiniteList(clip) || clip.length !== 2) return;
    return new AffineTransform({ center, scale, low, clip: [clip[0] ?? 0, clip[1] ?? 0] });
  },
  projection: ({ mean, components }) => {
    if (!isFiniteList(mean) || !isListOfFiniteLists(components) || components.length === 0) return;
    if (mean.length === 0 || components.some((row) => row.length !== mean.length)) return;
    const shape = [components.length, mean.length];
    return new Projection(mean, { shape, data: Float64Array.from(components.flat()) });
  },
  "one-hot": ({ categories, handleUnknown, dropped }) => {
    if (!isListOfFiniteLists(categories) || categories.length === 0) return;
    if (handleUnknown !== "error" && handleUnknown !== "ignore") return;
    if (!isIntegerList(dropped) || dropped.length !== categories.length) return;
    if (dropped.some((place, j) => place < -1 || place >= (categories[j]?.length ?? 0))) return;
    return new OneHot({ categories, handleUnknown, dropped });
  },
  "row-norm": ({ norm, inputs }) => {
    if ((norm !== "l1" && norm !== "l2" && norm !== "max") || !isCount(inputs)) return;
    return new RowNorm(norm, inputs);
  },
  fill: ({ values, missing = null }) => {
    if (!isFiniteList(values) || values.length === 0) return undefined;
    return missing === null || isFiniteNumber(missing) ? new Fill(values, missing) : undefined;
  },
  "column-split": ({ inputs, parts }, path, depth) => {
    if (!isCount(inputs) || !Array.isArray(parts) || parts.length === 0) return;
    const read = parts.map((part: unknown) => readPart(part, inputs, path, depth));
    return new ColumnSplit(inputs, read);
  },
};

function readPart(value: unknown, inputs: number, path: string, depth: number): ColumnPart {
  const { columns, step } = fieldsOf(value);
  const fits = isIntegerList(columns) && columns.every((at) => at >= 0 && at < inputs);
  if (!fits) throw corruptPart(path, "names a column that is not there");
  const [own = null] = step === null ? [] : readTransforms([step], path, depth + 1);
  if (own !== null && own.inputs !== columns.length) {
    throw corruptPart(path, "a step has another number of features");
  }
  return { columns, step: own };
}
