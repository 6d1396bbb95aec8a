// Clear parameters of modules and composable circuits: they travel as they are, beside answers that are fed.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe, ModuleClient, ServerModule } from "../../src/index.js";
import { circuitOf, clearPrograms, valuesOf } from "../support/clear-programs.js";
import { engineKinds } from "../support/engines.js";

/** More programs than in every run of the tests: VELUM_RANDOM_PROGRAMS=20 makes twenty times as many. */
const times = Number(process.env["VELUM_RANDOM_PROGRAMS"] ?? 1);

const layer = (
  [a = 0, b = 0]: readonly number[],
  w: readonly (readonly number[])[],
  shift: number,
) => [0, 1].map((k) => (a * (w[0]?.[k] ?? 0) + b * (w[1]?.[k] ?? 0) + shift * shift) & 7);

const clock = fhe.module({
  layer: fhe.function(
    [
      ["w", "clear"],
      ["x", "encrypted"],
      ["shift", "clear"],
    ],
    (w, x, shift) => x.matmul(w).add(shift.mul(shift)).mod(8),
  ),
  first: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(8)),
});
const corners = [0, 7].flatMap((x) =>
  [-2, 3].flatMap((w) =>
    [0, 2].map((shift) => [
      [
        [w, w],
        [w, w],
      ],
      [x, x],
      shift,
    ]),
  ),
);
const seven = [
  [
    [3, 3],
    [-2, -2],
  ],
  [7, 7],
  0,
];
const module = await clock.compile({
  layer: [...corners, seven],
  first: [
    [0, 0],
    [7, 7],
  ],
});
const w = [
  [3, -2],
  [1, 2],
];

test("a function with clear parameters takes no look-up for them, and its file says that they are clear", () => {
  // Of sums alone: a remainder of 7 bits takes three a number.
  assert.equal(module.layer.plan.bootstraps, 6);
  assert.ok(module.layer.program.includes("weights(clear inputs)"));
  const { functions } = module.cost();
  assert.ok((functions["layer"]?.clearBytes ?? 0) > 0);
  assert.equal(functions["first"]?.clearBytes, 0);
  assert.equal(
    functions["layer"]?.uploadBytes,
    (functions["layer"]?.clearBytes ?? 0) + (functions["first"]?.uploadBytes ?? 0),
  );
});

for (const runtime of engineKinds) {
  test(`answers are fed beside clear parameters, round after round, ${runtime}`, async () => {
    const client = await ModuleClient.load(module.clientFile);
    client.generateKey();
    const server = await ServerModule.load(module.serverFile, { runtime, threads: 2 });
    const keys = await server.loadEvaluationKeys(
      (await client.evaluationKeys()) ?? new Uint8Array(),
    );
    const numbers = (name: string, answer: Uint8Array): number[] => [
      ...(client.decrypt(name, answer)[0]?.data ?? []),
    ];
    let plain = [5, 6];
    let [answer = new Uint8Array()] = await server.run(
      "layer",
      [client.encrypt("layer", w, plain, 2)],
      keys,
    );
    plain = layer(plain, w, 2);
    assert.deepEqual(numbers("layer", answer), plain);
    for (const shift of [0, 1, 2]) {
      [answer = new Uint8Array()] = await server.run("first", [answer], keys);
      const turned = w.map((row) => row.toReversed());
      const request = client.encrypt("layer", turned, null, shift);
      [answer = new Uint8Array()] = await server.run(
        "layer",
        [{ request, from: { x: answer } }],
        keys,
      );
      plain = layer(
        plain.map((value) => (value + 1) % 8),
        turned,
        shift,
      );
      assert.deepEqual(numbers("layer", answer), plain);
    }
    await assert.rejects(server.run("layer", [answer], keys), {
      code: "bad-argument",
      message: /function "layer".*got nothing for its clear parameters/,
    });
    await assert.rejects(server.run("layer", [client.encrypt("layer", w, null, 1)], keys), {
      message: /got nothing for "x"/,
    });
    await assert.rejects(
      server.run(
        "layer",
        [{ request: client.encrypt("layer", w, [1, 1], 1), from: { x: answer } }],
        keys,
      ),
      {
        message: /got an answer for "x", and the request holds a value for it too/,
      },
    );
    assert.throws(
      () =>
        client.encrypt(
          "layer",
          [
            [4, 0],
            [0, 0],
          ],
          null,
          1,
        ),
      { code: "out-of-range" },
    );
    assert.throws(() => client.encrypt("layer", null, [0, 0], 1), { code: "bad-shape" });
    await server.close();
    client.dispose();
  });
}

