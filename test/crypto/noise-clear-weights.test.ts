// Noise of sums whose weights come with the request, against the formulas for those weights: answers travel with all their bits, and are
// decrypted with more bits than the circuit was compiled for, so that what lies below the message shows.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { writeClientFile } from "../../src/artifact/client-file.js";
import { writeServerFile } from "../../src/artifact/server-file.js";
import { assembleTogether } from "../../src/circuit/compile/assemble.js";
import { compileGraph } from "../../src/circuit/compile/compile-graph.js";
import { compileSettings } from "../../src/circuit/compile-options.js";
import type { Compiled } from "../../src/circuit/compiled.js";
import { Client, fhe, ServerCircuit } from "../../src/index.js";
import {
  bootstrapVariance,
  extractionVariance,
  freshSourceVariance,
} from "../../src/plan/parameters/noise-prediction.js";
import type { Plan } from "../../src/plan/plan.js";
import type { OutputEncoding } from "../../src/tfhe/output-encoding.js";
import { readInputset } from "../../src/trace/inputset.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { seededRandom } from "../support/seeded-random.js";
import { RandomWords } from "../support/torus-phase.js";

/** Bits below the message that are decrypted too. */
const moreBits = 24;
const words = new RandomWords(seededRandom("noise of clear weights"));

/** `[inputs, outputs]` weights. */
type Weights = readonly (readonly number[])[];
/** Draws weights between minus and plus `most`. */
type Draw = (most: number, inputs: number, outputs: number) => Weights;

const anySign: Draw = (most, inputs, outputs) =>
  Array.from({ length: inputs }, () => [...words.integers(outputs, -most, most)]);
const oneSign: Draw = (most, inputs, outputs) =>
  anySign(most, inputs, outputs).map((row) => row.map(Math.abs));
const all = (weight: number, inputs: number, outputs: number): Weights =>
  Array.from({ length: inputs }, () => new Array<number>(outputs).fill(weight));

/** The same circuit with answers that are not rounded. */
async function unrounded(compiled: Compiled): Promise<Compiled> {
  const whole = (own: OutputEncoding): OutputEncoding => {
    const wordBits = own.layout.form === "lwe" ? 32 : 64;
    return { ...own, layout: { ...own.layout, wordBits } };
  };
  const { plan } = compiled;
  const instructions = plan.program.instructions.map((one) => {
    if (one.op === "pack lwe") return { ...one, wordBits: 32 };
    return one.op === "pack glwe" ? { ...one, wordBits: 64 } : one;
  });
  const own: Plan = {
    ...plan,
    program: { ...plan.program, instructions },
    outputs: plan.outputs.map(whole),
  };
  const [found] = await assembleTogether([{ ...compiled, plan: own, feeds: [] }]);
  assert.ok(found);
  return found;
}

/** Compiles `fn` of encrypted `x` and clear `w`; for each of `sent` its errors of output 0 in turns of the torus. `plain`: what it must be. */
async function errorsOf(
  circuit: Compiled,
  x: readonly number[],
  sent: readonly Weights[],
  plain: (weights: Weights) => number[],
): Promise<number[][]> {
  const outputs = circuit.client.outputs.map((own) => ({
    ...own,
    deltaLog2: own.deltaLog2 - moreBits,
    messageBits: own.messageBits + moreBits,
    signed: true,
  }));
  const client = await Client.load(writeClientFile({ ...circuit.client, outputs }));
  const server = await ServerCircuit.load(writeServerFile(circuit.server));
  try {
    client.generateKey();
    const keyFile = await client.evaluationKeys();
    const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
    const requests = sent.map((weights) =>
      client.encrypt(
        [...x],
        weights.map((row) => [...row]),
      ),
    );
    const answers = await server.run(requests, keys);
    const unit = 2 ** ((outputs[0]?.deltaLog2 ?? 0) - 64);
    return answers.map((answer, i) => {
      const [found] = client.decrypt(answer);
      return plain(sent[i] ?? []).map(
        (value, k) => ((found?.data[k] ?? 0) - value * 2 ** moreBits) * unit,
      );
    });
  } finally {
    client.dispose();
    await server.close();
  }
}

