import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { joinParts } from "../../src/client/join-parts.js";
import { decisionDiagrams } from "../../src/plan/decision/decision-diagrams.js";
import { torusLimb } from "../../src/plan/decision/leaf-limbs.js";
import {
  coprimeModuli,
  leafResidues,
  oddModuli,
  sumRange,
} from "../../src/plan/decision/leaf-residues.js";
import { bitPrices } from "../../src/plan/decision/upload-form.js";
import { randomTrees } from "../support/random-trees.js";

const ways = { any: coprimeModuli, odd: oddModuli } as const;
const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

test("moduli are pairwise coprime, odd where asked, none above the largest, and hold the range", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("any", "odd"),
      fc.integer({ min: 2, max: 2 ** 24 }),
      fc.integer({ min: 5, max: 64 }),
      (way, range, most) => {
        const moduli = ways[way](range, most);
        if (moduli === undefined) return assert.ok(most < 32);
        assert.ok(moduli.every((m) => m <= most && (way === "any" || m % 2 === 1)));
        assert.ok(moduli.reduce((all, m) => all * m, 1) >= range);
        for (const [at, m] of moduli.entries()) {
          for (const other of moduli.slice(0, at)) assert.equal(greatestDivisor(m, other), 1);
        }
      },
    ),
  );
});

test("sums of leaves' remainders on the torus come back as the sums, whatever noise below half a step", () => {
  const shape = { features: 3, outputs: 2, trees: 6, depth: 3, largestThreshold: 9 };
  const picks = fc.array(fc.nat(), { minLength: 6, maxLength: 6 });
  const noise = fc.double({ min: -0.45, max: 0.45, noNaN: true });
  fc.assert(
    fc.property(
      randomTrees({ ...shape, largestValue: 2 ** 15 }),
      fc.constantFrom(13, 16, 31, 64),
      fc.constantFrom("any", "odd"),
      picks,
      noise,
      (trees, largest, way, picked, share) => {
        const diagrams = decisionDiagrams(trees, bitPrices.direct);
        const constant = Float64Array.of(5, -7);
        const moduli = ways[way](sumRange(diagrams, constant), largest);
        if (moduli === undefined) return assert.ok(largest < 17);
        const limbs = leafResidues(diagrams, constant, moduli);
        const { count } = limbs;
        const phases = Float64Array.from(limbs.base, (value, at) => torusLimb(limbs, at, value, 4));
        const sums = Float64Array.from(diagrams.base, (value, k) => value + (constant[k] ?? 0));
        for (const [index, { gates }] of diagrams.diagrams.entries()) {
          const leaves = gates.flatMap(({ low, high }) => [low, high].filter((child) => child < 0));
          const leaf = -1 - (leaves[(picked[index % picked.length] ?? 0) % leaves.length] ?? -1);
          for (const [k, value] of (diagrams.leaves[leaf] ?? []).entries()) {
            sums[k] = (sums[k] ?? 0) + value;
          }
          for (const [at, value] of (limbs.digits[leaf] ?? []).entries()) {
            phases[at] = (phases[at] ?? 0) + torusLimb(limbs, at, value, 4);
          }
        }
        const noisy = phases.map(
          (phase, at) => (phase + (share * 2 ** 32) / (moduli[at % count] ?? 1)) | 0,
        );
        assert.deepEqual(joinParts(noisy, { residues: moduli, messageBits: 32 }), sums);
      },
    ),
  );
});

test("a product of moduli that cannot be had is none", () => {
  assert.equal(coprimeModuli(2 ** 30, 8), undefined);
  assert.deepEqual(coprimeModuli(2 ** 22, 31), [31, 29, 27, 25, 23]);
  assert.deepEqual(coprimeModuli(30, 64), [64]);
  assert.deepEqual(oddModuli(30, 32), [31]);
});
