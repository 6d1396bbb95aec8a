import assert from "node:assert/strict";
import { test } from "node:test";
import type { LinearRequest } from "../../src/plan/linear/linear-request.js";
import { chooseLinearParameters } from "../../src/plan/linear/parameter-search-linear.js";
import { isSecure } from "../../src/security/curves.js";
import { log2Failure } from "../../src/security/failure.js";

const logistic: LinearRequest = {
  outputs: [{ bits: 21, squaredNorm: 30 * 127 ** 2, oneNorm: 30 * 127, count: 1 }],
  vectorLength: 30,
  largestOutputsPerResponse: 1,
  failureLog2: -64,
};

test("logistic regression on 30 features of 8 bits sends below 0.5 KB and gets below 6 KB", () => {
  const choice = chooseLinearParameters(logistic);
  assert.equal(choice.parameters.glwe.dimension * choice.parameters.glwe.polynomialSize, 1536);
  assert.deepEqual(choice.parameters.bootstraps, []);
  assert.ok(choice.uploadBytes <= 500, `${choice.uploadBytes}`);
  assert.ok(choice.downloadBytes <= 6000, `${choice.downloadBytes}`);
  assert.equal(choice.downloadBytes, Math.ceil((1537 * choice.downloadBits) / 8));
  assert.equal(choice.uploadBytes, 32 + Math.ceil((30 * choice.uploadBits) / 8));
  assert.ok((choice.failureLog2[0] ?? 0) <= -64);
});

test("a grid of regions: every key is secure and every target met", () => {
  for (const failureLog2 of [-64, -128]) {
    for (const bits of [4, 8, 16, 21, 28]) {
      for (const vectorLength of [1, 30, 784, 3000]) {
        for (const count of [1, 10]) {
          for (const largestOutputsPerResponse of [1, 64]) {
            const outputs = [
              { bits, squaredNorm: vectorLength * 1000, oneNorm: vectorLength * 30, count },
            ];
            const choice = chooseLinearParameters({
              outputs,
              vectorLength,
              largestOutputsPerResponse,
              failureLog2,
            });
            const { glwe } = choice.parameters;
            assert.ok(isSecure(glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64));
            assert.ok((choice.failureLog2[0] ?? 0) <= failureLog2);
            assert.ok(choice.uploadBits < 64 && choice.downloadBits < 64);
            const responses = Math.ceil(count / choice.outputsPerResponse);
            assert.ok(choice.runFailureLog2 <= failureLog2 + Math.log2(count) + 1e-9);
            assert.ok(choice.downloadBytes >= responses * 1000);
          }
        }
      }
    }
  }
});

test("outputs share a response where that saves bytes", () => {
  const request = {
    outputs: [{ bits: 21, squaredNorm: 64 * 127 ** 2, oneNorm: 64 * 127, count: 10 }],
    vectorLength: 64,
    largestOutputsPerResponse: 64,
    failureLog2: -64,
  };
  const shared = chooseLinearParameters(request);
  const single = chooseLinearParameters({ ...request, largestOutputsPerResponse: 1 });
  assert.equal(shared.outputsPerResponse, 10);
  assert.equal(single.outputsPerResponse, 1);
  assert.ok(shared.uploadBytes + shared.downloadBytes < single.downloadBytes / 4);
});

test("many outputs listed one by one give what one kind with a count gives", () => {
  const kind = { bits: 16, squaredNorm: 5000, oneNorm: 300, count: 1 };
  const request = { ...logistic, largestOutputsPerResponse: Number.POSITIVE_INFINITY };
  const quieter = { ...kind, squaredNorm: 100, oneNorm: 20 };
  const listed = Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? kind : quieter));
  const one = chooseLinearParameters({ ...request, outputs: [{ ...kind, count: 4000 }] });
  const many = chooseLinearParameters({ ...request, outputs: listed });
  assert.deepEqual(many.parameters, one.parameters);
  assert.equal(many.downloadBytes, one.downloadBytes);
  assert.equal(many.uploadBytes, one.uploadBytes);
  assert.equal(many.failureLog2.length, 4000);
});

test("a single small weight is decided by the bound on its noise, not by a Gaussian tail", () => {
  const outputs = [{ bits: 10, squaredNorm: 1, oneNorm: 1, count: 1 }];
  const choice = chooseLinearParameters({
    ...logistic,
    outputs,
    vectorLength: 1,
    failureLog2: -128,
  });
  const [noise = 0] = choice.noiseLog2;
  const [limit = 0] = choice.limitLog2;
  assert.ok((choice.failureLog2[0] ?? 0) <= -128);
  assert.ok(limit - noise < 4, `${limit - noise}`);
});

test("impossible and empty regions are refused", () => {
  const wide = [{ bits: 60, squaredNorm: 1e6, oneNorm: 1e4, count: 1 }];
  assert.throws(() => chooseLinearParameters({ ...logistic, outputs: wide }), {
    code: "no-parameters",
    message:
      "linear parameters: no parameters at 132 bits of security give 60 bits of a sum with squared norm 1000000 and failure " +
      "below 2^-64. Lower the bits of weights or inputs, or use fewer entries",
  });
  assert.throws(() => chooseLinearParameters({ ...logistic, outputs: [] }), {
    code: "bad-argument",
  });
  assert.throws(() => chooseLinearParameters({ ...logistic, vectorLength: 0 }), {
    code: "bad-argument",
  });
});

test("protected answers: secure keys, limits and distances met, at more bytes; impossible ones are refused", () => {
  for (const distanceLog2 of [-20, -40]) {
    for (const bits of [4, 8, 10]) {
      for (const [vectorLength, count] of [
        [3, 1],
        [30, 1],
        [30, 10],
      ] as const) {
        const outputs = [
          { bits, squaredNorm: vectorLength * 20, oneNorm: vectorLength * 4, count },
        ];
        const request = { outputs, vectorLength, largestOutputsPerResponse: 64, failureLog2: -64 };
        const plain = chooseLinearParameters(request);
        const choice = chooseLinearParameters({ ...request, distanceLog2 });
        const { glwe, publicKey } = choice.parameters;
        assert.ok(isSecure(glwe.dimension * glwe.polynomialSize, glwe.noiseLog2, 64));
        assert.ok(publicKey === true && plain.parameters.publicKey === undefined);
        assert.ok(choice.protection && choice.protection.distanceLog2 <= distanceLog2);
        // The flood takes half of the room, 2^-(bits + 1).
        assert.equal(choice.protection.floodLog2, 62 - bits);
        assert.ok((choice.failureLog2[0] ?? 0) <= -64);
        // The other half is what the noise may fill.
        const room = 2 ** (choice.limitLog2[0] ?? 0) - 2 ** (choice.protection.floodLog2 - 64);
        const left = log2Failure(room, 4 ** (choice.noiseLog2[0] ?? 0));
        assert.ok(Math.abs((choice.failureLog2[0] ?? 0) - left) < 1e-6);
        assert.ok(
          choice.uploadBytes + choice.downloadBytes > plain.uploadBytes + plain.downloadBytes,
        );
      }
    }
  }
  assert.throws(() => chooseLinearParameters({ ...logistic, distanceLog2: -40 }), {
    code: "no-parameters",
    cure: /protectModel: \{ bits: \d\d \} would fit as it is$/,
  });
});