test("a composable circuit with a weight of its own each round", async () => {
  const circuit = await fhe
    .compiler(
      [
        ["x", "encrypted"],
        ["w", "clear"],
      ],
      (x, weight) => x.mul(weight).add(3).mod(8),
    )
    .compile(
      [
        [0, -4],
        [7, -4],
        [0, 3],
        [7, 3],
      ],
      { composable: true },
    );
  assert.ok(circuit.plan.bootstraps <= 2, circuit.program);
  let plain = 5;
  let [answer] = await circuit.run([await circuit.encrypt(plain, 1)]);
  plain = (plain + 3) % 8;
  for (const weight of [3, -4, 2, -1, 0]) {
    assert.ok(answer);
    const request = await circuit.encrypt(null, weight);
    [answer] = await circuit.run([{ request, from: { x: answer } }]);
    plain = (plain * weight + 3) & 7;
    assert.ok(answer);
    assert.equal(await circuit.decrypt(answer), plain);
  }
  assert.equal(await circuit.encryptRunDecrypt(6, -3), (6 * -3 + 3) & 7);
  await circuit.close();
});

test("functions whose answer is clear, or all of whose parameters are, keep them encrypted", async () => {
  const both = await fhe
    .module({
      same: fhe.function(
        [
          ["x", "encrypted"],
          ["y", "clear"],
        ],
        (x, y) => [x.add(1).mod(4), y.add(1).mod(4)],
      ),
      clear: fhe.function({ y: "clear" }, (y) => y.add(2).mod(4)),
    })
    .compile({
      same: [
        [0, 0],
        [3, 3],
      ],
      clear: [0, 1, 2, 3],
    });
  assert.deepEqual(await both.same.encryptRunDecrypt(3, 2), [0, 3]);
  assert.equal(await both.clear.encryptRunDecrypt(3), 1);
  const request = await both.clear.encrypt(1);
  const [three] = await both.clear.run([request]);
  const [answer] = await both.same.run([
    { request: await both.same.encrypt(null, 0), from: { x: three ?? new Uint8Array() } },
  ]);
  assert.deepEqual(await both.same.decrypt(answer ?? new Uint8Array()), [0, 1]);
  await both.close();
});

test("an answer that is always the same beside clear parameters is refreshed", async () => {
  const pairs = [0, 7].flatMap((x) => [-2, 1].map((own) => [x, own]));
  const both = await fhe
    .module({
      below: fhe.function(
        [
          ["x", "encrypted"],
          ["w", "clear"],
        ],
        (x, own) => x.add(own).mod(8).less(0),
      ),
      next: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(8)),
    })
    .compile({ below: pairs, next: [0, 7] });
  const [zero] = await both.below.run([await both.below.encrypt(5, -1)]);
  const [one] = await both.next.run([zero ?? new Uint8Array()]);
  assert.equal(await both.below.decrypt(zero ?? new Uint8Array()), 0);
  assert.equal(await both.next.decrypt(one ?? new Uint8Array()), 1);
  await both.close();
});

test("random programs with clear parameters, composable: runs, simulation and plain evaluation agree", async () => {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(clearPrograms(3), async (program) => {
      const inputs = valuesOf(program);
      const circuit = await circuitOf(program, inputs, { composable: true });
      if (circuit === undefined) return;
      compiled++;
      const wanted = program.samples.map((sample) => program.plain(sample).flat());
      const results: unknown[] = await circuit.encryptRunDecryptBatch(inputs);
      assert.deepEqual(
        results.map((own) => [own].flat(9)),
        wanted,
        `${circuit}\n${circuit.program}`,
      );
      const simulated: unknown[] = circuit.simulateBatch(inputs);
      assert.deepEqual(
        simulated.map((own) => [own].flat(9)),
        wanted,
      );
      await circuit.close();
    }),
    { numRuns: 6 * times, endOnFailure: true },
  );
  assert.ok(compiled >= times, `${compiled} programs`);
});
