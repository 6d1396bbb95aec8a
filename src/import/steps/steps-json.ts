import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { ensembleJson, readEnsemble } from "../../models/trees/trees-json.js";
import { fieldsOf, isCount, isIntegerList } from "../../quantize/json-checks.js";
import {
  labelsJson,
  numberJson,
  numbersJson,
  readLabels,
  readNumber,
  readNumbers,
} from "./json-numbers.js";
import {
  type ElementFunction,
  elementFunctions,
  type PairFunction,
  type Precision,
  pairFunctions,
  type RowFunction,
  type RowTransform,
  rowFunctions,
  rowTransforms,
  type Step,
} from "./steps.js";

/** What a reader knows of a block: its width, and whether it may hold texts. */
export interface BlockShape {
  readonly columns: number;
  readonly texts: boolean;
}

/** The most columns of a block: bounds what a small hostile file can make a prediction allocate. */
const mostColumns = 2 ** 20;

/** The JSON form of `step`; every double survives exactly. */
export function stepJson(step: Step): JsonValue {
  switch (step.kind) {
    case "select":
      return { ...step, columns: Array.from(step.columns) };
    case "concatenate":
      return { ...step, from: [...step.from] };
    case "constant":
      return { ...step, values: numbersJson(step.values) };
    case "impute":
      return { ...step, missing: numberJson(step.missing), values: numbersJson(step.values) };
    case "oneHot":
      return { ...step, categories: labelsJson(step.categories) };
    case "map":
      return {
        ...{ ...step, keys: labelsJson(step.keys), values: numbersJson(step.values) },
        fallback: numberJson(step.fallback),
      };
    case "trees":
      return { ...step, ensemble: ensembleJson(step.ensemble) };
    case "linear":
      return {
        ...{ ...step, coef: numbersJson(step.coef), intercept: numbersJson(step.intercept) },
      };
    default:
      return { ...step };
  }
}

/**
 * Reads a list of `stepJson` from a file that nobody vouches for. `inputs` are the blocks before the first step; gives steps and all
 * blocks. Errors: `file-corrupt`.
 */
export function readSteps(
  value: unknown,
  inputs: readonly BlockShape[],
  path: string,
): { readonly steps: readonly Step[]; readonly blocks: readonly BlockShape[] } {
  if (!Array.isArray(value)) throw corrupt(path, "is not a list of steps");
  const blocks = [...inputs];
  const steps = value.map((item: unknown, i) => {
    const read = readStep(item, blocks, `${path}[${i}]`);
    if (read === undefined || read.block.columns > mostColumns) {
      throw corrupt(`${path}[${i}]`, "is not a step that this version knows, or damaged");
    }
    blocks.push(read.block);
    return read.step;
  });
  return { steps, blocks };
}

interface ReadStep {
  readonly step: Step;
  readonly block: BlockShape;
}

function readStep(
  value: unknown,
  blocks: readonly BlockShape[],
  path: string,
): ReadStep | undefined {
  const fields = fieldsOf(value);
  switch (fields["kind"]) {
    case "constant": {
      const values = readNumbers(fields["values"]);
      return values && made({ kind: "constant", values }, values.length);
    }
    case "concatenate":
      return readConcatenate(fields["from"], blocks);
    case "pair":
      return readPair(fields, blocks);
    case "choose":
      return readChoice(fields, blocks);
    case "pick": {
      const { from, places } = fields;
      const width = numbersAt(places, blocks);
      if (numbersAt(from, blocks) === undefined || width === undefined) return undefined;
      return isPlace(from, blocks) && isPlace(places, blocks)
        ? made({ kind: "pick", from, places }, width)
        : undefined;
    }
    default: {
      const source = isPlace(fields["from"], blocks) ? fields["from"] : undefined;
      const shape = source === undefined ? undefined : blocks[source];
      if (source === undefined || shape === undefined) return undefined;
      return shape.texts
        ? readAnyStep(fields, source, shape)
        : (readAnyStep(fields, source, shape) ?? readNumberStep(fields, source, shape, path));
    }
  }
}

/** Steps that take texts as well as numbers. */
function readAnyStep(fields: Fields, from: number, shape: BlockShape): ReadStep | undefined {
  const { kind, columns: chosen, categories, unknown, keys, values, fallback } = fields;
  if (kind === "select" && isIntegerList(chosen)) {
    if (chosen.some((column) => column < 0 || column >= shape.columns)) return undefined;
    const columns = Int32Array.from(chosen);
    return made({ kind: "select", from, columns }, columns.length, shape.texts);
  }
  if (kind === "oneHot" && (unknown === "zeros" || unknown === "error")) {
    const known = readLabels(categories);
    const columns = shape.columns * (known?.length ?? 0);
    return known && made({ kind: "oneHot", from, categories: known, unknown }, columns);
  }
  if (kind !== "map") return undefined;
  const labels = readLabels(keys);
  const numbers = readNumbers(values);
  const other = readNumber(fallback);
  if (labels === undefined || numbers?.length !== labels.length || other === undefined) return;
  return made({ kind, from, keys: labels, values: numbers, fallback: other }, shape.columns);
}

