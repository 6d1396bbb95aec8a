import type {
  LookupStep,
  RegionOutput,
  RegionProgram,
  RegionStep,
  RegionValue,
} from "../../regions/region-program.js";
import { type CellStep, cellSteps } from "./cell-steps.js";
import { type CellPlaces, cellWeights, placeCells } from "./cell-weights.js";
import { type ElementCode, elementCodes } from "./element-code.js";
import { type ElementRanges, elementRanges, separableValues } from "./separable.js";

/** A program whose first look-ups are sums over cells of its inputs. */
export interface OneHotRegions {
  /** Value 0 holds the cells of all elements, one after the other. */
  readonly regions: RegionProgram;
  readonly codes: readonly ElementCode[];
  /** Width at which each input's cells and numbers stand in their ciphertexts. */
  readonly inputBits: readonly number[];
}

/** Most cells of all inputs: 100 KB of upload. */
const mostCells = 2 ** 15;

/**
 * A look-up of one input needs no bootstrap where the client encrypts that input as one-hot cells: the function is a weight for each
 * cell. Rewrites a program so: what its inputs' functions and their sums give is read from cells, everything behind stays. Undefined
 * where no look-up asks one input alone, or cells or weights would be too many or too large.
 */
export function oneHotRegions(regions: RegionProgram): OneHotRegions | undefined {
  const ranges = elementRanges(regions);
  const separable = separableValues(regions, ranges);
  const replaced = regions.steps.filter(
    ({ kind, result }) => kind !== "affine" && separable.has(result),
  );
  const stuck = regions.steps.some(
    ({ kind, result }) => kind === "ensemble" && !separable.has(result),
  );
  if (replaced.length === 0 || stuck) return undefined;
  const steps = cellSteps(regions, separable);
  const rows = steps.flatMap((step) => (step.kind === "cells" ? step.rows : []));
  const places = placeCells(elementCodes(regions, ranges, rows));
  return places.cells > mostCells ? undefined : overCells(regions, ranges, steps, places);
}

/** The program that `steps` are once cells lie at `places`. */
function overCells(
  regions: RegionProgram,
  ranges: ElementRanges,
  steps: readonly (CellStep | LookupStep)[],
  places: CellPlaces,
): OneHotRegions | undefined {
  const linear = steps.every(({ kind }) => kind === "cells");
  // Nothing is shifted where no look-up is left.
  const inputBits = linear ? regions.inputs.map(() => 1) : inputBitsOf(regions, ranges, steps);
  const bitsOf = regions.inputs.flatMap(({ shape }, input) =>
    Array.from(
      { length: shape.reduce((product, length) => product * length, 1) },
      () => inputBits[input] ?? 1,
    ),
  );
  const values: RegionValue[] = [cellValue(regions, places, inputBits)];
  const placed = new Map<number, number>();
  const written: RegionStep[] = [];
  const place = (old: number): number => {
    const own = regions.values[old];
    if (own === undefined) throw new RangeError(`region value ${old}`);
    const id = values.length;
    values.push({ ...own, id });
    placed.set(old, id);
    return id;
  };
  for (const step of steps) {
    if (step.kind === "lookup") {
      written.push({ ...step, source: placed.get(step.source) ?? 0, result: place(step.result) });
      continue;
    }
    const shift = (j: number): number =>
      linear ? 1 : 2 ** ((bitsOf[j] ?? 1) - step.bits - step.scaleLog2);
    const map = cellWeights(step, places, ranges, linear, shift);
    if (map === undefined) return undefined;
    const others = step.others.map((old) => placed.get(old) ?? 0);
    const scaleLog2 = linear ? 0 : step.scaleLog2;
    written.push({
      kind: "affine",
      sources: [0, ...others],
      map,
      scaleLog2,
      result: place(step.result),
    });
  }
  const outputs = regions.outputs.map(
    (output): RegionOutput => ({ ...output, value: placed.get(output.value) ?? 0 }),
  );
  return {
    regions: { values, inputs: regions.inputs, steps: written, outputs },
    codes: places.codes,
    inputBits,
  };
}

/** The highest place at which a result reads each input. */
function inputBitsOf(
  regions: RegionProgram,
  ranges: ElementRanges,
  steps: readonly (CellStep | LookupStep)[],
): number[] {
  const most = ranges.counts.map(() => 1);
  for (const step of steps) {
    if (step.kind === "lookup") continue;
    const { rows, bits, scaleLog2 } = step;
    for (const { slopes, tables } of rows) {
      for (const j of [...slopes.keys(), ...tables.keys()]) {
        most[j] = Math.max(most[j] ?? 1, bits + scaleLog2);
      }
    }
  }
  return regions.inputs.map(({ start, shape, assignedBits }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    // Numbers need room for themselves, also where nothing reads them.
    return Math.max(assignedBits, ...most.slice(start, start + size));
  });
}

/** The value that holds all cells. */
function cellValue(
  { values: [joined] }: RegionProgram,
  { codes, cells }: CellPlaces,
  inputBits: readonly number[],
): RegionValue {
  if (joined === undefined) throw new RangeError("a program without inputs");
  const assignedBits = Math.max(...inputBits);
  if (codes.some(({ kind }) => kind === "number")) {
    return { ...joined, size: cells, assignedBits: Math.max(joined.assignedBits, assignedBits) };
  }
  const type = { signed: false, bits: 1 };
  return { ...joined, size: cells, type, bounds: { min: 0, max: 1 }, assignedBits };
}
