import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelRates } from "../../src/plan/kernel-rates.js";
import { chooseParameters } from "../../src/plan/parameters/choose-parameters.js";
import {
  type LookupConstraint,
  noLimits,
  type OutputConstraint,
  type ParameterChoice,
  type ParameterRequest,
} from "../../src/plan/parameters/parameter-request.js";
import { isSecure, smallestNoiseLog2, tuniformNoiseLog2 } from "../../src/security/curves.js";
import { estimateSecurity } from "../../src/security/estimate.js";
import { tailQuantile } from "../../src/security/failure.js";
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

/** Kind 0 feeds it. */
function lookup(
  precision: number,
  norm: number,
  more: Partial<LookupConstraint> = {},
  freshSquaredNorm = 0,
): LookupConstraint {
  return {
    precision,
    negacyclic: false,
    tablesLog2: 0,
    count: 1,
    sources: [{ bootstrapSquaredNorms: [norm ** 2], freshSquaredNorm }],
    ...more,
  };
}

function request(
  lookups: readonly LookupConstraint[],
  failureLog2: number,
  outputs: readonly OutputConstraint[] = [],
): ParameterRequest {
  return { lookups, outputs, failureLog2, uploadLength: 1, limits: noLimits, rates };
}

function assertSecure({ glwe, bootstraps }: CryptoParameters): void {
  const dimension = glwe.dimension * glwe.polynomialSize;
  const keys: readonly (readonly [number, number, number])[] = [
    [dimension, glwe.noiseLog2, 64],
    ...bootstraps.map(({ lwe }) => [lwe.dimension, lwe.noiseLog2, 32] as const),
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
  const choice = chooseParameters(request([lookup(4, 5)], -128));
  assert.deepEqual(choice.parameters, {
    glwe: { dimension: 1, polynomialSize: 2048, noiseLog2: 17 },
    bootstraps: [
      {
        lwe: { dimension: 918, noiseLog2: 13 },
        bootstrapGadget: { baseLog: 23, levels: 1 },
        keySwitchGadget: { baseLog: 4, levels: 4 },
      },
    ],
  });
  assert.deepEqual(choice.rotations, [{ set: 0, extensionLog2: 0, tablesLog2: 0 }]);
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
    const { parameters, rotations, evaluationKeyBytes } = chooseParameters(
      request([lookup(precision, 1)], -64),
    );
    assert.equal(parameters.glwe.polynomialSize, 2048);
    assert.equal(rotations[0]?.extensionLog2, extensionLog2);
    assert.ok(evaluationKeyBytes <= 60e6);
  }
});

test("narrow tables use small polynomials", () => {
  const { parameters } = chooseParameters(request([lookup(1, 1)], -64));
  assert.equal(parameters.glwe.polynomialSize, 512);
});

