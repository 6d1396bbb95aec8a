import assert from "node:assert/strict";
import { test } from "node:test";
import { smallestNoiseLog2 } from "../../src/security/curves.js";
import { log2TailProbability } from "../../src/security/failure.js";
import {
  cmuxCost,
  cmuxVariance,
  fourierVariance,
  keySwitchCost,
  keySwitchVariancePerElement,
  modulusSwitchVariance,
} from "../reference/concrete-noise.js";
import { ConcreteOptimizer, type ConcreteSolution } from "../reference/concrete-optimizer.js";
import { concreteTable, concreteTable132 } from "../reference/concrete-table.js";

function rowText(normLog2: string, solution: ConcreteSolution | undefined): string {
  if (solution === undefined) return `${normLog2}:none`;
  const { glweDimension: k, polynomialSizeLog2, lweDimension, bootstrap, keySwitch } = solution;
  const gadgets = `${bootstrap.levels}.${bootstrap.baseLog},${keySwitch.levels}.${keySwitch.baseLog}`;
  const cost = Math.floor(solution.cost / 2 ** 20);
  return `${normLog2}:${k},${polynomialSizeLog2},${lweDimension},${gadgets},${cost}`;
}

for (const [precision, rows] of Object.entries(concreteTable)) {
  test(`Concrete's table at 128 bits, precision ${precision}`, () => {
    const optimizer = new ConcreteOptimizer(128);
    for (const row of rows.trim().split(" ")) {
      const [normLog2 = ""] = row.split(":");
      assert.equal(rowText(normLog2, optimizer.solve(Number(precision), Number(normLog2))), row);
    }
  });
}

test("Concrete's table on the 132-bit line, norm 1", () => {
  const optimizer = new ConcreteOptimizer(132);
  for (const [precision, row] of Object.entries(concreteTable132)) {
    assert.equal(rowText("0", optimizer.solve(Number(precision), 0)), row);
  }
});

test("Concrete's noise of one set, term by term", () => {
  const shape = { glweDimension: 1, polynomialSize: 2048 };
  const bootstrapKey = 4 ** smallestNoiseLog2(2048, 64, 128);
  const keySwitchKey = 4 ** smallestNoiseLog2(798, 64, 128);
  const cmux = cmuxVariance(shape, 1, 23, bootstrapKey);
  const keySwitch = 2048 * keySwitchVariancePerElement(5, 3, keySwitchKey);
  const modulusSwitch = modulusSwitchVariance(798, 2048);
  close(bootstrapKey, 8.442253e-31);
  close(keySwitchKey, 1.841668e-11);
  close(cmux, 1.84638e-12);
  close(cmux - fourierVariance(shape, 1, 23), 6.271995e-13);
  close(798 * cmux, 1.473412e-9);
  close(keySwitch, 1.1167e-6);
  close(modulusSwitch, 1.986821e-6);
  const total = 798 * cmux + keySwitch + modulusSwitch;
  close(total, 3.104995e-6);
  close(2 ** log2TailProbability(2 ** -7 / Math.sqrt(total)), 9.2659e-6, 1e-4);
  assert.equal(798 * cmuxCost(shape, 1), 84983808);
  assert.equal(keySwitchCost(2048, 5, 798), 16372962);
});

test("Concrete's noise of a wide table", () => {
  const shape = { glweDimension: 1, polynomialSize: 16384 };
  const rotation = 1031 * cmuxVariance(shape, 2, 15, 4 ** smallestNoiseLog2(16384, 64, 128));
  const keySwitchKey = 4 ** smallestNoiseLog2(1031, 64, 128);
  const keySwitch = 16384 * keySwitchVariancePerElement(5, 4, keySwitchKey);
  const modulusSwitch = modulusSwitchVariance(1031, 16384);
  close(rotation, 2.760305e-12);
  close(keySwitch, 8.680161e-9);
  close(modulusSwitch, 4.008568e-8);
  close(rotation + keySwitch + modulusSwitch, 4.87686e-8);
});

function close(actual: number, expected: number, tolerance = 2e-6): void {
  assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual} against ${expected}`);
}
