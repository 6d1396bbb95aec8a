// Random calculations on trees and linear models: what the rules make of them gives the same numbers as step by step.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StepList } from "../../src/import/rewriting/step-list.js";
import { runSteps } from "../../src/import/steps/run-steps.js";
import { type PairFunction, pairFunctions } from "../../src/import/steps/steps.js";
import type { Tree, TreeEnsemble } from "../../src/models/trees/tree-ensemble.js";

const X = Float64Array.from([-2, 0.5, -0.5, -1, 0.25, 3, 1, 0, 2.5, -3]);
const rows = X.length / 2;

/** A stump on feature `feature` with random leaves. */
function stump(feature: number, threshold: number, leaves: readonly number[]): Tree {
  const outputs = leaves.length / 2;
  return {
    feature: Int32Array.of(feature, -1, -1),
    threshold: Float64Array.of(threshold, 0, 0),
    left: Int32Array.of(1, 0, 0),
    right: Int32Array.of(2, 0, 0),
    missingLeft: new Uint8Array(3),
    categories: new Map(),
    values: Float64Array.from([...new Array<number>(outputs).fill(0), ...leaves]),
  };
}

const small = fc.integer({ min: -6, max: 6 }).map((k) => k / 4);
const ensembles = fc.integer({ min: 1, max: 2 }).chain((outputs) =>
  fc.record({
    base: fc.array(small, { minLength: outputs, maxLength: outputs }),
    divisor: fc.constantFrom(1, 2),
    trees: fc.array(
      fc.tuple(
        fc.nat(1),
        small,
        fc.array(small, { minLength: 2 * outputs, maxLength: 2 * outputs }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);
const linear = fc.array(small, { minLength: 3, maxLength: 3 });
const operations = fc.array(
  fc.record({
    name: fc.constantFrom<PairFunction>("add", "subtract", "multiply", "maximum", "greater"),
    left: fc.nat(20),
    right: fc.nat(20),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Blocks as the list names them beside their numbers, found without rules. */
interface Known {
  readonly block: number;
  readonly columns: number;
  readonly data: Float64Array;
}

test("rules of trees, of linear models and of two columns change no number", () => {
  fc.assert(
    fc.property(
      fc.array(ensembles, { minLength: 1, maxLength: 3 }),
      fc.array(linear, { maxLength: 2 }),
      fc.array(small, { minLength: 1, maxLength: 2 }),
      operations,
      (forests, models, constants, steps) => {
        const list = new StepList([2]);
        const known: Known[] = [];
        const plain = (block: number, columns: number) => {
          const blocks = runSteps(list.steps, [{ columns: 2, data: X }], rows);
          const data = Float64Array.from(blocks[block]?.data ?? [], Number);
          known.push({ block, columns, data });
        };
        for (const { base, divisor, trees } of forests) {
          const outputs = base.length;
          const ensemble: TreeEnsemble = {
            ...{ features: 2, outputs, divisor, base: Float64Array.from(base) },
            rule: { left: "<=", precision: "float64", missing: "none" },
            trees: trees.map(([feature, threshold, leaves]) => stump(feature, threshold, leaves)),
          };
          plain(list.trees(ensemble, 0), outputs);
        }
        for (const [a = 0, b = 0, c = 0] of models)
          plain(list.linear(0, Float64Array.of(a, b), Float64Array.of(c)), 1);
        for (const constant of constants) plain(list.constant([constant]), 1);
        const [first] = known;
        if (first?.columns === 1) {
          // One column beside its complement, as binary classifiers have it.
          const rest = list.pairStep("subtract", list.constant([1]), first.block, "float64");
          plain(list.add({ kind: "concatenate", from: [rest, first.block] }, 2), 2);
        }
        for (const { name, left, right } of steps) {
          const [a, b] = [known[left % known.length], known[right % known.length]];
          if (a === undefined || b === undefined) continue;
          if (a.columns !== b.columns && a.columns !== 1 && b.columns !== 1) continue;
          const columns = Math.max(a.columns, b.columns);
          const entry = ({ columns: width, data }: Known, row: number, k: number): number =>
            data[row * width + (width === 1 ? 0 : k)] ?? 0;
          const data = Float64Array.from({ length: rows * columns }, (_, index) => {
            const [row, k] = [Math.floor(index / columns), index % columns];
            return pairFunctions[name](entry(a, row, k), entry(b, row, k));
          });
          const block = list.pair(name, a.block, b.block, "float64");
          assert.equal(list.columns(block), columns);
          known.push({ block, columns, data });
        }
        const blocks = runSteps(list.steps, [{ columns: 2, data: X }], rows);
        for (const { block, data } of known) {
          const found = Array.from(blocks[block]?.data ?? [], Number);
          // Comparisons may turn where two numbers are equal but for rounding; those of quarters are exact.
          found.forEach((x, i) => {
            const due = data[i] ?? Number.NaN;
            assert.ok(Math.abs(x - due) <= 1e-9 * Math.max(1, Math.abs(due)), `${x} ${due}`);
          });
          assert.equal(found.length, data.length);
        }
      },
    ),
    { numRuns: 400 },
  );
});