test("every set of a grid lies on or above the security line and meets its target", () => {
  for (const target of [-40, -64, -128]) {
    for (const norm of [1, 2, 5, 16, 64]) {
      for (let precision = 1; precision <= 8; precision++) {
        for (const tablesLog2 of [0, 1]) {
          const one = lookup(precision, norm, { tablesLog2 }, norm);
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
  const plain = chooseParameters(request([lookup(5, 1)], -64));
  const shared = chooseParameters(request([lookup(5, 1, { tablesLog2: 1 })], -64));
  const negacyclic = chooseParameters(request([lookup(6, 1, { negacyclic: true })], -64));
  assert.ok(shared.runMs > plain.runMs);
  assert.deepEqual(negacyclic.parameters, plain.parameters);
});

test("each kind of look-up has its own extension, and counts make the union", () => {
  const both = [lookup(4, 1, { count: 100 }), lookup(7, 1, { count: 2 })];
  const choice = chooseParameters({ ...request(both, -64), mostSets: 1 });
  assertMeets(choice, -64);
  assertSecure(choice.parameters);
  assert.equal(choice.parameters.bootstraps.length, 1);
  const [narrow, wide] = choice.rotations;
  assert.ok(narrow && wide && narrow.extensionLog2 < wide.extensionLog2);
  const [first, second] = choice.times;
  assert.ok(first && second && 4 * first.totalMs < second.totalMs);
  assert.ok(Math.abs(choice.runMs - 100 * first.totalMs - 2 * second.totalMs) < 1e-9);
  const shares = choice.lookups.map(
    ({ failureLog2 }, i) => 2 ** (failureLog2 + 64) * (both[i]?.count ?? 0),
  );
  const union = Math.log2((shares[0] ?? 0) + (shares[1] ?? 0)) - 64;
  assert.ok(Math.abs(choice.runFailureLog2 - union) < 1e-9);
});

test("a second set of keys where it saves enough, and not where it saves little", () => {
  // Results of either kind go into arguments of both.
  const sources = [
    { bootstrapSquaredNorms: [4, 0], freshSquaredNorm: 0 },
    { bootstrapSquaredNorms: [0, 1], freshSquaredNorm: 0 },
  ];
  const mixed = [
    lookup(3, 1, { count: 1000, sources }),
    lookup(8, 1, { count: 1, sources: sources.slice(1) }),
  ];
  const several = chooseParameters(request(mixed, -64));
  const single = chooseParameters({ ...request(mixed, -64), mostSets: 1 });
  for (const choice of [several, single]) {
    assertMeets(choice, -64);
    assertSecure(choice.parameters);
  }
  assert.equal(single.parameters.bootstraps.length, 1);
  assert.equal(several.parameters.bootstraps.length, 2);
  assert.deepEqual(
    several.rotations.map(({ set }) => set),
    [0, 1],
  );
  const [narrow, wide] = several.parameters.bootstraps;
  assert.ok(narrow && wide && narrow.lwe.dimension < wide.lwe.dimension);
  assert.ok(several.runMs <= 0.9 * single.runMs);
  assert.ok(several.evaluationKeyBytes > single.evaluationKeyBytes);
  const few = chooseParameters(
    request([lookup(3, 1, { sources, count: 9 }), lookup(4, 1, { sources, count: 9 })], -64),
  );
  assert.equal(few.parameters.bootstraps.length, 1);
  const small = { ...noLimits, maxEvaluationKeyBytes: single.evaluationKeyBytes };
  const limited = chooseParameters({ ...request(mixed, -64), limits: small });
  assert.ok(limited.evaluationKeyBytes <= single.evaluationKeyBytes);
});

test("outputs are rounded to the fewest bits that meet the target, and too noisy ones change the set", () => {
  const output = {
    bits: 4,
    padded: true,
    sources: [{ bootstrapSquaredNorms: [1], freshSquaredNorm: 0 }],
    count: 1,
  };
  const choice = chooseParameters(request([lookup(4, 1)], -64, [output]));
  assertMeets(choice, -64);
  const bits = choice.outputs[0]?.downloadBits ?? 0;
  assert.ok(bits >= 10 && bits <= 16, `${bits}`);
  const loud = {
    ...output,
    bits: 8,
    sources: [{ bootstrapSquaredNorms: [400], freshSquaredNorm: 0 }],
  };
  const quiet = chooseParameters(request([lookup(4, 1)], -64, [loud]));
  assertMeets(quiet, -64);
  assert.equal(quiet.parameters.bootstraps[0]?.bootstrapGadget.levels, 2);
});

test("fresh inputs count with the rounding of their extraction", () => {
  const largest = 2 ** -6 / tailQuantile(-64);
  for (const [squaredNorm, extraction] of [
    [25, 25],
    [25, 1],
    [2 ** 34, 1],
    [2 ** 34, 2 ** 34],
  ] as const) {
    const own = { freshSquaredNorm: squaredNorm, extractionSquaredNorm: extraction };
    const sources = [{ bootstrapSquaredNorms: [], ...own }];
    const choice = chooseParameters(request([lookup(4, 1, { sources })], -64));
    const { glwe } = choice.parameters;
    const freshLog2 = choice.lookups[0]?.freshLog2 ?? 0;
    // Of the key's own noise, of bodies of `uploadBits`, of rounding to 32 bits.
    const key = (1 + 2 ** (2 * glwe.noiseLog2 + 1)) / 6 / 2 ** 128;
    const variance =
      squaredNorm * (key + 2 ** (-2 * choice.uploadBits) / 12) +
      (extraction * (1 + (glwe.dimension * glwe.polynomialSize) / 2)) / 12 / 2 ** 64;
    assert.ok(Math.abs(freshLog2 - Math.log2(variance) / 2) < 0.01, `${squaredNorm}`);
    // The upload's rounding takes a sixteenth of what the noise may be, and no bit is sent in vain.
    const rounding = Math.sqrt(squaredNorm / 12) * 2 ** -choice.uploadBits;
    assert.ok(rounding <= largest / 16 && rounding > largest / 32.001, `${rounding / largest}`);
  }
});

test("a limit on evaluation keys is kept", () => {
  const free = chooseParameters(request([lookup(7, 1)], -128));
  assert.ok(free.evaluationKeyBytes > 40e6);
  const limited = chooseParameters({
    ...request([lookup(7, 1)], -128),
    limits: { ...noLimits, maxEvaluationKeyBytes: 30e6 },
  });
  assert.ok(limited.evaluationKeyBytes <= 30e6);
  assert.ok(limited.runMs > free.runMs);
});

test("impossible requests name the value, the constraint and what would fit", () => {
  const named = { nodePath: (node: number) => `add %${node}` };
  const sources = [{ bootstrapSquaredNorms: [1], freshSquaredNorm: 0, node: 7 }];
  assert.throws(
    () => chooseParameters({ ...request([lookup(14, 1, { sources })], -64), ...named }),
    {
      name: "VelumError",
      code: "no-parameters",
      path: "add %7",
      limit: -64,
      actual: 14,
      message:
        "add %7: is looked up in a table of 14 bits (squared norms 1 on look-ups, 0 on inputs): no parameters at 132 bits of " +
        "security are quiet enough for a failure below 2^-64. At most 13 bits, or a failure probability of 2^-20 would " +
        "fit",
    },
  );
  const keys = { ...noLimits, maxEvaluationKeyBytes: 1e7 };
  assert.throws(() => chooseParameters({ ...request([lookup(6, 1)], -64), limits: keys }), {
    code: "no-parameters",
    limit: 1e7,
    message:
      /^parameter search: with its table of 6 bits the evaluation keys of the circuit take at least \d+\.\d MB, and may take 10\.0 MB\. Keys of \d+\.\d MB would fit \(maxEvaluationKeyBytes: \d+\); or look up at most 3 bits$/,
  });
  const upload = { ...noLimits, maxUploadBytes: 600 };
  assert.throws(
    () => chooseParameters({ ...request([lookup(4, 1)], -64), uploadLength: 500, limits: upload }),
    /^VelumError: maxUploadBytes: the upload of 500 numbers takes at least \d+ bytes, and may take 600\. Allow \d+ bytes, or upload fewer numbers$/,
  );
  const time = { ...noLimits, maxRunMs: 100 };
  const slow = [lookup(3, 1, { count: 2 }), lookup(8, 1, { count: 3 })];
  assert.throws(
    () => chooseParameters({ ...request(slow, -64), limits: time }),
    /one run takes at least \d+ ms on one thread \(test\), and may take 100 ms; most of it are 3 look-ups of 8 bits, \d+ ms\. Allow \d+ ms \(maxRunMs\), look up fewer bits, or round before looking up$/,
  );
  const loud = {
    bits: 12,
    padded: true,
    count: 1,
    sources: [{ bootstrapSquaredNorms: [1e6], freshSquaredNorm: 0, node: 3 }],
  };
  assert.throws(
    () => chooseParameters({ ...request([lookup(4, 1)], -64, [loud]), ...named }),
    /^VelumError: add %3: is an output of 12 bits \(squared norms 1000000 on look-ups, 0 on inputs\): no parameters at 132 bits .* At most \d+ bits.* would fit$/,
  );
  assert.throws(() => chooseParameters(request([], -64)), { code: "bad-argument" });
});

test("values that fit alone and not together are both named, with what would fit both", () => {
  const named = { nodePath: (node: number) => `add %${node}` };
  const sources = [{ bootstrapSquaredNorms: [1], freshSquaredNorm: 1, node: 7 }];
  const wide = lookup(9, 1, { sources });
  const output = (bits: number): ParameterRequest["outputs"][number] => ({
    ...{ bits, padded: true, count: 1 },
    sources: [{ bootstrapSquaredNorms: [3], freshSquaredNorm: 0, node: 8 }],
  });
  const asked = (bits: number, failureLog2: number, precision = 9): ParameterRequest => ({
    ...request([{ ...wide, precision }], failureLog2, [output(bits)]),
    ...named,
  });
  assert.ok(attempt(asked(2, -64)));
  assert.ok(attempt(asked(18, -64, 1)));
  let message = "";
  try {
    chooseParameters(asked(18, -64));
  } catch (error) {
    message = String(error);
  }
  const [, table, bits, failure] =
    /^VelumError: add %7: is looked up in a table of 9 bits \(squared norms 1 on look-ups, 1 on inputs\), and add %8 is an output of 18 bits \(squared norms 3 on look-ups, 0 on inputs\): no parameters at 132 bits of security are quiet enough for both with a failure below 2\^-64\. At most (\d+) bits of the table, or at most (\d+) bits of the output, or a failure probability of 2\^(-\d+), or weights \d+ times as small would fit$/.exec(
      message,
    ) ?? [];
  // What is proposed fits, and no more than that.
  assert.ok(attempt(asked(18, -64, Number(table))), message);
  assert.equal(attempt(asked(18, -64, Number(table) + 1)), undefined);
  assert.ok(attempt(asked(Number(bits), -64)));
  assert.equal(attempt(asked(Number(bits) + 1, -64)), undefined);
  assert.ok(attempt(asked(18, Number(failure))));
});

function attempt(wanted: ParameterRequest): ParameterChoice | undefined {
  try {
    return chooseParameters(wanted);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "no-parameters");
    return undefined;
  }
}
