import { AffineBuilder, type AffineMap, rowTerms } from "../program/affine.js";
import type { AffineStep, LookupStep, RegionProgram, RegionTable } from "./region-program.js";

/** Entries times factors stay exact. */
const largestEntry = 2 ** 50;

/** An element of a look-up's result with the weights that all its readers give it. */
interface Looked {
  readonly step: LookupStep;
  readonly element: number;
  /** Greatest common divisor of the weights, with the sign of the first. */
  readonly factor: number;
}

/**
 * Look-ups of one argument whose results are only ever read together, with weights of one proportion, become one look-up of the sum of
 * their tables: `f(x) + g(x) = (f + g)(x)`. The others lose all weights; dropping dead elements removes them. Results that are returned
 * or looked up as they are stay.
 */
export function joinTables(program: RegionProgram): RegionProgram {
  const groups = [...groupsOf(program).values()].filter((group) => group.length > 1);
  if (groups.length === 0) return program;
  const steps = new Map<LookupStep, LookupStep>();
  /** Factor by which readers divide their weights, by value and element; 0: no weight. */
  const divisors = new Map<string, number>();
  const reached = new Map<number, { min: number; max: number }>();
  for (const group of groups) {
    const [first, ...others] = group;
    if (first === undefined) continue;
    const { entries, addend } = sumOfTables(group);
    if (entries.some((entry) => Math.abs(entry) > largestEntry)) continue;
    const { step, element, factor } = first;
    const own = steps.get(step) ?? step;
    const tableOf = own.tableOf.slice();
    tableOf[element] = own.tables.length;
    steps.set(step, { ...own, tables: [...own.tables, { first: 0, entries, addend }], tableOf });
    divisors.set(`${step.result} ${element}`, factor);
    for (const other of others) divisors.set(`${other.step.result} ${other.element}`, 0);
    // The entry beyond the last is the first, negated.
    const results = [...entries, 0 - (entries[0] ?? 0)].map((entry) => entry + addend);
    const bounds = reached.get(step.result);
    reached.set(step.result, {
      min: Math.min(bounds?.min ?? Infinity, ...results),
      max: Math.max(bounds?.max ?? -Infinity, ...results),
    });
  }
  return {
    ...program,
    values: program.values.map((value) => {
      const more = reached.get(value.id);
      if (more === undefined) return value;
      const min = Math.min(value.bounds.min, more.min);
      const max = Math.max(value.bounds.max, more.max);
      return { ...value, bounds: { min, max } };
    }),
    steps: program.steps.map((step) => {
      if (step.kind === "lookup") return steps.get(step) ?? step;
      return step.kind === "affine" ? reweighted(program, step, divisors) : step;
    }),
  };
}

/** Elements of look-up results by argument, encoding, readers and proportion of their weights. */
function groupsOf({ values, steps, outputs }: RegionProgram): Map<string, Looked[]> {
  const readers = new Map<number, (string[] | undefined)[]>();
  const weights = new Map<number, number[][]>();
  const keeps = new Set(outputs.map(({ value }) => value));
  for (const step of steps) {
    if (step.kind === "lookup") {
      keeps.add(step.source);
      readers.set(
        step.result,
        Array.from(step.origins, () => []),
      );
      weights.set(
        step.result,
        Array.from(step.origins, () => []),
      );
    }
    if (step.kind !== "affine" || !step.sources.some((source) => readers.has(source))) continue;
    const columns = columnsOf(values, step);
    for (let row = 0; row < step.map.outputs; row++) {
      for (const [column, weight] of rowTerms(step.map, row)) {
        const { source, index } = columns[column] ?? noPlace;
        readers.get(source)?.[index]?.push(`${step.result}.${row}`);
        weights.get(source)?.[index]?.push(weight);
      }
    }
  }
  const groups = new Map<string, Looked[]>();
  for (const step of steps) {
    if (step.kind !== "lookup" || keeps.has(step.result) || !readers.has(step.result)) continue;
    step.origins.forEach((origin, element) => {
      const read = readers.get(step.result)?.[element] ?? [];
      const own = weights.get(step.result)?.[element] ?? [];
      if (read.length === 0) return;
      const factor = own.reduce(commonDivisor, 0) * Math.sign(own[0] ?? 1);
      const { precision, low } = step;
      const encoding = `${precision} ${low} ${values[step.result]?.assignedBits}`;
      const proportion = own.map((weight) => weight / factor);
      const key = `${origin} ${encoding} ${read.join()} ${proportion.join()}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ step, element, factor }]);
      else group.push({ step, element, factor });
    });
  }
  return groups;
}

function sumOfTables(group: readonly Looked[]): Pick<RegionTable, "entries" | "addend"> {
  const [first] = group;
  const size = 2 ** (first?.step.precision ?? 0);
  const entries = new Float64Array(size);
  let sum = 0;
  for (const { step, element, factor } of group) {
    const own = step.tables[step.tableOf[element] ?? 0];
    sum += factor * (own?.addend ?? 0);
    own?.entries.forEach((entry, i) => {
      entries[i] = (entries[i] ?? 0) + factor * entry + 0;
    });
  }
  return { entries, addend: sum };
}

interface Place {
  readonly source: number;
  readonly index: number;
}

const noPlace: Place = { source: -1, index: 0 };

function columnsOf(values: RegionProgram["values"], { sources }: AffineStep): Place[] {
  return sources.flatMap((source) =>
    Array.from({ length: values[source]?.size ?? 0 }, (_, index) => ({ source, index })),
  );
}

function reweighted(
  { values }: RegionProgram,
  step: AffineStep,
  divisors: ReadonlyMap<string, number>,
): AffineStep {
  const columns = columnsOf(values, step);
  const divisorAt = columns.map(({ source, index }) => divisors.get(`${source} ${index}`));
  if (divisorAt.every((divisor) => divisor === undefined)) return step;
  return { ...step, map: divided(step.map, divisorAt) };
}

function divided(map: AffineMap, divisors: readonly (number | undefined)[]): AffineMap {
  const builder = new AffineBuilder(map.inputs);
  for (let row = 0; row < map.outputs; row++) {
    for (const [column, weight] of rowTerms(map, row)) {
      const divisor = divisors[column] ?? 1;
      if (divisor !== 0) builder.term(column, weight / divisor);
    }
    builder.endRow(map.constant[row] ?? 0);
  }
  return builder.finish();
}

function commonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
