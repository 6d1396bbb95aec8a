import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";

// No straight lines, none a multiple of the other.
const bit = new fhe.LookupTable([0, 1, 0, 1]);
const other = new fhe.LookupTable([1, 0, 0, 1]);

function repeated(count: number, next: (a: Tracer, i: number) => Tracer): (a: Tracer) => Tracer {
  return (a) => {
    let sum = next(a, 0);
    for (let i = 1; i < count; i++) sum = sum.add(next(a, i));
    return sum;
  };
}

test("a table looked up 60 times on one value is one bootstrap, and its noise counts 60 times", async () => {
  const circuit = await fhe
    .compiler(
      { a: "encrypted" },
      repeated(60, (a) => bit.apply(a)),
    )
    .compile([0, 3], { inputForm: "numbers" });
  assert.equal(circuit.plan.bootstraps, 1);
  const requests = await Promise.all([0, 1, 2, 3, 1, 0].map((a) => circuit.encrypt(a)));
  const answers = await circuit.run(requests);
  const results = await Promise.all(answers.map((answer) => circuit.decrypt(answer)));
  assert.deepEqual(results, [0, 60, 0, 60, 60, 0]);
  await circuit.close();
});

test("elements of a vector that look up the same value share one bootstrap", async () => {
  const twice = (x: Tracer) =>
    bit.apply(
      fhe.matmul(
        [
          [1, 0],
          [0, 1],
          [1, 0],
        ],
        x,
      ),
    );
  const circuit = await fhe.compiler({ x: "encrypted" }, twice).compile(
    [
      [0, 0],
      [3, 3],
      [0, 1],
    ],
    { inputForm: "numbers" },
  );
  assert.equal(circuit.plan.bootstraps, 2);
  assert.deepEqual(await circuit.encryptRunDecrypt([0, 1]), [0, 1, 0]);
  await circuit.close();
});

test("different tables on one value: their weights add up before they are squared", async () => {
  const compile = async (count: number) => {
    const sum = repeated(count, (a, i) => (i % 2 === 0 ? bit : other).apply(a).mul(i + 1));
    // Returned by itself too, so that the tables do not become one.
    const fn = (a: Tracer) => [sum(a), bit.apply(a)];
    return fhe.compiler({ a: "encrypted" }, fn).compile([0, 3], { inputForm: "numbers" });
  };
  const [few, many] = [await compile(2), await compile(6)];
  // Both tables come from one rotation.
  assert.equal(few.plan.bootstraps, 1);
  assert.equal(many.plan.bootstraps, 1);
  assert.ok(many.plan.failure.worstLog2 <= -64);
  assert.deepEqual(await many.encryptRunDecrypt(1), many.simulate(1));
  await Promise.all([few.close(), many.close()]);
});