async function compiled(
  fn: (x: Tracer, w: Tracer) => Tracer | Tracer[],
  samples: readonly (readonly [readonly number[], Weights])[],
): Promise<Compiled> {
  const inputset = readInputset(["x", "w"], samples);
  const kinds = { x: "encrypted", w: "clear" } as const;
  const ofTwo = (...own: Tracer[]): Tracer | Tracer[] => fn(own[0] as Tracer, own[1] as Tracer);
  const traced = traceFunction("f", kinds, ofTwo, inputset[0] ?? []);
  const settings = compileSettings({ inputForm: "numbers" }, "f");
  return unrounded(await compileGraph(traced, inputset, settings, null));
}

/** Of the weights of `draw` those of inputs `2k` and `2k + 1` for output `k`, none of them zero, so that no two outputs share an input. */
const pairsOf =
  (draw: Draw): Draw =>
  (most, inputs, outputs) =>
    draw(most, inputs, outputs).map((row, i) => row.map((w, k) => (i >> 1 === k ? w || 1 : 0)));

/** Of the weights of each output. */
function normsOf(weights: Weights): { readonly squares: number; readonly magnitudes: number }[] {
  return (weights[0] ?? []).map((_, k) => ({
    squares: weights.reduce((sum, row) => sum + (row[k] ?? 0) ** 2, 0),
    magnitudes: weights.reduce((sum, row) => sum + Math.abs(row[k] ?? 0), 0),
  }));
}

/** The mean of squared errors over their variances lies in `range`. */
function assertMean(
  t: TestContext,
  what: string,
  errors: readonly number[][],
  variances: readonly (readonly number[])[],
  range: readonly [number, number],
): void {
  const ratios = errors.flatMap((own, i) =>
    own.map((error, k) => error ** 2 / (variances[i]?.[k] ?? 0)),
  );
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  t.diagnostic(`${what}: measured / predicted ${mean.toFixed(3)}, ${ratios.length} samples`);
  assert.ok(mean >= range[0] && mean <= range[1], `${what}: ${mean}`);
}

const product = (x: readonly number[], weights: Weights): number[] =>
  (weights[0] ?? []).map((_, k) =>
    x.reduce((sum, value, i) => sum + value * (weights[i]?.[k] ?? 0), 0),
  );

/** Samples in which every element has every value below 4. */
function turned(x: readonly number[], weights: Weights): [number[], Weights][] {
  return [0, 1, 2, 3].map((first) => [x.map((value) => (value + first) % 4), weights]);
}

test("products with clear matrices alone", async (t) => {
  const [most, inputs, outputs] = [100, 64, 32];
  const x = Array.from({ length: inputs }, (_, i) => i % 16);
  const full = x.map(() => 15);
  const circuit = await compiled(
    (a, w) => a.matmul(w),
    [most, -most].map((weight) => [full, all(weight, inputs, outputs)]),
  );
  const { parameters, input, program, lane } = circuit.plan;
  assert.equal(lane, "linear");
  const clear = program.instructions.find(({ op }) => op === "clear linear");
  assert.ok(clear?.op === "clear linear");
  const { read } = clear;
  const fresh = freshSourceVariance(parameters.glwe, input.bodyBits);
  for (const [name, draw] of [
    ["weights of both signs", anySign],
    ["weights of one sign", oneSign],
  ] as const) {
    const sent = Array.from({ length: 160 }, () => draw(most, inputs, outputs));
    const errors = await errorsOf(circuit, x, sent, (w) => product(x, w));
    const variances = sent.map((w) => {
      const norms = normsOf(w);
      // Results that share a response share its polynomial, with the weights of all.
      return norms.map((_, k) => {
        const shared = norms.slice(k - (k % read), k - (k % read) + read);
        return fresh * shared.reduce((sum, { squares }) => sum + squares, 0);
      });
    });
    // Weights of one sign add up the same errors in all outputs of a request, which then counts for less than two samples: a deviation of
    // 8 %. Of both signs it counts for some twenty: 2.5 %.
    assertMean(t, name, errors, variances, draw === anySign ? [0.85, 1.16] : [0.6, 1.5]);
  }
});

