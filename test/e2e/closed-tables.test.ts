import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";

test("2^q + 1 values take a look-up of q bits, and both ends are read right", async () => {
  for (const [bits, min] of [
    [4, 0],
    [4, -9],
    [5, -32],
  ] as const) {
    const values = Array.from({ length: 2 ** bits + 1 }, (_, i) => min + i);
    const f = (v: number): number => ((v * v * 7 + 3 * v) % 23) - 4;
    // Ends several times, since noise leads below the first and beyond the last value there.
    const x = [...values, ...values.slice(0, 1), ...values.slice(-1), ...values.slice(-1), min];
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (v) => fhe.univariate(f)(v))
      .compile([x], { inputForm: "numbers" });
    assert.deepEqual(circuit.cost().lookups, [{ bits, count: x.length }]);
    assert.deepEqual(circuit.simulate(x), x.map(f));
    assert.deepEqual(await circuit.encryptRunDecrypt(x), x.map(f));
    assert.throws(() => circuit.simulate(x.with(0, min + 2 ** bits + 1)), { code: "out-of-range" });
    await circuit.close();
  }
});

test("tables of their own ends, and several tables of one value", async () => {
  const x = Array.from({ length: 17 }, (_, i) => i);
  const of = (v: number, i: number): number => (v * v + i * v) % (5 + i);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (v) => [
      fhe.multivariate((value, i) => of(value, i))(
        v,
        x.map((i) => i % 3),
      ),
      fhe.univariate((value) => of(value, 4))(v),
    ])
    .compile([x, [...x].reverse()], { inputForm: "numbers" });
  const wanted = [x.map((v, i) => of(v, i % 3)), x.map((v) => of(v, 4))];
  assert.deepEqual(circuit.simulate(x), wanted);
  assert.deepEqual(await circuit.encryptRunDecrypt(x), wanted);
  assert.ok(circuit.cost().lookups.every(({ bits }) => bits === 4));
  await circuit.close();
});
