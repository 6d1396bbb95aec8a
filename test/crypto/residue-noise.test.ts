// The noise that protecting remainders of sums of trees counts with, against what there is: the same plans without their floods, decrypted
// with all bits, right behind the trees and behind one look-up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeClientFile } from "../../src/artifact/client-file.js";
import { writeServerFile } from "../../src/artifact/server-file.js";
import { assembleTogether } from "../../src/circuit/compile/assemble.js";
import { type Circuit, Client, fhe, ServerCircuit } from "../../src/index.js";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { decisionDiagrams } from "../../src/plan/decision/decision-diagrams.js";
import { outputNoise } from "../../src/plan/decision/decision-noise.js";
import { diagramVariance, leafRounding } from "../../src/plan/decision/diagram-noise.js";
import { diagramWeights } from "../../src/plan/decision/diagram-weights.js";
import { leafResidues } from "../../src/plan/decision/leaf-residues.js";
import { bitPrices } from "../../src/plan/decision/upload-form.js";
import { bootstrapVariance } from "../../src/plan/parameters/noise-prediction.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Instruction } from "../../src/program/program.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { meanSquare } from "../support/torus-phase.js";

const outputs = 8;
/** Look-ups take long. */
const requestsBehind = { trees: 32, lookUps: 8 } as const;

/** Two trees that ask three features each, one after the other: every way to a leaf at the end is equally long. */
const trees: IntegerTrees = {
  features: 4,
  outputs,
  feature: Int32Array.of(0, -1, 1, -1, 2, -1, -1, 1, -1, 2, -1, 3, -1, -1),
  threshold: Int32Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0),
  left: Int32Array.of(1, 0, 3, 0, 5, 0, 0, 8, 0, 10, 0, 12, 0, 0),
  right: Int32Array.of(2, 0, 4, 0, 6, 0, 0, 9, 0, 11, 0, 13, 0, 0),
  roots: Int32Array.of(0, 7),
  values: Float64Array.from({ length: 14 * outputs }, (_, i) => (((i * 5) % 13) - 6) * 1777),
};
const corners = [
  [0, 0, 0, 0],
  [1, 1, 1, 1],
];

/** The plan's first instructions that `keep` takes, with what they leave in `count` slots from `from` on as the answer. */
function cut(plan: Plan, keep: (one: Instruction) => boolean, from: number, count: number): Plan {
  const [output] = plan.outputs;
  assert.ok(output);
  const instructions = plan.program.instructions.filter(keep);
  instructions.push({ op: "pack lwe", wordBits: 32, from, count, output: 0 });
  const layout = { form: "lwe", wordBits: 32, count } as const;
  const { publicKey: _, ...parameters } = plan.parameters;
  return {
    ...plan,
    parameters,
    program: { ...plan.program, instructions },
    outputs: [{ ...output, layout }],
  };
}

/** Errors of all remainders of some answers, in turns of the torus. */
async function errorsOf(
  circuit: Circuit,
  plan: Plan,
  moduli: readonly number[],
  requests: number,
): Promise<number[]> {
  const lowered = assignBitWidths(circuit.graph, undefined, true);
  const part = { graph: circuit.graph, lowered, regions: linearRegions(lowered), plan, feeds: [] };
  const [compiled] = await assembleTogether([part]);
  assert.ok(compiled);
  const client = await Client.load(writeClientFile(compiled.client));
  const server = await ServerCircuit.load(writeServerFile(compiled.server));
  // Phases, not what they are joined to.
  Object.assign(client.manifest.outputs[0] ?? {}, { residues: undefined });
  client.generateKey();
  const keyFile = await client.evaluationKeys();
  assert.ok(keyFile);
  const keys = await server.loadEvaluationKeys(keyFile);
  const [, row = []] = corners;
  const sums = [circuit.simulate(row)].flat(2).map(Number);
  const errors: number[] = [];
  for (let i = 0; i < requests; i++) {
    const [answer = new Uint8Array()] = await server.run([client.encrypt(row)], keys);
    for (const [at, phase] of (client.decrypt(answer)[0]?.data ?? []).entries()) {
      const m = moduli[at % moduli.length] ?? 1;
      const off = phase / 2 ** 32 - (sums[Math.floor(at / moduli.length)] ?? 0) / m;
      errors.push(off - Math.round(off));
    }
  }
  client.dispose();
  await server.close();
  return errors;
}

for (const uploadForm of ["direct", "packed"] as const) {
  test(`remainders are as noisy as is counted with, ${uploadForm} bits`, async (t) => {
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
      .compile(corners, { uploadForm, protectModel: true });
    const { plan } = circuit;
    const { glwe, packing, bootstraps } = plan.parameters;
    const moduli = plan.outputs[0]?.residues ?? [];
    const count = outputs * moduli.length;
    assert.ok(plan.bits !== undefined && moduli.length > 1);

    const rotation = plan.program.instructions.find(({ op }) => op === "bootstrap");
    assert.ok(rotation?.op === "bootstrap");
    const before: readonly Instruction["op"][] = ["expand bits", "ensemble", "extract"];
    const trees32 = cut(plan, ({ op }) => before.includes(op), 0, count);
    const { gadget, bodyBits } = plan.bits.layout;
    const diagrams = decisionDiagrams(trees, bitPrices[uploadForm]);
    const limbs = leafResidues(diagrams, new Float64Array(outputs), moduli);
    const { messageBits } = limbs;
    const weights = diagramWeights(diagrams, limbs);
    const sums = { weights, messageBits, outputs: count, anyDigits: true };
    const counted =
      packing === undefined
        ? diagramVariance(diagrams, limbs, { glwe, gadget, bodyBits })
        : outputNoise({ glwe, gadget, packing }, sums, bodyBits).variance;
    const errors = await errorsOf(circuit, trees32, moduli, requestsBehind.trees);
    const rounding = leafRounding(diagrams, limbs, gadget);
    const measured = meanSquare(errors);
    t.diagnostic(`measured / counted variance ${(measured / counted).toFixed(3)}`);
    // A request counts for some twenty samples (front-noise.test.ts): 1.4 is six deviations. Digits of leaves are bounded, not known.
    assert.ok(measured < 1.4 * (Math.sqrt(counted) + rounding) ** 2, `${measured} ${counted}`);
    assert.ok(measured > 0.1 * counted, `${measured} ${counted}`);

    const refreshed = { ...rotation, from: 0, to: count };
    const [first, second, third] = trees32.program.instructions;
    assert.ok(first && second && third);
    const once = cut(trees32, ({ op }) => before.includes(op), count, count);
    const instructions = [first, second, third, refreshed, ...once.program.instructions.slice(3)];
    const own = { ...once, program: { ...once.program, instructions } };
    const bootstrap = bootstraps[rotation.set];
    assert.ok(bootstrap);
    const later = bootstrapVariance(glwe, bootstrap.bootstrapGadget, bootstrap.lwe.dimension);
    const refreshedErrors = await errorsOf(circuit, own, moduli, requestsBehind.lookUps);
    const ratio = meanSquare(refreshedErrors) / later;
    t.diagnostic(`measured / predicted variance behind a look-up ${ratio.toFixed(3)}`);
    // Six deviations and more.
    const wide = 6 * Math.sqrt(2 / refreshedErrors.length);
    assert.ok(refreshedErrors.length >= 240 && Math.abs(ratio - 1) < wide, `${ratio}`);
    await circuit.close();
  });
}