function readNumberStep(
  fields: Fields,
  from: number,
  { columns }: BlockShape,
  path: string,
): ReadStep | undefined {
  const { kind, name, values, missing, classes, ensemble } = fields;
  const precision = readPrecision(fields["precision"]);
  switch (kind) {
    case "element":
      if (!isElement(name) || precision === undefined) return undefined;
      return made({ kind, name, from, precision }, columns);
    case "row":
      if (!isRowFunction(name) || precision === undefined) return undefined;
      return made({ kind, name, from, precision }, 1);
    case "rowTransform":
      return isRowTransform(name) ? made({ kind, name, from }, columns) : undefined;
    case "impute": {
      const numbers = readNumbers(values);
      const sign = readNumber(missing);
      if (numbers?.length !== columns || sign === undefined) return undefined;
      return made({ kind, from, missing: sign, values: numbers }, columns);
    }
    case "pairVotes":
    case "pairCoupling":
      if (!isCount(classes) || (classes * (classes - 1)) / 2 !== columns) return undefined;
      return made({ kind, from, classes }, classes);
    case "trees": {
      const read = readEnsemble(ensemble, path);
      return read.features === columns
        ? made({ kind, from, ensemble: read }, read.outputs)
        : undefined;
    }
    case "linear": {
      const coef = readNumbers(fields["coef"]);
      const intercept = readNumbers(fields["intercept"]);
      if (coef === undefined || coef.length !== columns * (intercept?.length ?? 0)) return;
      return intercept && made({ kind, from, coef, intercept }, intercept.length);
    }
    default:
      return undefined;
  }
}

function readConcatenate(from: unknown, blocks: readonly BlockShape[]): ReadStep | undefined {
  if (!isIntegerList(from) || from.length === 0) return undefined;
  const parts = from.map((place) => blocks[place]);
  const known = parts.filter((part) => part !== undefined);
  const texts = known[0]?.texts ?? false;
  if (known.length !== parts.length || known.some((part) => part.texts !== texts)) return undefined;
  const columns = known.reduce((sum, part) => sum + part.columns, 0);
  return made({ kind: "concatenate", from }, columns, texts);
}

function readPair(fields: Fields, blocks: readonly BlockShape[]): ReadStep | undefined {
  const { name, left, right } = fields;
  const precision = readPrecision(fields["precision"]);
  if (!isPlace(left, blocks) || !isPlace(right, blocks) || !isPair(name)) return undefined;
  const [a, b] = [blocks[left], blocks[right]];
  if (a === undefined || b === undefined || a.texts || b.texts || precision === undefined) return;
  if (a.columns !== b.columns && a.columns !== 1 && b.columns !== 1) return undefined;
  return made({ kind: "pair", name, left, right, precision }, Math.max(a.columns, b.columns));
}

function readChoice(fields: Fields, blocks: readonly BlockShape[]): ReadStep | undefined {
  const { from, yes, no } = fields;
  const widths = [from, yes, no].map((place) => numbersAt(place, blocks) ?? 0);
  const columns = Math.max(...widths);
  if (widths.some((width) => width !== columns && width !== 1)) return undefined;
  return isPlace(from, blocks) && isPlace(yes, blocks) && isPlace(no, blocks)
    ? made({ kind: "choose", from, yes, no }, columns)
    : undefined;
}

/** Columns of the block of numbers at `place`. */
function numbersAt(place: unknown, blocks: readonly BlockShape[]): number | undefined {
  const shape = isPlace(place, blocks) ? blocks[place] : undefined;
  return shape?.texts === false ? shape.columns : undefined;
}

function made(step: Step, columns: number, texts = false): ReadStep {
  return { step, block: { columns, texts } };
}

type Fields = ReturnType<typeof fieldsOf>;

function isPlace(value: unknown, blocks: readonly BlockShape[]): value is number {
  return (
    typeof value === "number" && Number.isInteger(value) && value >= 0 && value < blocks.length
  );
}

function readPrecision(value: unknown): Precision | undefined {
  return value === "float32" || value === "float64" ? value : undefined;
}

function isElement(name: unknown): name is ElementFunction {
  return typeof name === "string" && Object.hasOwn(elementFunctions, name);
}

function isPair(name: unknown): name is PairFunction {
  return typeof name === "string" && Object.hasOwn(pairFunctions, name);
}

function isRowFunction(name: unknown): name is RowFunction {
  return typeof name === "string" && Object.hasOwn(rowFunctions, name);
}

function isRowTransform(name: unknown): name is RowTransform {
  return rowTransforms.some((own) => own === name);
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Make the file again from the imported model",
  });
}
