import type { EnsembleStep, LookupStep, RegionProgram } from "../ops/region-program.js";
import { leafOf } from "../ops/tree-ensemble/integer-trees.js";
import { rowTerms } from "../program/affine.js";

/** A value that is a sum of functions of single input elements: `constant + sum of tables.get(j)[x_j - low]`. */
export interface SeparableValue {
  readonly constant: number;
  readonly tables: ReadonlyMap<number, Float64Array>;
}

/** Most values of an input element: functions of it are written out. */
const mostValues = 4096;

/** `many`: the value depends on several elements. */
type Source = number | "nothing" | "many";

/**
 * Every output element as a sum of functions of single inputs, or undefined where some look-up mixes inputs. `lowest[j]` and
 * `counts[j]` say which values element j of the joined inputs takes. Cost: the tables' size times their uses.
 */
export function separableOutputs(
  regions: RegionProgram,
  lowest: readonly number[],
  counts: readonly number[],
): SeparableValue[][] | undefined {
  const sources = dependencies(regions, counts);
  if (sources === undefined) return undefined;
  const values: SeparableValue[][] = [];
  values[0] = counts.map((count, j) => ({
    constant: 0,
    tables: new Map([[j, Float64Array.from({ length: count }, (_, i) => (lowest[j] ?? 0) + i)]]),
  }));
  for (const step of regions.steps) {
    if (step.kind === "affine") {
      const joined = step.sources.flatMap((source) => values[source] ?? []);
      values[step.result] = Array.from({ length: step.map.outputs }, (_, row) =>
        combine([...rowTerms(step.map, row)], joined, step.map.constant[row] ?? 0),
      );
    } else if (step.kind === "lookup") {
      values[step.result] = (values[step.source] ?? []).map((value, i) => lookUp(step, i, value));
    } else {
      values[step.result] = ensembleTables(step, lowest, counts);
    }
  }
  return regions.outputs.map(({ value }) => values[value] ?? []);
}

/** Which element every value depends on; undefined where a look-up or a tree asks several, or an input takes too many values. */
function dependencies(
  regions: RegionProgram,
  counts: readonly number[],
): readonly Source[][] | undefined {
  if (counts.some((count) => count > mostValues)) return undefined;
  const sources: Source[][] = [counts.map((_, j) => j)];
  for (const step of regions.steps) {
    if (step.kind === "ensemble") {
      if (treeFeatures(step).some((features) => features.size > 1)) return undefined;
      sources[step.result] = new Array<Source>(step.trees.outputs).fill("many");
    } else if (step.kind === "lookup") {
      const own = sources[step.source] ?? [];
      if (own.includes("many")) return undefined;
      sources[step.result] = own;
    } else {
      const joined = step.sources.flatMap((source) => sources[source] ?? []);
      sources[step.result] = Array.from({ length: step.map.outputs }, (_, row) => {
        let source: Source = "nothing";
        for (const [column] of rowTerms(step.map, row)) {
          const other = joined[column] ?? "nothing";
          if (other === "nothing" || other === source) continue;
          source = source === "nothing" ? other : "many";
        }
        return source;
      });
    }
  }
  return sources;
}

function combine(
  terms: readonly (readonly [number, number])[],
  values: readonly SeparableValue[],
  start: number,
): SeparableValue {
  let constant = start;
  const tables = new Map<number, Float64Array>();
  for (const [column, weight] of terms) {
    const value = values[column];
    if (value === undefined) continue;
    constant += weight * value.constant;
    for (const [element, table] of value.tables) addTable(tables, element, table, weight);
  }
  return { constant, tables };
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

function lookUp(step: LookupStep, index: number, value: SeparableValue): SeparableValue {
  const table = step.tables[step.tableOf[index] ?? 0];
  const size = 2 ** step.precision;
  const entry = (argument: number): number => {
    const at = (argument - (table?.first ?? 0)) / 2 ** step.low;
    // Beyond its end a table goes on with its entries negated, and so on around (`LookupStep`).
    const turn = Math.floor(at / size);
    const own = table?.entries[at - turn * size] ?? 0;
    return step.addend + (turn % 2 === 0 ? own : -own);
  };
  const [only] = value.tables;
  if (only === undefined) return { constant: entry(value.constant), tables: new Map() };
  const [element, argument] = only;
  const looked = argument.map((item) => entry(item + value.constant));
  return { constant: 0, tables: new Map([[element, looked]]) };
}

function ensembleTables(
  step: EnsembleStep,
  lowest: readonly number[],
  counts: readonly number[],
): SeparableValue[] {
  const { trees, columns } = step;
  const { outputs } = trees;
  const constants = new Float64Array(outputs);
  const tables = Array.from({ length: outputs }, () => new Map<number, Float64Array>());
  for (const [tree, features] of treeFeatures(step).entries()) {
    const root = trees.roots[tree] ?? 0;
    const [feature] = features;
    const x = new Float64Array(trees.features);
    const leafValue = (k: number): number =>
      trees.values[leafOf(trees, root, x) * outputs + k] ?? 0;
    for (let k = 0; k < outputs; k++) {
      if (feature === undefined) {
        constants[k] = (constants[k] ?? 0) + leafValue(k);
        continue;
      }
      const element = columns[feature] ?? 0;
      const table = Float64Array.from({ length: counts[element] ?? 0 }, (_, i) => {
        x[feature] = (lowest[element] ?? 0) + i;
        return leafValue(k);
      });
      addTable(tables[k] ?? new Map(), element, table, 1);
    }
  }
  return tables.map((own, k) => ({ constant: constants[k] ?? 0, tables: own }));
}

/** The features that every tree asks. */
function treeFeatures({ trees }: EnsembleStep): Set<number>[] {
  return Array.from(trees.roots, (root) => {
    const features = new Set<number>();
    const visit = (node: number): void => {
      const feature = trees.feature[node] ?? -1;
      if (feature < 0) return;
      features.add(feature);
      visit(trees.left[node] ?? 0);
      visit(trees.right[node] ?? 0);
    };
    visit(root);
    return features;
  });
}
