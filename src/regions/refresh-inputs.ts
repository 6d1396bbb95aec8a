import { minimalIntegerType } from "../graph/integer-type.js";
import { AffineBuilder, rowTerms, selectionMap } from "../program/affine.js";
import { foldFactors } from "./fold-factors.js";
import type {
  AffineStep,
  LookupStep,
  RegionInput,
  RegionProgram,
  RegionStep,
  RegionValue,
} from "./region-program.js";

/** Smaller weights stay on the inputs. */
const largeWeight = 16;

/** Widest input that is looked up, bits. */
const widestInput = 8;

/**
 * Inputs that sums read with large weights are looked up first, so that the tables carry the weights: for programs that are
 * too noisy otherwise. Cost: one look-up for each such element. Undefined where there is none.
 */
export function refreshInputs(program: RegionProgram): RegionProgram | undefined {
  if (!program.steps.every(({ kind }) => kind !== "ensemble")) return undefined;
  // The clear part names the inputs as they are.
  if (program.clear !== undefined) return undefined;
  const large = largelyWeighted(program);
  const values = [...program.values];
  const steps: RegionStep[] = [];
  /** Where the looked-up elements are. */
  const places = new Map<number, { readonly value: number; readonly index: number }>();
  let origin = program.steps.reduce(
    (most, step) => (step.kind === "lookup" ? Math.max(most, ...step.origins) : most),
    -1,
  );
  for (const input of program.inputs) {
    const elements = [...large].filter((element) => isOf(input, element)).sort((a, b) => a - b);
    const { min, max } = input.bounds;
    const { bits } = minimalIntegerType(0, max - min);
    if (elements.length === 0 || bits > widestInput || bits > input.assignedBits) continue;
    const size = elements.length;
    const argument: RegionValue = {
      ...{ id: values.length, size, node: input.node, type: { signed: false, bits } },
      ...{ bounds: { min: 0, max: max - min }, assignedBits: bits },
    };
    const { type, bounds, assignedBits, node } = input;
    const result = { id: argument.id + 1, size, node, type, bounds, assignedBits };
    values.push(argument, result);
    const map = selectionMap(program.values[0]?.size ?? 0, elements);
    const scaleLog2 = assignedBits - bits;
    const constant = new Float64Array(size).fill(-min);
    steps.push({
      ...{ kind: "affine", sources: [0], map: { ...map, constant }, scaleLog2 },
      result: argument.id,
    });
    const entries = Float64Array.from({ length: 2 ** bits }, (_, i) => Math.min(i + min, max));
    steps.push({
      ...{ kind: "lookup", source: argument.id, precision: bits, low: 0, result: result.id },
      ...{ tables: [{ first: 0, entries, addend: 0 }], tableOf: new Int32Array(size) },
      origins: Int32Array.from(
        elements,
        (element) => knownOrigin(program, element, bits, scaleLog2) ?? ++origin,
      ),
    });
    for (const [index, element] of elements.entries()) {
      places.set(element, { value: result.id, index });
    }
  }
  if (places.size === 0) return undefined;
  const read = program.steps.map((step) =>
    step.kind === "affine" ? withPlaces(step, values, places) : step,
  );
  return foldFactors({ ...program, values, steps: [...steps, ...read] });
}

/** Elements of the inputs that some sum reads with a large weight. */
function largelyWeighted(program: RegionProgram): ReadonlySet<number> {
  const size = program.values[0]?.size ?? 0;
  const large = new Set<number>();
  for (const { map, sources } of program.steps.filter((step) => step.kind === "affine")) {
    const start = startOfInputs(program, sources);
    if (start < 0) continue;
    for (const [at, column] of map.column.entries()) {
      const element = column - start;
      const inside = element >= 0 && element < size;
      if (inside && Math.abs(map.weight[at] ?? 0) >= largeWeight) large.add(element);
    }
  }
  return large;
}

function isOf({ start, shape }: RegionInput, element: number): boolean {
  return element >= start && element < start + shape.reduce((size, length) => size * length, 1);
}

/** First column that reads the inputs; -1 if none does. */
function startOfInputs({ values }: RegionProgram, sources: readonly number[]): number {
  const at = sources.indexOf(0);
  if (at < 0) return -1;
  return sources.slice(0, at).reduce((sum, source) => sum + (values[source]?.size ?? 0), 0);
}

/** The number of an argument that is this input alone in the same encoding: its look-ups share their noise with the new one. */
function knownOrigin(
  { steps, values }: RegionProgram,
  element: number,
  bits: number,
  scaleLog2: number,
): number | undefined {
  const single = steps.filter(
    (step): step is AffineStep =>
      step.kind === "affine" &&
      step.sources.length === 1 &&
      step.sources[0] === 0 &&
      step.scaleLog2 === scaleLog2 &&
      values[step.result]?.assignedBits === bits,
  );
  for (const { map, result } of single) {
    for (let row = 0; row < map.outputs; row++) {
      const [first, second] = [...rowTerms(map, row)];
      if (second !== undefined || first?.[0] !== element || first[1] !== 1) continue;
      const reader = steps.find(
        (step): step is LookupStep => step.kind === "lookup" && step.source === result,
      );
      if (reader !== undefined) return reader.origins[row];
    }
  }
  return undefined;
}

/** The step reading looked-up elements where its weights are large. */
function withPlaces(
  step: AffineStep,
  values: readonly RegionValue[],
  places: ReadonlyMap<number, { readonly value: number; readonly index: number }>,
): AffineStep {
  const columns = step.sources.flatMap((source) =>
    Array.from({ length: values[source]?.size ?? 0 }, (_, i) =>
      source === 0 ? places.get(i) : undefined,
    ),
  );
  const starts = new Map<number, number>();
  let total = columns.length;
  for (const [at, column] of step.map.column.entries()) {
    const place = columns[column];
    if (place === undefined || Math.abs(step.map.weight[at] ?? 0) < largeWeight) continue;
    if (starts.has(place.value)) continue;
    starts.set(place.value, total);
    total += values[place.value]?.size ?? 0;
  }
  if (starts.size === 0) return step;
  const builder = new AffineBuilder(total);
  for (let row = 0; row < step.map.outputs; row++) {
    for (const [column, weight] of rowTerms(step.map, row)) {
      const place = Math.abs(weight) < largeWeight ? undefined : columns[column];
      const start = place === undefined ? undefined : starts.get(place.value);
      const at = place === undefined || start === undefined ? column : start + place.index;
      builder.term(at, weight);
    }
    builder.endRow(step.map.constant[row] ?? 0);
  }
  return { ...step, sources: [...step.sources, ...starts.keys()], map: builder.finish() };
}