test("sums of fresh inputs beside look-ups", async (t) => {
  const [most, inputs, outputs] = [21, 64, 16];
  const x = Array.from({ length: inputs }, (_, i) => i % 4);
  const table = new fhe.LookupTable([0, 1, 1, 0]);
  const circuit = await compiled(
    (a, w) => [a.matmul(w), table.apply(a.at(0))],
    [
      ...[most, -most].map((own) => [x.map(() => 3), all(own, inputs, outputs)] as const),
      ...turned(x, all(most, inputs, outputs)),
    ],
  );
  const { parameters, input, lane } = circuit.plan;
  assert.equal(lane, "bootstrap");
  const fresh = freshSourceVariance(parameters.glwe, input.bodyBits);
  const extraction = extractionVariance(parameters.glwe);
  for (const [name, draw] of [
    ["weights of both signs", anySign],
    ["weights of one sign", oneSign],
  ] as const) {
    const sent = Array.from({ length: 320 }, () => draw(most, inputs, outputs));
    const errors = await errorsOf(circuit, x, sent, (w) => product(x, w));
    const planned = sent.map((w) =>
      normsOf(w).map(
        ({ squares, magnitudes }) =>
          squares * fresh + ((magnitudes ** 2 + squares) / 2) * extraction,
      ),
    );
    const independent = sent.map((w) =>
      normsOf(w).map(({ squares }) => squares * (fresh + extraction)),
    );
    // Roundings of neighbours hang together by half. Where signs differ that cancels: the plan counts with one sign.
    const differ = draw === anySign;
    // With one sign, what neighbours share is nearly all: a request is one sample, and a deviation 8 %.
    assertMean(t, `${name}, as planned`, errors, planned, differ ? [0, 0.5] : [0.6, 1.5]);
    if (differ) assertMean(t, `${name}, independent`, errors, independent, [0.8, 1.25]);
  }
});

test("sums of results of look-ups", async (t) => {
  const [most, inputs, outputs] = [7, 12, 6];
  const x = Array.from({ length: inputs }, (_, i) => i % 4);
  const entries = [0, 1, 1, 0];
  const table = new fhe.LookupTable(entries);
  const circuit = await compiled(
    (a, w) => table.apply(a).matmul(w),
    [
      ...[most, -most].map((own) => [x.map(() => 1), all(own, inputs, outputs)] as const),
      ...turned(x, all(most, inputs, outputs)),
    ],
  );
  const { glwe, bootstraps } = circuit.plan.parameters;
  const [bootstrap] = bootstraps;
  assert.ok(bootstrap !== undefined && circuit.plan.bootstraps === inputs);
  const rotation = bootstrapVariance(glwe, bootstrap.bootstrapGadget, bootstrap.lwe.dimension);
  const looked = x.map((value) => entries[value] ?? 0);
  for (const [name, draw] of [
    ["weights of both signs", anySign],
    ["weights of one sign", oneSign],
  ] as const) {
    const sent = Array.from({ length: 48 }, () => pairsOf(draw)(most, inputs, outputs));
    const errors = await errorsOf(circuit, x, sent, (w) => product(looked, w));
    const variances = sent.map((w) => normsOf(w).map(({ squares }) => squares * rotation));
    // 288 samples of one key: a deviation of the ratio is 9 %.
    assertMean(t, name, errors, variances, [0.5, 1.6]);
  }
});
