import { leafOf } from "../../op-spec/integer-trees.js";
import { rowTerms } from "../../program/affine.js";
import type {
  AffineStep,
  EnsembleStep,
  LookupStep,
  RegionProgram,
} from "../../regions/region-program.js";

/** A sum of functions of single input elements: `constant + sum of slopes[j] x_j + sum of tables[j][x_j - lowest[j]]`. */
export interface SeparableValue {
  readonly constant: number;
  readonly slopes: ReadonlyMap<number, number>;
  readonly tables: ReadonlyMap<number, Float64Array>;
}

/** Values that the elements of the joined inputs take: `lowest[j]` and up, `counts[j]` of them. */
export interface ElementRanges {
  readonly lowest: readonly number[];
  readonly counts: readonly number[];
}

/** Most values of an input element whose functions are written out. */
const mostValues = 4096;

/** Ranges of all elements of the inputs, by their types. */
export function elementRanges({ inputs }: RegionProgram): ElementRanges {
  const lowest: number[] = [];
  const counts: number[] = [];
  for (const { shape, type } of inputs) {
    const size = shape.reduce((product, length) => product * length, 1);
    for (let i = 0; i < size; i++) {
      lowest.push(type.signed ? -(2 ** (type.bits - 1)) : 0);
      counts.push(2 ** type.bits);
    }
  }
  return { lowest, counts };
}

/**
 * Every value of the program that is a sum of functions of single inputs, element by element. A look-up of several inputs, and what
 * depends on one, is not among them. Cost: the tables' sizes times their uses.
 */
export function separableValues(
  regions: RegionProgram,
  ranges: ElementRanges,
): ReadonlyMap<number, readonly SeparableValue[]> {
  const found = new Map<number, readonly SeparableValue[]>();
  found.set(
    0,
    ranges.counts.map((_, j) => ({ constant: 0, slopes: new Map([[j, 1]]), tables: new Map() })),
  );
  for (const step of regions.steps) {
    const value =
      step.kind === "affine"
        ? affineValue(step, found)
        : step.kind === "lookup"
          ? lookupValue(step, found, ranges)
          : ensembleValue(step, ranges);
    if (value !== undefined) found.set(step.result, value);
  }
  return found;
}

/** The function of element `j` in `value`, over its whole range; undefined where it does not depend on it. */
export function tableOf(
  value: SeparableValue,
  j: number,
  { lowest, counts }: ElementRanges,
): Float64Array | undefined {
  const slope = value.slopes.get(j) ?? 0;
  const table = value.tables.get(j);
  if (slope === 0) return table;
  const low = lowest[j] ?? 0;
  return Float64Array.from(
    { length: counts[j] ?? 0 },
    (_, i) => slope * (low + i) + (table?.[i] ?? 0),
  );
}

function affineValue(
  { sources, map }: AffineStep,
  found: ReadonlyMap<number, readonly SeparableValue[]>,
): SeparableValue[] | undefined {
  const joined: SeparableValue[] = [];
  for (const source of sources) {
    const values = found.get(source);
    if (values === undefined) return undefined;
    joined.push(...values);
  }
  return Array.from({ length: map.outputs }, (_, row) =>
    weightedSum([...rowTerms(map, row)], joined, map.constant[row] ?? 0),
  );
}

/** `constant + sum of weights times values`; `terms` are pairs of a position in `values` and a weight. */
export function weightedSum(
  terms: readonly (readonly [number, number])[],
  values: readonly SeparableValue[],
  start: number,
): SeparableValue {
  let constant = start;
  const slopes = new Map<number, number>();
  const tables = new Map<number, Float64Array>();
  for (const [column, weight] of terms) {
    const value = values[column];
    if (value === undefined) continue;
    constant += weight * value.constant;
    for (const [j, slope] of value.slopes) slopes.set(j, (slopes.get(j) ?? 0) + weight * slope);
    for (const [j, table] of value.tables) addTable(tables, j, table, weight);
  }
  return { constant, slopes, tables };
}

function addTable(
  tables: Map<number, Float64Array>,
  element: number,
  table: Float64Array,
  weight: number,
): void {
  const sum = tables.get(element) ?? new Float64Array(table.length);
  for (let i = 0; i < table.length; i++) sum[i] = (sum[i] ?? 0) + weight * (table[i] ?? 0);
  tables.set(element, sum);
}

