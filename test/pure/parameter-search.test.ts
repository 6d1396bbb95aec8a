import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelRates } from "../../src/plan/kernel-rates.js";
import type {
  LookupConstraint,
  OutputConstraint,
  ParameterChoice,
  ParameterRequest,
} from "../../src/plan/parameter-request.js";
import { searchParameters } from "../../src/plan/parameter-search.js";
import { isSecure, smallestNoiseLog2, tuniformNoiseLog2 } from "../../src/security/curves.js";
import { estimateSecurity } from "../../src/security/estimate.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";

/** Fixed here, so that refitting the product's rates does not move the expected sets. */
const rates: KernelRates = {
  name: "test",
  batch: 8,
  fourier: 0.0855,
  pointwise: 0.24,
  keySwitch: 0.04,
  keyByte: 0.0345,
};

function lookup(
  precision: number,
  norm: number,
  more: Partial<LookupConstraint> = {},
): LookupConstraint {
  return {
    precision,
    negacyclic: false,
    bootstrapSquaredNorm: norm ** 2,
    freshSquaredNorm: 0,
    tablesLog2: 0,
    count: 1,
    ...more,
  };
}

function request(
  lookups: readonly LookupConstraint[],
  failureLog2: number,
  outputs: readonly OutputConstraint[] = [],
): ParameterRequest {
  return { lookups, outputs, failureLog2, maxEvaluationKeyBytes: Number.POSITIVE_INFINITY, rates };
}

function assertSecure({ glwe, bootstrap }: CryptoParameters): void {
  const dimension = glwe.dimension * glwe.polynomialSize;
  const keys: readonly (readonly [number, number, number])[] = [
    [dimension, glwe.noiseLog2, 64],
    ...(bootstrap === undefined
      ? []
      : [[bootstrap.lwe.dimension, bootstrap.lwe.noiseLog2, 32] as const]),
  ];
  for (const [n, bound, modulusLog2] of keys) {
    const noiseLog2 = tuniformNoiseLog2(bound, modulusLog2);
    assert.ok(isSecure(n, bound, modulusLog2), `n=${n} TU${bound}`);
    assert.ok(noiseLog2 >= smallestNoiseLog2(n, modulusLog2), `n=${n} TU${bound}: below the line`);
    assert.ok(noiseLog2 >= 2 - modulusLog2, `n=${n} TU${bound}: below the floor`);
    const { bits, claimOnly } = estimateSecurity(n, noiseLog2);
    assert.ok(bits >= 131.5 && !claimOnly, `n=${n} TU${bound}: ${bits} bits`);
  }
}

function assertMeets(choice: ParameterChoice, target: number): void {
  for (const noise of choice.lookups) assert.ok(noise.failureLog2 <= target);
  for (const noise of choice.outputs) assert.ok(noise.failureLog2 <= target);
}

test("p=4, norm 5, 2^-128 is the published set with a 32-bit key switch", () => {
  const choice = searchParameters(request([lookup(4, 5)], -128));
  assert.deepEqual(choice.parameters, {
    glwe: { dimension: 1, polynomialSize: 2048, noiseLog2: 17 },
    bootstrap: {
      lwe: { dimension: 918, noiseLog2: 13 },
      bootstrapGadget: { baseLog: 23, levels: 1 },
      keySwitchGadget: { baseLog: 4, levels: 4 },
      extensionLog2: 0,
    },
  });
  assert.equal(choice.evaluationKeyBytes, 918 * 2 * 2048 * 6 + 2048 * 4 * 4);
  assert.ok(choice.evaluationKeyBytes <= 24e6);
  // 32-bit accumulators and 48-bit key bodies cost less than a bit of probability against 64 bits throughout.
  const failure = choice.lookups[0]?.failureLog2 ?? 0;
  assert.ok(failure <= -128.6 && failure >= -129.7, `${failure}`);
});

test("wide tables use extended rotation on N = 2048 and keys below 60 MB", () => {
  for (const [precision, extensionLog2] of [
    [5, 1],
    [6, 2],
    [7, 3],
    [8, 4],
  ] as const) {
    const { parameters, evaluationKeyBytes } = searchParameters(
      request([lookup(precision, 1)], -64),
    );
    assert.equal(parameters.glwe.polynomialSize, 2048);
    assert.equal(parameters.bootstrap.extensionLog2, extensionLog2);
    assert.ok(evaluationKeyBytes <= 60e6);
  }
});

test("narrow tables use small polynomials", () => {
  const { parameters } = searchParameters(request([lookup(1, 1)], -64));
  assert.equal(parameters.glwe.polynomialSize, 512);
});

