import assert from "node:assert/strict";
import { test } from "node:test";
import { toTensor } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";

test("one parameter: its ends, then values in between, always the same", () => {
  const samples = fhe.inputset([{ min: -3, max: 4 }], 50);
  assert.deepEqual(samples.slice(0, 2), [-3, 4]);
  assert.equal(samples.length, 50);
  for (const sample of samples) assert.ok(Number(sample) >= -3 && Number(sample) <= 4);
  assert.equal(new Set(samples).size, 8);
  assert.deepEqual(fhe.inputset([{ min: -3, max: 4 }], 50), samples);
});

test("several parameters: all combinations of their ends first", () => {
  const samples = fhe.inputset([
    { min: 0, max: 7 },
    { min: -8, max: 7, shape: [2, 1] },
  ]);
  assert.equal(samples.length, 100);
  assert.deepEqual(samples.slice(0, 4), [
    [0, [[-8], [-8]]],
    [7, [[-8], [-8]]],
    [0, [[7], [7]]],
    [7, [[7], [7]]],
  ]);
  for (const sample of samples) {
    assert.ok(Array.isArray(sample));
    assert.deepEqual(toTensor(sample[1] ?? 0).shape, [2, 1]);
  }
});

test("more than four parameters: those further on go with the first ones", () => {
  const bits = Array.from({ length: 6 }, () => ({ min: 0, max: 1 }));
  const samples = fhe.inputset(bits, 0);
  assert.equal(samples.length, 16);
  assert.deepEqual(samples[1], [1, 0, 0, 0, 1, 0]);
  assert.deepEqual(samples[15], [1, 1, 1, 1, 1, 1]);
});

test("a compiled function covers its ranges", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => x.sub(y))
    .compile(
      fhe.inputset([
        { min: 0, max: 15 },
        { min: 0, max: 15 },
      ]),
    );
  assert.deepEqual(circuit.graph.node(2).bounds, { min: -15, max: 15 });
});

test("ranges that are none", () => {
  assert.throws(() => fhe.inputset([]), {
    code: "bad-argument",
    message:
      /^inputset \(.*\): there is no list of ranges\. Give one range for each parameter: fhe\.inputset\(\[\{ min: 0, max: 15 \}\]\)$/,
  });
  assert.throws(() => fhe.inputset([{ min: 3, max: 0 }]), {
    code: "bad-argument",
    message:
      /^inputset \(.*\), range 0: from 3 to 0 is no range of integers\. Give integers with min at most max: /,
  });
});
