import type { IntegerTrees } from "../../op-spec/integer-trees.js";
import { rowTerms } from "../../program/affine.js";
import type { EnsembleStep, RegionProgram } from "../../regions/region-program.js";

/** Trees over the joined inputs whose outputs are all results of the program, one after the other, less their constants. */
export interface JoinedTrees {
  readonly trees: IntegerTrees;
  /** `[outputs]` */
  readonly constant: Float64Array;
}

/** The part of a program that is looked at. */
export interface TreeRegions extends Pick<RegionProgram, "steps" | "values"> {
  readonly outputs: readonly { readonly value: number }[];
}

/** Every result as one sum of trees: linear operations behind trees act on their leaves. Undefined where results need anything else. */
export function joinedTrees(regions: TreeRegions): JoinedTrees | undefined {
  const ensembles = new Map<number, EnsembleStep>();
  const forms = new Map<number, ResultForm>();
  for (const step of regions.steps) {
    if (step.kind === "lookup") return undefined;
    if (step.kind === "ensemble") {
      ensembles.set(step.result, step);
      continue;
    }
    if (step.sources.some((source) => !ensembles.has(source))) return undefined;
    const columns = step.sources.flatMap((value) =>
      Array.from({ length: ensembles.get(value)?.trees.outputs ?? 0 }, (_, output) => ({
        value,
        output,
      })),
    );
    forms.set(step.result, {
      constant: step.map.constant,
      rows: Array.from({ length: step.map.outputs }, (_, row) =>
        [...rowTerms(step.map, row)].flatMap(([column, weight]) => {
          const place = columns[column];
          return place === undefined ? [] : [{ ...place, weight }];
        }),
      ),
    });
  }
  const rows = regions.outputs.flatMap(({ value }): OutputRow[] => {
    const form = forms.get(value);
    if (form !== undefined) {
      return form.rows.map((terms, row) => ({ terms, constant: form.constant[row] ?? 0 }));
    }
    const outputs = ensembles.get(value)?.trees.outputs ?? 0;
    return Array.from({ length: outputs }, (_, output) => ({
      terms: [{ value, output, weight: 1 }],
      constant: 0,
    }));
  });
  return {
    trees: join(ensembles, rows, regions.values[0]?.size ?? 0),
    constant: Float64Array.from(rows, ({ constant }) => constant),
  };
}

/** `weight` times output `output` of the ensemble that computes `value`. */
interface Term {
  readonly value: number;
  readonly output: number;
  readonly weight: number;
}

interface OutputRow {
  readonly terms: readonly Term[];
  readonly constant: number;
}

interface ResultForm {
  readonly rows: readonly (readonly Term[])[];
  readonly constant: Float64Array;
}

/** What a leaf adds to a row. */
function leafSum(terms: readonly Term[], trees: IntegerTrees, node: number): number {
  return terms.reduce(
    (sum, { weight, output }) => sum + weight * (trees.values[node * trees.outputs + output] ?? 0),
    0,
  );
}

function join(
  ensembles: ReadonlyMap<number, EnsembleStep>,
  rows: readonly OutputRow[],
  features: number,
): IntegerTrees {
  const parts = [...ensembles];
  const nodes = parts.reduce((sum, [, { trees }]) => sum + trees.feature.length, 0);
  const joined = {
    feature: new Int32Array(nodes).fill(-1),
    threshold: new Int32Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    values: new Float64Array(nodes * rows.length),
  };
  const roots: number[] = [];
  let start = 0;
  for (const [value, { trees, columns }] of parts) {
    for (let node = 0; node < trees.feature.length; node++) {
      const feature = trees.feature[node] ?? -1;
      const to = start + node;
      if (feature >= 0) {
        joined.feature[to] = columns[feature] ?? 0;
        joined.threshold[to] = trees.threshold[node] ?? 0;
        joined.left[to] = start + (trees.left[node] ?? 0);
        joined.right[to] = start + (trees.right[node] ?? 0);
        continue;
      }
      for (const [row, { terms }] of rows.entries()) {
        const own = terms.filter((term) => term.value === value);
        joined.values[to * rows.length + row] = leafSum(own, trees, node);
      }
    }
    for (const root of trees.roots) roots.push(start + root);
    start += trees.feature.length;
  }
  const widths = parts.flatMap(([, { trees }]) => trees.gridBits ?? []);
  const grid = widths.length === 0 ? {} : { gridBits: Math.max(...widths) };
  return { ...joined, ...grid, features, outputs: rows.length, roots: Int32Array.from(roots) };
}