test("every set of a grid lies on or above the security line and meets its target", () => {
  for (const target of [-40, -64, -128]) {
    for (const norm of [1, 2, 5, 16, 64]) {
      for (let precision = 1; precision <= 8; precision++) {
        for (const tablesLog2 of [0, 1]) {
          const one = lookup(precision, norm, { tablesLog2, freshSquaredNorm: norm });
          const choice = attempt(request([one], target));
          if (choice === undefined) {
            assert.ok(precision >= 6 && norm >= 5, `p=${precision} norm=${norm} 2^${target}`);
            continue;
          }
          assertSecure(choice.parameters);
          assertMeets(choice, target);
        }
      }
    }
  }
});

test("several tables from one rotation cost precision of the modulus switch, a negacyclic table saves a bit", () => {
  const plain = searchParameters(request([lookup(5, 1)], -64));
  const shared = searchParameters(request([lookup(5, 1, { tablesLog2: 1 })], -64));
  const negacyclic = searchParameters(request([lookup(6, 1, { negacyclic: true })], -64));
  assert.ok(shared.time.totalMs > plain.time.totalMs);
  assert.deepEqual(negacyclic.parameters, plain.parameters);
});

test("the tightest of several look-ups decides, and counts make the union", () => {
  const both = [lookup(2, 1, { count: 100 }), lookup(4, 5, { count: 28 })];
  const choice = searchParameters(request(both, -64));
  const alone = searchParameters(request([lookup(4, 5)], -64));
  assert.deepEqual(choice.parameters, alone.parameters);
  const worst = choice.lookups[1]?.failureLog2 ?? 0;
  assert.ok(Math.abs(choice.runFailureLog2 - (worst + Math.log2(28))) < 1e-9);
  assert.ok(Math.abs(choice.runMs - 128 * choice.time.totalMs) < 1e-9);
});

test("outputs are rounded to the fewest bits that meet the target, and too noisy ones change the set", () => {
  const output = { bits: 4, padded: true, bootstrapSquaredNorm: 1, freshSquaredNorm: 0, count: 1 };
  const choice = searchParameters(request([lookup(4, 1)], -64, [output]));
  assertMeets(choice, -64);
  const bits = choice.outputs[0]?.downloadBits ?? 0;
  assert.ok(bits >= 10 && bits <= 16, `${bits}`);
  const loud = { ...output, bits: 8, bootstrapSquaredNorm: 400 };
  const quiet = searchParameters(request([lookup(4, 1)], -64, [loud]));
  assertMeets(quiet, -64);
  assert.equal(quiet.parameters.bootstrap.bootstrapGadget.levels, 2);
});

test("fresh inputs count with the rounding of their extraction", () => {
  const choice = searchParameters(request([lookup(4, 1, { freshSquaredNorm: 25 })], -64));
  const freshLog2 = choice.lookups[0]?.freshLog2 ?? 0;
  // sqrt(25 (1 + 2048 / 2) / 12) 2^-32, and a little for the upload's own rounding.
  const rounding = Math.log2((25 * 1025) / 12) / 2 - 32;
  assert.ok(
    freshLog2 > rounding && freshLog2 < rounding + 0.05,
    `${freshLog2} against ${rounding}`,
  );
  assert.ok(choice.uploadBits >= 28 && choice.uploadBits <= 32);
});

test("a limit on evaluation keys is kept", () => {
  const free = searchParameters(request([lookup(7, 1)], -128));
  assert.ok(free.evaluationKeyBytes > 40e6);
  const limited = searchParameters({
    ...request([lookup(7, 1)], -128),
    maxEvaluationKeyBytes: 30e6,
  });
  assert.ok(limited.evaluationKeyBytes <= 30e6);
  assert.ok(limited.time.totalMs > free.time.totalMs);
});

test("impossible requests are refused", () => {
  assert.throws(() => searchParameters(request([lookup(14, 1)], -64)), {
    name: "VelumError",
    code: "no-parameters",
    message:
      "parameter search: no parameters at 132 bits of security evaluate a table of 14 bits (squared norms 1 on look-ups, " +
      "0 on inputs) with failure below 2^-64. Use fewer bits for the table or smaller weights before it, or allow larger keys " +
      "or a higher failure probability",
  });
  assert.throws(
    () => searchParameters({ ...request([lookup(4, 1)], -64), maxEvaluationKeyBytes: 1e6 }),
    /with evaluation keys of at most 1000000 bytes/,
  );
  assert.throws(() => searchParameters(request([], -64)), { code: "bad-argument" });
});

function attempt(wanted: ParameterRequest): ParameterChoice | undefined {
  try {
    return searchParameters(wanted);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "no-parameters");
    return undefined;
  }
}
