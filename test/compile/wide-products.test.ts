// Products of two encrypted values that no parameters hold are refused before ways to compute them are tried out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { endlessSeconds, processorSeconds } from "../support/processor-time.js";

const pair = { x: "encrypted", w: "encrypted" } as const;

for (const [name, wide] of [
  ["matmul", 2 ** 20],
  ["multiply", 2 ** 11],
] as const) {
  test(`${name} of values up to ${wide}`, async () => {
    const product = fhe.compiler(pair, (x, w) =>
      name === "matmul" ? x.matmul(w) : fhe.multiply(x, w),
    );
    const vector = [wide, -wide, wide];
    const started = processorSeconds();
    await assert.rejects(product.compile([[vector, vector]]), {
      code: "width-too-wide",
      message: new RegExp(
        `^${name} \\(.*wide-products\\.test\\.\\ws:\\d+\\): the product of two encrypted values has \\d\\d bits, ` +
          "and no parameters hold more than 20 bits of it\\. Quantize the values to fewer bits, " +
          "or shift them to the right before they are multiplied$",
      ),
    });
    // A tenth of a second is usual; it took minutes when ways were tried out first.
    assert.ok(processorSeconds() - started < endlessSeconds);
  });
}

test("zeros below and weights in clear do not count", async () => {
  const pairs = [
    [1024, 1024],
    [2048, 3072],
  ];
  const even = fhe.compiler(pair, (x, w) => x.rightShift(10).mul(w.rightShift(10)));
  assert.equal((await even.compile(pairs)).simulate(2048, 3072), 6);
  const clear = fhe.compiler({ x: "encrypted", w: "clear" }, (x, w) => x.mul(w));
  const circuit = await clear.compile([[63, 2 ** 16]]);
  assert.equal(circuit.simulate(63, 2 ** 16), 63 * 2 ** 16);
});
