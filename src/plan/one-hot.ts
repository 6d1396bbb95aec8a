import type {
  AffineStep,
  RegionOutput,
  RegionProgram,
  RegionStep,
  RegionValue,
} from "../ops/region-program.js";
import { AffineBuilder, type AffineMap, rowTerms } from "../program/affine.js";
import {
  type ElementRanges,
  elementRanges,
  type SeparableValue,
  separableValues,
  tableOf,
  weightedSum,
} from "./separable.js";

/** How one input element is written into the uploaded vector. */
export type ElementCode =
  /** As itself. */
  | { readonly kind: "number" }
  /** `high - low + 1` cells, a 1 in that of its value (of the nearest, if it lies outside), 0 in the others. */
  | { readonly kind: "one hot"; readonly low: number; readonly high: number };

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
/** Largest weight that a clear polynomial product takes (kernels/polynomial.h), with room for many of them. */
const largestWeight = 2 ** 16;
/** Up to this 2-norm of a weight polynomial the product is exact. */
const largestNorm = 2 ** 17;
/** Where nothing but sums is left, larger weights are written in digits. */
const largestSplitWeight = 2 ** 40;

/**
 * A look-up of one input needs no bootstrap where the client encrypts that input as one-hot cells: the function is a weight for each
 * cell. Rewrites a program so: what its inputs' functions and their sums give is read from cells, everything behind stays. Undefined
 * where no look-up asks one input alone, or cells or weights would be too many or too large.
 */
export function oneHotRegions(regions: RegionProgram): OneHotRegions | undefined {
  const ranges = elementRanges(regions);
  const values = separableValues(regions, ranges);
  const replaced = regions.steps.filter(
    ({ kind, result }) => kind !== "affine" && values.has(result),
  );
  const stuck = regions.steps.some(
    ({ kind, result }) => kind === "ensemble" && !values.has(result),
  );
  if (replaced.length === 0 || stuck) return undefined;
  return new CellProgram(regions, ranges, values).build();
}

/** Cells that an element takes. */
export function cellsOf(code: ElementCode): number {
  return code.kind === "number" ? 1 : code.high - code.low + 1;
}

/** A step of the new program that reads cells, and perhaps results of look-ups. */
interface CellStep {
  readonly result: number;
  readonly bits: number;
  readonly scaleLog2: number;
  readonly rows: readonly SeparableValue[];
  /** Old values that it reads besides, with their part of the map. */
  readonly others: readonly number[];
  readonly map: AffineMap | undefined;
}

class CellProgram {
  readonly #regions: RegionProgram;
  readonly #ranges: ElementRanges;
  readonly #values: ReadonlyMap<number, readonly SeparableValue[]>;
  /** Steps that stay, in order: as they were, or over cells. */
  readonly #steps: (CellStep | RegionStep)[] = [];
  readonly #made = new Set<number>();

  constructor(
    regions: RegionProgram,
    ranges: ElementRanges,
    values: ReadonlyMap<number, readonly SeparableValue[]>,
  ) {
    this.#regions = regions;
    this.#ranges = ranges;
    this.#values = values;
  }

