import { minimalIntegerType } from "../graph/integer-type.js";
import type { AffineStep, LookupStep, RegionProgram, RegionValue } from "./region-program.js";

/** Entries times factors stay exact. */
const largestEntry = 2 ** 50;

/**
 * Moves factors into tables: where all sums read a look-up's result with weights that share a factor, the entries are multiplied by it
 * and the weights divided. No other value changes. A table's results have the same noise whatever its entries are, so
 * sums of them get quieter by the factor. Results that are returned or looked up as they are keep theirs.
 */
export function foldFactors(program: RegionProgram): RegionProgram {
  const factors = new Map<number, Float64Array>();
  for (const step of program.steps) {
    if (step.kind !== "lookup") continue;
    factors.set(step.result, new Float64Array(program.values[step.result]?.size ?? 0));
  }
  const readAsIs = (value: number): void => void factors.get(value)?.fill(1);
  for (const { value } of program.outputs) readAsIs(value);
  for (const step of program.steps) {
    if (step.kind === "lookup") readAsIs(step.source);
    if (step.kind !== "affine") continue;
    const columns = columnsOf(program, step);
    for (const [at, column] of step.map.column.entries()) {
      const { source, index } = columns[column] ?? noPlace;
      const known = factors.get(source);
      if (known === undefined) continue;
      // Weights that are known only at run time share nothing.
      const weight = step.clear === undefined ? Math.abs(step.map.weight[at] ?? 0) : 1;
      known[index] = commonDivisor(known[index] ?? 0, weight);
    }
  }
  for (const step of program.steps) {
    if (step.kind === "lookup") keepExact(step, factors.get(step.result));
  }
  const moved = [...factors.values()].some((own) => own.some((factor) => factor > 1));
  if (!moved) return program;
  return {
    ...program,
    values: program.values.map((value) => enlarged(value, factors.get(value.id))),
    steps: program.steps.map((step) => {
      if (step.kind === "lookup") return withFactors(step, factors.get(step.result));
      return step.kind === "affine" ? withoutFactors(program, step, factors) : step;
    }),
  };
}

interface Place {
  readonly source: number;
  readonly index: number;
}

const noPlace: Place = { source: -1, index: 0 };

/** What each column of a step's map reads. */
function columnsOf({ values }: RegionProgram, { sources }: AffineStep): Place[] {
  return sources.flatMap((source) =>
    Array.from({ length: values[source]?.size ?? 0 }, (_, index) => ({ source, index })),
  );
}

/** Elements that nothing reads, and those whose entries would get too large, keep the factor 1. */
function keepExact(step: LookupStep, factors: Float64Array | undefined): void {
  if (factors === undefined) return;
  const largest = step.tables.map(({ entries, addend }) =>
    entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), Math.abs(addend)),
  );
  for (const [i, factor] of factors.entries()) {
    const entry = largest[step.tableOf[i] ?? 0] ?? 0;
    const fits = factor > 1 && Number.isInteger(factor) && entry * factor <= largestEntry;
    factors[i] = fits ? factor : 1;
  }
}

function enlarged(value: RegionValue, factors: Float64Array | undefined): RegionValue {
  if (factors === undefined || factors.every((factor) => factor === 1)) return value;
  const { min, max } = value.bounds;
  const reached = [...new Set(factors)].flatMap((factor) => [min * factor, max * factor]);
  const bounds = { min: Math.min(...reached), max: Math.max(...reached) };
  return { ...value, bounds, type: minimalIntegerType(bounds.min, bounds.max) };
}

function withFactors(step: LookupStep, factors: Float64Array | undefined): LookupStep {
  if (factors === undefined || factors.every((factor) => factor === 1)) return step;
  const tables: LookupStep["tables"][number][] = [];
  const known = new Map<string, number>();
  const tableOf = step.tableOf.map((table, i) => {
    const factor = factors[i] ?? 1;
    const key = `${table} ${factor}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const own = step.tables[table];
    if (own === undefined) throw new RangeError(`table ${table} of value ${step.result}`);
    const entries = own.entries.map((entry) => entry * factor + 0);
    tables.push({ ...own, entries, addend: own.addend * factor });
    known.set(key, tables.length - 1);
    return tables.length - 1;
  });
  return { ...step, tables, tableOf };
}

function withoutFactors(
  program: RegionProgram,
  step: AffineStep,
  factors: ReadonlyMap<number, Float64Array>,
): AffineStep {
  if (!step.sources.some((source) => factors.has(source))) return step;
  const columns = columnsOf(program, step);
  const weight = step.map.weight.map((own, at) => {
    const { source, index } = columns[step.map.column[at] ?? -1] ?? noPlace;
    return own / (factors.get(source)?.[index] ?? 1);
  });
  return { ...step, map: { ...step.map, weight } };
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
