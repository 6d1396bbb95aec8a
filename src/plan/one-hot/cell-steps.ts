import { AffineBuilder, type AffineMap, rowTerms } from "../../program/affine.js";
import type { AffineStep, LookupStep, RegionProgram } from "../../regions/region-program.js";
import { type SeparableValue, weightedSum } from "./separable.js";

/** A step of the new program that reads cells, and perhaps results of look-ups. */
export interface CellStep {
  readonly kind: "cells";
  readonly result: number;
  readonly bits: number;
  readonly scaleLog2: number;
  readonly rows: readonly SeparableValue[];
  /** Old values that it reads besides, with their part of the map. */
  readonly others: readonly number[];
  readonly map: AffineMap | undefined;
}

/** Values that are sums of functions of single inputs, element by element. */
type SeparableValues = ReadonlyMap<number, readonly SeparableValue[]>;

/**
 * Steps that stay, in order: look-ups as they were, and sums over cells. Values of `separable` are computed from cells where a look-up or
 * an output reads them.
 */
export function cellSteps(
  regions: RegionProgram,
  separable: SeparableValues,
): (CellStep | LookupStep)[] {
  const steps: (CellStep | LookupStep)[] = [];
  const made = new Set<number>();
  /** Computes an old value from cells where it is not computed yet. */
  const need = (value: number): void => {
    const rows = separable.get(value);
    if (rows === undefined || made.has(value)) return;
    made.add(value);
    const step = regions.steps.find(({ result }) => result === value);
    const scaleLog2 = step?.kind === "affine" ? step.scaleLog2 : 0;
    const bits = regions.values[value]?.assignedBits ?? 1;
    const own = { result: value, bits, scaleLog2, rows };
    steps.push({ kind: "cells", ...own, others: [], map: undefined });
  };
  for (const step of regions.steps) {
    if (separable.has(step.result)) continue;
    if (step.kind === "lookup") {
      need(step.source);
      steps.push(step);
    } else if (step.kind === "affine") steps.push(mixedStep(regions, separable, step));
    made.add(step.result);
  }
  for (const { value } of regions.outputs) need(value);
  return steps;
}

/** A sum of results of look-ups that stay, and perhaps of functions of inputs. */
function mixedStep(
  regions: RegionProgram,
  separable: SeparableValues,
  { sources, map, result, scaleLog2 }: AffineStep,
): CellStep {
  const sizeOf = (value: number): number => regions.values[value]?.size ?? 0;
  const columns = sources.flatMap((source) =>
    Array.from({ length: sizeOf(source) }, (_, index) => ({ source, index })),
  );
  const joined = columns.map(({ source, index }) => separable.get(source)?.[index]);
  const others = sources.filter((source) => !separable.has(source));
  const starts = new Map<number, number>();
  let total = 0;
  for (const source of others) {
    starts.set(source, total);
    total += sizeOf(source);
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
  const bits = regions.values[result]?.assignedBits ?? 1;
  return { kind: "cells", result, bits, scaleLog2, rows, others, map: builder.finish() };
}
