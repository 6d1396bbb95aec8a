// The failure probability of a compiled circuit against the noise that its results have: they are decrypted with more bits than the
// circuit was compiled for, so that what lies below the message shows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readClientFile, writeClientFile } from "../../src/artifact/client-file.js";
import { Client, fhe, ServerCircuit } from "../../src/index.js";
import { tailQuantile } from "../../src/security/failure.js";

const rows = 32;
const requests = 20;
/** Bits below the message that are decrypted too. */
const moreBits = 14;
/** Each row sums two results of its own, so that the errors of rows are independent. */
const weights = [3, -4];
const table = new fhe.LookupTable([0, 1, 1, 0]);

test("errors of decrypted sums are as large as the plan's failure probability says", async (t) => {
  const matrix = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 2 * rows }, (_, column) =>
      column >> 1 === row ? (weights[column & 1] ?? 0) : 0,
    ),
  );
  const inputs = [1, 3, 2, 0].map((first) =>
    Array.from({ length: 2 * rows }, (_, i) => (first + i * (first & 1)) % 4),
  );
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.matmul(matrix, table.apply(x)))
    .compile(inputs, { inputForm: "numbers" });
  const { failure, outputs } = circuit.plan;
  const [output] = outputs;
  assert.ok(output);
  const manifest = readClientFile(circuit.clientFile);
  const finer = manifest.outputs.map((own) => ({
    ...own,
    deltaLog2: own.deltaLog2 - moreBits,
    messageBits: own.messageBits + moreBits,
    signed: true,
  }));
  const client = await Client.load(writeClientFile({ ...manifest, outputs: finer }));
  const server = await ServerCircuit.load(circuit.serverFile);
  try {
    client.generateKey();
    const keyFile = await client.evaluationKeys();
    assert.ok(keyFile);
    const keys = await server.loadEvaluationKeys(keyFile);
    const [x = []] = inputs;
    const sent = Array.from({ length: requests }, () => client.encrypt(x));
    const errors = (await server.run(sent, keys)).flatMap((answer) =>
      client.decrypt(answer).flatMap(({ data }) =>
        Array.from(data, (value, row) => {
          const due = weights.reduce(
            (sum, weight, i) => sum + weight * ([0, 1, 1, 0][x[2 * row + i] ?? 0] ?? 0),
            0,
          );
          return value - due * 2 ** moreBits;
        }),
      ),
    );
    // Half a step of the result, in the units of the errors, over the quantile is the deviation that the plan counted with.
    const predicted = (2 ** (moreBits - 1) / tailQuantile(failure.worstLog2)) ** 2;
    const measured = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    t.diagnostic(`measured / predicted variance ${(measured / predicted).toFixed(3)}`);
    assert.equal(errors.length, rows * requests);
    // 640 samples: a deviation of the ratio is 6 %, and 3 % between keys. Five of both and more on either side.
    assert.ok(
      measured < 1.4 * predicted && measured > 0.65 * predicted,
      `${measured} ${predicted}`,
    );
  } finally {
    client.dispose();
    await server.close();
    await circuit.close();
  }
});
