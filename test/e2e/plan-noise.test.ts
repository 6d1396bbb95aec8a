import assert from "node:assert/strict";
import { test } from "node:test";
import { type Circuit, fhe } from "../../src/index.js";
import {
  bootstrapVariance,
  extractionVariance,
  freshSourceVariance,
} from "../../src/plan/parameters/noise-prediction.js";
import { log2Failure } from "../../src/security/failure.js";
import { compensatedRoundingVariance } from "../../src/security/noise-fresh.js";
import { bigLweDimension } from "../../src/tfhe/parameters.js";
import { switchVariance } from "../support/switch-variance.js";

// The plan's figures, worked out again by hand for programs whose weights are known.

test("an output that is a weighted sum of look-ups", async () => {
  const weights = [3, -2, 5, 1];
  const table = new fhe.LookupTable([0, 1, 1, 0]);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => {
      const looked = table.apply(x);
      // What is also returned as it is keeps its weights out of the tables.
      return [fhe.matmul([weights], looked), looked];
    })
    .compile(
      [
        [0, 1, 0, 0],
        [1, 0, 1, 2],
        [3, 3, 3, 3],
        [0, 2, 0, 0],
        [1, 0, 1, 1],
      ],
      { inputForm: "numbers" },
    );
  const squaredNorm = weights.reduce((sum, weight) => sum + weight * weight, 0);
  compareWorst(circuit, squaredNorm);
  await circuit.close();
});

test("an output that sums different look-ups of one value", async () => {
  const low = new fhe.LookupTable([0, 1, 1, 0]);
  const high = new fhe.LookupTable([1, 1, 0, 0]);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => {
      const [one, other] = [low.apply(x), high.apply(x)];
      return [one.mul(35).sub(other.mul(40)), one, other];
    })
    .compile([[0], [1], [2], [3]], { inputForm: "numbers", machine: "avx512" });
  // Both are steps of one rotation, which share noise: weights add up before they are squared, twice for the table of two steps.
  const steps = circuit.plan.program.instructions.flatMap((one) =>
    one.op === "bootstrap" ? [one.steps] : [],
  );
  assert.deepEqual(steps, [Int32Array.of(1, 2, 3)]);
  compareWorst(circuit, (2 * 35 + 40) ** 2);
  await circuit.close();
});

test("an output that sums tables side by side in one rotation", async () => {
  const rough = [
    [0, 9, 1, 8],
    [7, 0, 9, 2],
  ].map((entries) => new fhe.LookupTable(entries));
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => {
      const [one = x, other = x] = rough.map((table) => table.apply(x));
      return [one.mul(47).sub(other.mul(52)), one, other];
    })
    .compile([[0], [1], [2], [3]], { inputForm: "numbers", machine: "avx512" });
  const [rotation] = circuit.plan.program.instructions.filter(({ op }) => op === "bootstrap");
  assert.ok(rotation?.op === "bootstrap" && rotation.tablesLog2 === 1);
  compareWorst(circuit, (47 + 52) ** 2);
  await circuit.close();
});

test("sums of many inputs beside look-ups are rounded once, after their weights", async () => {
  const weights = Array.from({ length: 64 }, (_, i) => ((i * 53) % 255) - 127);
  const table = new fhe.LookupTable([0, 1, 1, 0]);
  const rows = [3, 5, 11, 31, 37].map((step) =>
    Array.from({ length: 64 }, (_, i) => (i * step) % 16),
  );
  const most = weights.map((weight) => (weight > 0 ? 15 : 0));
  const least = weights.map((weight) => (weight < 0 ? 15 : 0));
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [x.dot(weights), table.apply(x.at(0).mod(4))])
    .compile([most, least, ...rows], { inputForm: "numbers" });
  const { parameters, outputs, failure, input } = circuit.plan;
  const [output] = outputs;
  assert.ok(output !== undefined && output.messageBits === 17);
  const squaredNorm = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const { glwe } = parameters;
  const dimension = bigLweDimension(glwe);
  const variance =
    squaredNorm * freshSourceVariance(glwe, input.bodyBits) +
    extractionVariance(glwe) +
    compensatedRoundingVariance(dimension, output.layout.wordBits);
  const byHand = log2Failure(2 ** -(output.messageBits + 2), variance);
  assert.ok(Math.abs(byHand - failure.worstLog2) < 1e-6, `${byHand} and ${failure.worstLog2}`);
  for (const row of rows) {
    const sum = row.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0);
    assert.deepEqual(await circuit.encryptRunDecrypt(row), [sum, [0, 1, 1, 0][(row[0] ?? 0) % 4]]);
  }
  await circuit.close();
});

/** The failure that the plan states, against that of the first output, `squaredNorm` times a look-up's variance, and of the look-ups of two bits. */
function compareWorst(circuit: Circuit, squaredNorm: number): void {
  const { parameters, outputs, failure } = circuit.plan;
  const {
    glwe,
    bootstraps: [bootstrap],
  } = parameters;
  assert.ok(bootstrap !== undefined);
  const [output] = outputs;
  assert.ok(output !== undefined);
  const [step] = circuit.plan.program.instructions.filter(({ op }) => op === "bootstrap");
  assert.ok(step?.op === "bootstrap");
  const rotation = bootstrapVariance(glwe, bootstrap.bootstrapGadget, bootstrap.lwe.dimension);
  const { bodyBits } = circuit.plan.input;
  const fresh = freshSourceVariance(glwe, bodyBits) + extractionVariance(glwe);
  const dimension = bigLweDimension(glwe);
  const rounding =
    output.layout.wordBits < 32
      ? compensatedRoundingVariance(dimension, output.layout.wordBits)
      : 0;
  const ofOutput = log2Failure(2 ** -(output.messageBits + 2), squaredNorm * rotation + rounding);
  const switched = fresh + switchVariance(glwe, bootstrap, step);
  const ofLookup = log2Failure(2 ** -(2 + 2), switched);
  assert.ok(Math.abs(failure.worstLog2 - Math.max(ofOutput, ofLookup)) < 1e-6);
  // The sum decides, so its norm is what this compares.
  assert.ok(ofOutput > ofLookup && ofOutput <= -64);
}
