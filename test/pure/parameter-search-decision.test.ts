// The choice of parameters for decision diagrams: its promises, and the measured sizes that it must meet.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DecisionChoice,
  type DecisionRequest,
  searchDecision,
} from "../../src/plan/decision/parameter-search-decision.js";
import { referenceRates } from "../../src/plan/kernel-rates.js";
import { isSecure } from "../../src/security/curves.js";
import { log2TailProbability } from "../../src/security/failure.js";
import { log2MixtureFailure } from "../../src/security/failure-mixture.js";
import { checkParameters } from "../../src/tfhe/parameter-id.js";

/** `trees` full trees of `depth`. */
function forest(bits: number, trees: number, depth: number, messageBits: number): DecisionRequest {
  return {
    bits,
    weights: {
      externalProducts: trees * (depth - 1),
      usesOfOneBit: Math.ceil(trees / 4),
      diagrams: trees,
      squaredDifferences: trees ** 2 / bits / 64,
    },
    messageBits,
    outputs: 1,
    work: {
      externalProducts: trees * (2 ** (depth - 1) - 1),
      leafNodes: trees * 2 ** (depth - 1),
      wholeBits: bits,
    },
    failureLog2: -64,
    maxUploadBytes: Number.POSITIVE_INFINITY,
    maxKeyBytes: Number.POSITIVE_INFINITY,
    rates: referenceRates,
  };
}

function checkChoice(choice: DecisionChoice, request: DecisionRequest): void {
  const { glwe } = choice.parameters;
  checkParameters(choice.parameters);
  assert.ok(isSecure(glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64));
  assert.ok(choice.failureLog2 <= request.failureLog2, `failure 2^${choice.failureLog2}`);
  assert.ok(choice.noiseLog2 < choice.limitLog2);
  assert.ok(choice.uploadBytes <= request.maxUploadBytes);
  assert.ok(choice.keyBytes <= request.maxKeyBytes);
  const { baseLog, levels } = choice.layout.gadget;
  assert.ok(baseLog * levels >= request.messageBits, "leaves are exact");
}

for (const request of [forest(80, 100, 6, 9), forest(80, 50, 3, 9), forest(300, 100, 6, 10)]) {
  const { diagrams, externalProducts } = request.weights;
  test(`${request.bits} bits, ${diagrams} trees, ${externalProducts} external products: both forms hold what they promise`, () => {
    const { direct, packed } = searchDecision(request);
    assert.ok(direct);
    assert.ok(packed);
    checkChoice(direct, request);
    checkChoice(packed, request);
    assert.equal(direct.layout.form, "ggsw");
    assert.equal(direct.keyBytes, 0);
    assert.equal(packed.layout.form, "packed");
    assert.ok(packed.uploadBytes < direct.uploadBytes / 50);
  });
}

test("50 trees of depth 3 travel in 3 KB with keys of 0.7 MB", () => {
  const request = { ...forest(80, 50, 3, 9), maxUploadBytes: 3072, maxKeyBytes: 700e3 };
  const { direct, packed } = searchDecision(request);
  assert.equal(direct, undefined);
  assert.ok(packed);
  checkChoice(packed, request);
  assert.ok(packed.time.totalMs < 120);
});

test("a smaller failure probability never costs less", () => {
  const request = forest(80, 100, 6, 9);
  const { direct } = searchDecision(request);
  const stricter = searchDecision({ ...request, failureLog2: -128 });
  assert.ok(direct && stricter.direct);
  assert.ok(stricter.direct.uploadBytes > direct.uploadBytes);
  assert.ok(stricter.direct.failureLog2 <= -128);
});

test("nothing fits 26 bits of a hundred trees", () => {
  assert.throws(() => searchDecision(forest(80, 100, 6, 26)), {
    code: "no-parameters",
    message:
      "decision parameters: no parameters at 132 bits of security give 26 bits of a sum of 100 diagrams with 500 external products " +
      "and failure below 2^-64 within the limits. Lower the bits of the output, use fewer or shallower trees, or raise the limits on bytes",
  });
});

test("the bound for products: Gaussian noise within 5 bits of its tail, products of few factors far heavier", () => {
  const z = 9.2;
  const exact = log2TailProbability(z);
  const gaussian = log2MixtureFailure(z, 1, []);
  assert.ok(gaussian >= exact && gaussian < exact + 6, `${gaussian} and ${exact}`);
  const many = log2MixtureFailure(z, 0, [{ variance: 1e-4, freedom: 64, count: 1e4 }]);
  assert.ok(Math.abs(many - gaussian) < 0.1);
  // A product of two standard Gaussians beyond 9.2: density K0(x) / pi, tail about e^-x / sqrt(2 pi x) twice.
  const single = log2MixtureFailure(z, 0, [{ variance: 1, freedom: 1, count: 1 }]);
  const tail = Math.log2((2 * Math.exp(-z)) / Math.sqrt(2 * Math.PI * z));
  assert.ok(single >= tail && single < tail + 6, `${single} and ${tail}`);
});
