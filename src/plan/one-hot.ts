import type {
  RegionOutput,
  RegionProgram,
  RegionStep,
  RegionValue,
} from "../ops/region-program.js";
import { AffineBuilder } from "../program/affine.js";
import { type SeparableValue, separableOutputs } from "./separable.js";

/** How one input element is written into the uploaded vector. */
export type ElementCode =
  /** As itself. */
  | { readonly kind: "number" }
  /** `high - low + 1` cells, a 1 in that of its value (of the nearest, if it lies outside), 0 in the others. */
  | { readonly kind: "one hot"; readonly low: number; readonly high: number };

/** A program that is linear in the cells of its inputs. */
export interface OneHotRegions {
  /** Value 0 holds the cells of all elements, one after the other. */
  readonly regions: RegionProgram;
  readonly codes: readonly ElementCode[];
}

/** Most cells of all inputs: 100 KB of upload. */
const mostCells = 2 ** 15;

/**
 * Where every output is a sum of functions of single inputs, the client can encrypt inputs as one-hot cells and the server needs no
 * look-ups: each function is a weight for each cell. Undefined where inputs mix before a look-up, or would take too many cells.
 */
export function oneHotRegions(regions: RegionProgram): OneHotRegions | undefined {
  if (regions.steps.every(({ kind }) => kind === "affine")) return undefined;
  const lowest: number[] = [];
  const counts: number[] = [];
  for (const { shape, type } of regions.inputs) {
    const size = shape.reduce((product, length) => product * length, 1);
    const low = type.signed ? -(2 ** (type.bits - 1)) : 0;
    for (let i = 0; i < size; i++) {
      lowest.push(low);
      counts.push(2 ** type.bits);
    }
  }
  const grid = regions.steps.some(
    (step) => step.kind === "ensemble" && step.trees.gridBits !== undefined,
  );
  const outputs = separableOutputs(regions, lowest, counts);
  if (outputs === undefined) return undefined;
  const all = outputs.flat();
  const codes = counts.map((_, element) =>
    elementCode(
      all.flatMap((value) => value.tables.get(element) ?? []),
      lowest[element] ?? 0,
      grid,
    ),
  );
  const cells = codes.reduce((sum, code) => sum + cellsOf(code), 0);
  if (cells > mostCells) return undefined;
  return { regions: linearProgram(regions, outputs, codes, lowest, cells), codes };
}

/** Cells that an element takes. */
export function cellsOf(code: ElementCode): number {
  return code.kind === "number" ? 1 : code.high - code.low + 1;
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

function linearProgram(
  regions: RegionProgram,
  outputs: readonly (readonly SeparableValue[])[],
  codes: readonly ElementCode[],
  lowest: readonly number[],
  cells: number,
): RegionProgram {
  const starts: number[] = [];
  let at = 0;
  for (const code of codes) {
    starts.push(at);
    at += cellsOf(code);
  }
  const [joined] = regions.values;
  if (joined === undefined) throw new RangeError("a program without inputs");
  const numbers = codes.some(({ kind }) => kind === "number");
  const first: RegionValue = numbers
    ? { ...joined, size: cells }
    : {
        ...joined,
        size: cells,
        type: { signed: false, bits: 1 },
        bounds: { min: 0, max: 1 },
        assignedBits: 1,
      };
  const values: RegionValue[] = [first];
  const steps: RegionStep[] = [];
  const places: RegionOutput[] = regions.outputs.map((output, index) => {
    const own = regions.values[output.value];
    if (own === undefined) throw new RangeError(`region value ${output.value}`);
    const result = values.length;
    values.push({ ...own, id: result });
    const builder = new AffineBuilder(cells);
    for (const { constant, tables } of outputs[index] ?? []) {
      let rest = constant;
      for (const [element, table] of tables) {
        const start = starts[element] ?? 0;
        const code = codes[element];
        if (code?.kind === "one hot") {
          const from = code.low - (lowest[element] ?? 0);
          const weights = table.subarray(from, from + cellsOf(code));
          // One cell is 1: a constant moves every weight, and small weights make little noise.
          const middle = Math.round((Math.min(...weights) + Math.max(...weights)) / 2);
          rest += middle;
          for (const [cell, weight] of weights.entries())
            builder.term(start + cell, weight - middle);
        } else {
          const slope = (table[1] ?? 0) - (table[0] ?? 0);
          rest += (table[0] ?? 0) - slope * (lowest[element] ?? 0);
          builder.term(start, slope);
        }
      }
      builder.endRow(rest);
    }
    steps.push({ kind: "affine", sources: [0], map: builder.finish(), scaleLog2: 0, result });
    return { ...output, value: result };
  });
  return { values, inputs: regions.inputs, steps, outputs: places };
}
