import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/index.js";
import { engineKinds, noNative } from "../support/engines.js";

const inputset = [[0], [1], [2], [3]];
const double = fhe.compiler({ x: "encrypted" }, (x) => fhe.matmul([2], x).add(2));

test("the documented example prints both forms of its graph", async () => {
  const circuit = await double.compile(inputset);
  assert.equal(
    String(circuit),
    `%0 = x                     # EncryptedTensor<uint2, shape=(1,)>        ∈ [0, 3]
%1 = [2]                   # ClearTensor<uint2, shape=(1,)>            ∈ [2, 2]
%2 = matmul(%1, %0)        # EncryptedScalar<uint3>                    ∈ [0, 6]
%3 = 2                     # ClearScalar<uint2>                        ∈ [2, 2]
%4 = add(%2, %3)           # EncryptedScalar<uint4>                    ∈ [2, 8]
return %4`,
  );
  assert.equal(
    circuit.graph.format({ ranges: false, constantsFirst: true }),
    `%0 = 2                     # ClearScalar<uint2>
%1 = [2]                   # ClearTensor<uint2, shape=(1,)>
%2 = x                     # EncryptedTensor<uint2, shape=(1,)>
%3 = matmul(%1, %2)        # EncryptedScalar<uint3>
%4 = add(%3, %0)           # EncryptedScalar<uint4>
return %4`,
  );
  assert.equal(circuit.graph.maximumIntegerBitWidth(), 4);
  assert.equal(circuit.plan.lane, "linear");
  assert.equal(circuit.sizes.evaluationKeyBytes, 0);
});

for (const runtime of ["wasm", "native"] as const) {
  const skip = engineKinds.includes(runtime) ? false : noNative;
  test(`the documented example, encrypted, ${runtime}`, { skip }, async () => {
    const circuit = await double.compile(inputset, { runtime });
    assert.equal(await circuit.encryptRunDecrypt([3]), 8);
    for (const [x = 0] of inputset) {
      assert.equal(await circuit.encryptRunDecrypt([x]), 2 * x + 2);
      assert.equal(circuit.simulate([x]), 2 * x + 2);
    }
    assert.equal((await circuit.engine()).runtime, runtime);
    await circuit.close();
  });
}