  build(): OneHotRegions | undefined {
    for (const step of this.#regions.steps) {
      if (this.#values.has(step.result)) continue;
      if (step.kind === "lookup") {
        this.#need(step.source);
        this.#steps.push(step);
      } else if (step.kind === "affine") this.#mix(step);
      this.#made.add(step.result);
    }
    for (const { value } of this.#regions.outputs) this.#need(value);
    const linear = this.#steps.every((step) => !("kind" in step));
    const codes = this.#codes();
    if (codes.reduce((sum, code) => sum + cellsOf(code), 0) > mostCells) return undefined;
    const inputBits = this.#inputBits(linear);
    return this.#write(codes, inputBits, linear);
  }

  /** Computes an old value from cells where it is not computed yet. */
  #need(value: number): void {
    const rows = this.#values.get(value);
    if (rows === undefined || this.#made.has(value)) return;
    this.#made.add(value);
    const step = this.#regions.steps.find(({ result }) => result === value);
    const scaleLog2 = step?.kind === "affine" ? step.scaleLog2 : 0;
    const bits = this.#regions.values[value]?.assignedBits ?? 1;
    this.#steps.push({ result: value, bits, scaleLog2, rows, others: [], map: undefined });
  }

  /** A sum of results of look-ups that stay, and perhaps of functions of inputs. */
  #mix(step: AffineStep): void {
    const { sources, map, result, scaleLog2 } = step;
    const columns = sources.flatMap((source) =>
      Array.from({ length: this.#sizeOf(source) }, (_, index) => ({ source, index })),
    );
    const joined = columns.map(({ source, index }) => this.#values.get(source)?.[index]);
    const others = sources.filter((source) => !this.#values.has(source));
    const starts = new Map<number, number>();
    let total = 0;
    for (const source of others) {
      starts.set(source, total);
      total += this.#sizeOf(source);
    }
    const builder = new AffineBuilder(total);
    const empty = { constant: 0, slopes: new Map(), tables: new Map() };
    const known = joined.map((value) => value ?? empty);
    const rows = Array.from({ length: map.outputs }, (_, row) => {
      const own: [number, number][] = [];
      for (const [column, weight] of rowTerms(map, row)) {
        const place = columns[column];
        if (joined[column] !== undefined || place === undefined) own.push([column, weight]);
        else builder.term((starts.get(place.source) ?? 0) + place.index, weight);
      }
      builder.endRow(0);
      return weightedSum(own, known, map.constant[row] ?? 0);
    });
    const bits = this.#regions.values[result]?.assignedBits ?? 1;
    this.#steps.push({ result, bits, scaleLog2, rows, others, map: builder.finish() });
  }

  #cellSteps(): CellStep[] {
    return this.#steps.flatMap((step) => ("kind" in step ? [] : [step]));
  }

  #codes(): ElementCode[] {
    const rows = this.#cellSteps().flatMap((step) => step.rows);
    const tables = new Map<number, Float64Array[]>();
    for (const row of rows) {
      for (const j of row.tables.keys()) {
        const table = tableOf(row, j, this.#ranges);
        if (table !== undefined) tables.set(j, [...(tables.get(j) ?? []), table]);
      }
    }
    // An element that is also read as it is changes from every value to the next.
    for (const row of rows) {
      for (const [j, slope] of row.slopes) {
        const known = tables.get(j);
        if (slope !== 0 && known !== undefined && !row.tables.has(j)) {
          const table = tableOf(row, j, this.#ranges);
          if (table !== undefined) known.push(table);
        }
      }
    }
    const whole = this.#regions.steps.some(
      (step) => step.kind === "ensemble" && step.trees.gridBits !== undefined,
    );
    return this.#ranges.counts.map((_, j) =>
      elementCode(tables.get(j) ?? [], this.#ranges.lowest[j] ?? 0, whole),
    );
  }

  /** The highest place at which a result reads each input; nothing is shifted where no look-up is left. */
  #inputBits(linear: boolean): number[] {
    if (linear) return this.#regions.inputs.map(() => 1);
    const most = this.#ranges.counts.map(() => 1);
    for (const { rows, bits, scaleLog2 } of this.#cellSteps()) {
      for (const { slopes, tables } of rows) {
        for (const j of [...slopes.keys(), ...tables.keys()]) {
          most[j] = Math.max(most[j] ?? 1, bits + scaleLog2);
        }
      }
    }
    return this.#regions.inputs.map(({ start, shape, assignedBits }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      // Numbers need room for themselves, also where nothing reads them.
      return Math.max(assignedBits, ...most.slice(start, start + size));
    });
  }

  #write(
    codes: readonly ElementCode[],
    inputBits: readonly number[],
    linear: boolean,
  ): OneHotRegions | undefined {
    const starts: number[] = [];
    let cells = 0;
    for (const code of codes) {
      starts.push(cells);
      cells += cellsOf(code);
    }
    const bitsOf = this.#regions.inputs.flatMap(({ shape }, input) =>
      Array.from(
        { length: shape.reduce((product, length) => product * length, 1) },
        () => inputBits[input] ?? 1,
      ),
    );
    const values: RegionValue[] = [this.#cellValue(codes, inputBits, cells)];
    const places = new Map<number, number>();
    const steps: RegionStep[] = [];
    const place = (old: number): number => {
      const own = this.#regions.values[old];
      if (own === undefined) throw new RangeError(`region value ${old}`);
      const id = values.length;
      values.push({ ...own, id });
      places.set(old, id);
      return id;
    };
    for (const step of this.#steps) {
      if ("kind" in step) {
        if (step.kind !== "lookup") continue;
        steps.push({ ...step, source: places.get(step.source) ?? 0, result: place(step.result) });
        continue;
      }
      const shift = (j: number): number =>
        linear ? 1 : 2 ** ((bitsOf[j] ?? 1) - step.bits - step.scaleLog2);
      const map = this.#map(step, codes, starts, cells, linear, shift);
      if (map === undefined) return undefined;
      const others = step.others.map((old) => places.get(old) ?? 0);
      const scaleLog2 = linear ? 0 : step.scaleLog2;
      steps.push({
        kind: "affine",
        sources: [0, ...others],
        map,
        scaleLog2,
        result: place(step.result),
      });
    }
    const outputs = this.#regions.outputs.map(
      (output): RegionOutput => ({ ...output, value: places.get(output.value) ?? 0 }),
    );
    return {
      regions: { values, inputs: this.#regions.inputs, steps, outputs },
      codes,
      inputBits,
    };
  }

