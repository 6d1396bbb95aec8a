import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checksum } from "../../src/base/checksum.js";
import { Client, fhe, ServerCircuit, VelumError } from "../../src/index.js";
import { payloadOf } from "../../src/tfhe/wire-header.js";
import { circuitOf, clearPrograms, valuesOf } from "../support/clear-programs.js";
import { runEverywhere } from "../support/run-circuit.js";

const flip = new fhe.LookupTable([1, 0, 3, 2, 5, 4, 7, 6]);

test("clear parameters and trivial encryptions in sums, joins, convolutions and look-ups", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", w: "clear" }, (x, w) => {
      const reversed = x.at(fhe.slice(null, null, -1)).add(fhe.ones([3]));
      const y = fhe.lookup(flip, fhe.concatenate([reversed, fhe.constant([2, 7]), w]));
      return [
        y.sum(),
        fhe.conv(y.reshape(1, 1, 7), [[[1, 1]]], null, { pads: [1, 0] }),
        fhe.lookup(flip, w),
        w.reshape(2, 1).sub(4),
        fhe.lookup(flip, fhe.constant([1, 2])),
        fhe.zeros([2]),
      ];
    })
    .compile([
      [
        [0, 1, 2],
        [3, 3],
      ],
      [
        [1, 5, 6],
        [0, 7],
      ],
      [
        [0, 0, 0],
        [1, 0],
      ],
    ]);
  const samples = [
    [
      [1, 2, 3],
      [2, 3],
    ],
    [
      [6, 0, 6],
      [7, 0],
    ],
  ];
  const flipped = (value: number): number => value ^ 1;
  const wanted = samples.map(([x = [], w = []]) => {
    const y = [...x.toReversed().map((value) => value + 1), 2, 7, ...w].map(flipped);
    return [
      [y.reduce((sum, value) => sum + value, 0)],
      y.map((value, i) => value + (y[i - 1] ?? 0)),
      w.map(flipped),
      w.map((value) => value - 4),
      [0, 3],
      [0, 0],
    ];
  });
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(results, wanted, runtime);
  }
  assert.match(circuit.mlir, /@main\(%arg0: tensor<3x!FHE\.eint<\d>>, %arg1: tensor<2xi4>\)/);
});

test("results that depend on no input", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [fhe.one(), x.mul(0), fhe.constant([3, -7]).mul(2)])
    .compile([[1, 2]]);
  for (const [runtime, results] of await runEverywhere(circuit, [[[1, 2]]])) {
    assert.deepEqual(results, [[[1], [0, 0], [6, -14]]], runtime);
  }
});

/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

test("random programs with clear parameters: encrypted runs, simulation and plain arithmetic agree", async () => {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(clearPrograms(4), async (program) => {
      const inputs = valuesOf(program);
      const circuit = await circuitOf(program, inputs);
      if (circuit === undefined) return;
      compiled++;
      const wanted = program.samples.map((sample) => program.plain(sample));
      for (const [runtime, results] of await runEverywhere(circuit, inputs)) {
        assert.deepEqual(results, wanted, `${runtime}\n${circuit}\n${circuit.program}`);
      }
      for (const [index, sample] of inputs.entries()) {
        const simulated: unknown[] = [circuit.simulate(...sample)];
        assert.deepEqual(simulated.flat(9), wanted[index]?.flat());
      }
    }),
    { numRuns: times * 6, endOnFailure: true },
  );
  assert.ok(compiled >= times, `${compiled} programs`);
});

const product = fhe.compiler(
  [
    ["x", "encrypted"],
    ["w", "clear"],
    ["b", "clear"],
  ],
  (x, w, b) => x.matmul(w).add(b.mul(b)),
);
const row = (i: number): number[] => [i % 8, (3 * i) % 8, (5 * i) % 8, (7 * i) % 8];
const matrix = (i: number): number[][] =>
  [0, 1, 2, 3].map((r) => [((i + r) % 16) - 8, ((3 * i + r) % 16) - 8]);
const inputset = Array.from({ length: 20 }, (_, i) => [row(i), matrix(i), i % 4]);

test("a matrix product with clear weights takes no keys, and a byte a weight", async () => {
  const circuit = await product.compile(inputset);
  const same = await fhe
    .compiler({ x: "encrypted" }, (x) => x.matmul(matrix(3)))
    .compile(inputset.map(([x = []]) => x));
  const { uploadBytes, evaluationKeyBytes, bootstraps } = circuit.sizes;
  assert.deepEqual([evaluationKeyBytes, bootstraps], [0, 0]);
  // Two heads of 8 bytes, 8 weights and one addend; a bit a number more for the wider weights.
  assert.ok(uploadBytes <= same.sizes.uploadBytes + 16 + 8 + 1 + 4, `${uploadBytes} bytes`);
  const cost = circuit.cost();
  assert.equal(cost.uploadBytes, uploadBytes);
  assert.equal(cost.clearBytes, 16 + 8 + 1);
  assert.match(String(cost), /^upload +\d+ B, 25 B of it clear$/m);
  assert.match(circuit.program, /linear\[0\.\.1\] = weights\[1, 1\]\(clear inputs\) \* fresh/);
  const samples = [[row(5), matrix(7), 3]];
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    const [, columns = []] = [0, matrix(7)];
    const wanted = [0, 1].map((k) =>
      row(5).reduce((sum, x, r) => sum + x * (columns[r]?.[k] ?? 0), 9),
    );
    assert.deepEqual(results, [[wanted]], runtime);
  }
});