function lookupValue(
  step: LookupStep,
  found: ReadonlyMap<number, readonly SeparableValue[]>,
  ranges: ElementRanges,
): SeparableValue[] | undefined {
  const source = found.get(step.source);
  if (source === undefined) return undefined;
  const elements = source.map(({ slopes, tables }) => [
    ...new Set([...[...slopes].flatMap(([j, s]) => (s === 0 ? [] : [j])), ...tables.keys()]),
  ]);
  const tabulated = elements.every(
    (own) => own.length <= 1 && own.every((j) => (ranges.counts[j] ?? 0) <= mostValues),
  );
  if (!tabulated) return undefined;
  return source.map((value, i) => {
    const [element] = elements[i] ?? [];
    const entry = entryOf(step, i);
    const slopes = new Map<number, number>();
    const argument = element === undefined ? undefined : tableOf(value, element, ranges);
    if (element === undefined || argument === undefined) {
      return { constant: entry(value.constant), slopes, tables: new Map() };
    }
    const table = argument.map((item) => entry(item + value.constant));
    return { constant: 0, slopes, tables: new Map([[element, table]]) };
  });
}

/** What look-up number `index` of a step gives for an argument. */
function entryOf(step: LookupStep, index: number): (argument: number) => number {
  const table = step.tables[step.tableOf[index] ?? 0];
  const size = 2 ** step.precision;
  return (argument) => {
    const at = Math.round((argument - (table?.first ?? 0)) / 2 ** step.low);
    // Beyond its end a table goes on with its entries negated, and so on around (`LookupStep`).
    const turn = Math.floor(at / size);
    const own = table?.entries[at - turn * size] ?? 0;
    return (table?.addend ?? 0) + (turn % 2 === 0 ? own : -own);
  };
}

function ensembleValue(step: EnsembleStep, ranges: ElementRanges): SeparableValue[] | undefined {
  const { trees, columns } = step;
  const { outputs } = trees;
  const features = treeFeatures(step);
  const tabulated = features.every(
    (own) =>
      own.size <= 1 && [...own].every((f) => (ranges.counts[columns[f] ?? 0] ?? 0) <= mostValues),
  );
  if (!tabulated) return undefined;
  const constants = new Float64Array(outputs);
  const tables = Array.from({ length: outputs }, () => new Map<number, Float64Array>());
  for (const [tree, [feature]] of features.entries()) {
    const root = trees.roots[tree] ?? 0;
    const x = new Float64Array(trees.features);
    const leafValue = (k: number): number =>
      trees.values[leafOf(trees, root, x) * outputs + k] ?? 0;
    for (let k = 0; k < outputs; k++) {
      if (feature === undefined) {
        constants[k] = (constants[k] ?? 0) + leafValue(k);
        continue;
      }
      const element = columns[feature] ?? 0;
      const low = ranges.lowest[element] ?? 0;
      const table = Float64Array.from({ length: ranges.counts[element] ?? 0 }, (_, i) => {
        x[feature] = low + i;
        return leafValue(k);
      });
      addTable(tables[k] ?? new Map(), element, table, 1);
    }
  }
  return tables.map((own, k) => ({
    constant: constants[k] ?? 0,
    slopes: new Map<number, number>(),
    tables: own,
  }));
}

/** The features that every tree's values depend on: questions with the same leaf on both sides do not count. */
function treeFeatures({ trees }: EnsembleStep): Set<number>[] {
  const { outputs, values } = trees;
  const same = (a: number, b: number): boolean => {
    for (let k = 0; k < outputs; k++)
      if (values[a * outputs + k] !== values[b * outputs + k]) return false;
    return true;
  };
  return Array.from(trees.roots, (root) => {
    const features = new Set<number>();
    /** A leaf with the values that all leaves below have. */
    const visit = (node: number): number | undefined => {
      const feature = trees.feature[node] ?? -1;
      if (feature < 0) return node;
      const left = visit(trees.left[node] ?? 0);
      const right = visit(trees.right[node] ?? 0);
      if (left !== undefined && right !== undefined && same(left, right)) return left;
      features.add(feature);
      return undefined;
    };
    visit(root);
    return features;
  });
}