  #cellValue(
    codes: readonly ElementCode[],
    inputBits: readonly number[],
    cells: number,
  ): RegionValue {
    const [joined] = this.#regions.values;
    if (joined === undefined) throw new RangeError("a program without inputs");
    const assignedBits = Math.max(...inputBits);
    if (codes.some(({ kind }) => kind === "number")) {
      return { ...joined, size: cells, assignedBits: Math.max(joined.assignedBits, assignedBits) };
    }
    const type = { signed: false, bits: 1 };
    return { ...joined, size: cells, type, bounds: { min: 0, max: 1 }, assignedBits };
  }

  /** Undefined where a weight is too large for an exact product. */
  #map(
    { rows, map, scaleLog2 }: CellStep,
    codes: readonly ElementCode[],
    starts: readonly number[],
    cells: number,
    linear: boolean,
    shift: (j: number) => number,
  ): AffineMap | undefined {
    const builder = new AffineBuilder(cells + (map?.inputs ?? 0));
    for (const [row, value] of rows.entries()) {
      let rest = value.constant;
      let squares = 0;
      const term = (column: number, weight: number): void => {
        squares += (weight * 2 ** scaleLog2) ** 2;
        builder.term(column, weight);
      };
      for (const j of new Set([...value.slopes.keys(), ...value.tables.keys()])) {
        const code = codes[j];
        const start = starts[j] ?? 0;
        const factor = shift(j);
        if (code?.kind === "one hot") {
          const table = tableOf(value, j, this.#ranges) ?? new Float64Array();
          const from = code.low - (this.#ranges.lowest[j] ?? 0);
          const weights = table.subarray(from, from + cellsOf(code));
          // One cell is 1: a constant moves every weight, and small weights make little noise.
          const middle = Math.round((Math.min(...weights) + Math.max(...weights)) / 2);
          rest += middle;
          for (const [cell, weight] of weights.entries()) {
            term(start + cell, (weight - middle) * factor);
          }
          continue;
        }
        if (!value.tables.has(j)) {
          term(start, (value.slopes.get(j) ?? 0) * factor);
          continue;
        }
        const table = tableOf(value, j, this.#ranges) ?? new Float64Array();
        const slope = (table[1] ?? 0) - (table[0] ?? 0);
        rest += (table[0] ?? 0) - slope * (this.#ranges.lowest[j] ?? 0);
        term(start, slope * factor);
      }
      if (!linear && squares > largestNorm ** 2) return undefined;
      if (map !== undefined) {
        for (const [column, weight] of rowTerms(map, row)) builder.term(cells + column, weight);
      }
      builder.endRow(rest);
    }
    const built = builder.finish();
    const most = linear ? largestSplitWeight : largestWeight;
    const fits = built.weight.every((weight) => Math.abs(weight * 2 ** scaleLog2) <= most);
    return fits ? built : undefined;
  }

  #sizeOf(value: number): number {
    return this.#regions.values[value]?.size ?? 0;
  }
}

/** A number where all functions are lines; else cells for the values between the first and the last change, or for all (`whole`). */
function elementCode(tables: readonly Float64Array[], lowest: number, whole: boolean): ElementCode {
  if (tables.every(isLine)) return { kind: "number" };
  const count = tables[0]?.length ?? 1;
  if (whole) return { kind: "one hot", low: lowest, high: lowest + count - 1 };
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const table of tables) {
    for (let i = 1; i < table.length; i++) {
      if (table[i] === table[i - 1]) continue;
      first = Math.min(first, i - 1);
      last = Math.max(last, i);
    }
  }
  return { kind: "one hot", low: lowest + first, high: lowest + last };
}

function isLine(table: Float64Array): boolean {
  const slope = (table[1] ?? 0) - (table[0] ?? 0);
  return table.every((entry, i) => entry === (table[0] ?? 0) + slope * i);
}