test("products, choices and positions with clear values take no look-ups", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", p: "clear", y: "clear" }, (x, p, y) => [
      x.mul(y),
      x.at(p),
      fhe.where(y.greater(2), x, x.neg()),
      fhe.sqrt(y).mul(10).div(fhe.exp(p)).astype("int64").add(x),
      fhe.floor(y.mul(0.3).add(0.25)).astype("int64").add(x),
    ])
    .compile([
      [[1, 2, 3], 0, 0],
      [[7, 0, 5], 2, 6],
      [[0, 0, 0], 0, 6],
    ]);
  assert.equal(circuit.sizes.bootstraps, 0);
  const samples = [[[4, 6, 1], 1, 3]];
  const plain = Math.trunc((Math.sqrt(3) * 10) / Math.exp(1));
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    const wanted = [[12, 18, 3], [6], [4, 6, 1], [4, 6, 1].map((x) => x + plain), [5, 7, 2]];
    assert.deepEqual(results, [wanted], runtime);
  }
});

test("approximate roundings of sums with clear values read blocks", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "clear" }, (x, y) =>
      fhe.roundBitPattern(x.mul(2).add(y.mul(y)), 9, true, "approximate"),
    )
    .compile(Array.from({ length: 16 }, (_, i) => [1023 * i, i % 8]));
  assert.equal(circuit.sizes.bootstraps, 1);
  // Far from ties: 2 * 3000 + 9 lies 135 below 6144.
  const samples = [
    [3000, 3],
    [17, 7],
  ];
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(results, [[[6144]], [[0]]], runtime);
  }
});

test("clear weights that are too large for any plan are refused by their norm", async () => {
  const wide = fhe.compiler({ x: "encrypted", w: "clear" }, (x, w) => x.matmul(w));
  const inputset = [
    [
      [0, 15],
      [2 ** 20, -3],
    ],
    [
      [15, 0],
      [-(2 ** 20), 7],
    ],
  ];
  await assert.rejects(wide.compile(inputset), {
    code: "width-too-wide",
    message:
      /^matmul \(.*\): the weights of one product have the 2-norm \d+\. Quantize the weights/,
  });
});

test("statistics count no operation on clear values alone", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "clear" }, (x, y) => x.add(y.mul(y).add(y).sub(1)))
    .compile([
      [1, 2],
      [3, 3],
    ]);
  const [whole] = circuit.statistics();
  assert.equal(whole?.clearAdditions, 1);
  assert.equal(whole?.encryptedAdditions, 0);
});

test("the server refuses clear numbers and lengths that the circuit was not compiled for", async () => {
  const circuit = await product.compile(inputset);
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  assert.throws(() => client.encrypt(row(1), matrix(1), 4), {
    code: "out-of-range",
    message: /^input "b", number 0: lies outside 0 to 3/,
  });
  assert.throws(() => client.encrypt(row(1), matrix(1).slice(1), 3), {
    code: "bad-shape",
    message: /^input "w": has the shape \(3, 2\), not \(4, 2\)/,
  });
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  const request = client.encrypt(row(1), matrix(1), 3);
  const textOf = async (change: (payload: Uint8Array) => void): Promise<string> => {
    const file = request.slice();
    const payload = payloadOf(file);
    change(payload);
    const view = new DataView(file.buffer);
    view.setUint32(64, checksum(payload), true);
    view.setUint32(68, checksum(file.subarray(0, 68)), true);
    const [answer] = await server.run([file]).catch((error: unknown) => [error]);
    return answer instanceof VelumError ? `${answer.code} ${answer.message}` : "ran";
  };
  assert.equal(await textOf(() => {}), "ran");
  // The last byte is b; before it come its head and the weights.
  assert.match(
    await textOf((payload) => payload.fill(200, payload.length - 1)),
    /^out-of-range input "b", number 0: is 200, outside 0 to 3\. Send clear inputs within/,
  );
  assert.match(
    await textOf((payload) => payload.fill(8, payload.length - 10, payload.length - 9)),
    /^out-of-range input "w", number 7: is 8, outside -8 to 7/,
  );
  assert.match(
    await textOf((payload) => payload.fill(2, payload.length - 9, payload.length - 8)),
    /^file-corrupt input ciphertext: is damaged: clear input "b" has another layout/,
  );
  const truncated = request.slice(0, -1);
  await assert.rejects(server.run([truncated]), { code: "file-truncated" });
  await server.close();
});

test("a number computed from clear inputs beyond its range is refused by the server", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "clear" }, (x, y) => x.mul(y.mul(y)))
    .compile([
      [1, 0],
      [3, 5],
    ]);
  assert.equal(await circuit.encryptRunDecrypt(2, 5), 50);
  await assert.rejects(circuit.encryptRunDecrypt(2, 7), {
    code: "out-of-range",
    message:
      /^multiply \(.*\): the clear inputs make it 49, and the circuit was compiled for 0 to 31\. Compile with/,
  });
  await circuit.close();
});

test("functions of a module, and what no clear weights can do, keep clear parameters encrypted", async () => {
  const declared = fhe.module({
    scale: fhe.function({ x: "encrypted", y: "clear" }, (x, y) => x.mul(y).mod(8)),
  });
  const module = await declared.compile({
    scale: [
      [0, 0],
      [3, 3],
      [2, 1],
    ],
  });
  const answers = await module.scale.run([await module.scale.encrypt(3, 2)]);
  assert.equal(await module.scale.decrypt(answers[0] ?? new Uint8Array()), 6);
  await module.close();
});
