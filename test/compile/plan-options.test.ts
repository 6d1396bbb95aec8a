import assert from "node:assert/strict";
import { test } from "node:test";
import { type CompileOptions, fhe, VelumError } from "../../src/index.js";

const table = new fhe.LookupTable(
  Array.from({ length: 64 }, (_, i) => ((i * 37 + i * i) % 61) % 8),
);
const sums = fhe.compiler({ x: "encrypted" }, (x) =>
  fhe.tag("act", () =>
    table.apply(
      fhe.matmul(
        [
          [3, 5, 1],
          [1, 1, 1],
        ],
        x,
      ),
    ),
  ),
);
const inputset = [
  [0, 0, 0],
  [7, 7, 7],
];
const planOf = async (options: Partial<CompileOptions>) =>
  (await sums.compile(inputset, { machine: "avx512", ...options })).plan;

test("a failure probability is a logarithm or a number", async () => {
  const log = await planOf({ failureLog2: -40 });
  const number = await planOf({ pError: 2 ** -40 });
  assert.deepEqual(number.parameters, log.parameters);
  assert.ok(log.failure.worstLog2 <= -40);
  const strict = await planOf({});
  assert.ok(strict.failure.worstLog2 <= -64 && strict.bootstrapMs > log.bootstrapMs);
});

test("a failure probability of the whole run replaces that of one look-up, or holds beside it", async () => {
  const whole = await planOf({ globalPError: 1e-3 });
  assert.ok(whole.failure.runLog2 <= Math.log2(1e-3) && whole.failure.worstLog2 > -64);
  const both = await planOf({ globalPError: 1e-3, failureLog2: -64 });
  assert.ok(both.failure.worstLog2 <= -64);
  const tight = await planOf({ globalPError: 2 ** -64 });
  assert.ok(tight.failure.runLog2 <= -64);
});

const refused: readonly (readonly [Partial<CompileOptions>, string, RegExp])[] = [
  [
    { pError: 2 },
    "bad-argument",
    /^pError: is 2, and may be 2\^-200 to 0\.01\. Give a probability/,
  ],
  [{ pError: Number.NaN }, "bad-argument", /^pError: is NaN/],
  [{ globalPError: 0 }, "bad-argument", /^globalPError: is 0, and may be 2\^-200 to 0\.1/],
  [
    { pError: 1e-9, failureLog2: -30 },
    "bad-argument",
    /^pError: is 1e-9 beside failureLog2 -30: both are the failure probability of one look-up\. Give one of them$/,
  ],
  [{ failureLog2: -2 }, "bad-argument", /^failureLog2: is -2, and may be -200 to -20\./],
  [
    { securityLevel: 192 },
    "bad-argument",
    /^securityLevel: is 192, and may be 80 to 132\. Leave it away: parameters come from the published curve of 132 bits/,
  ],
  [{ maxRunMs: -1 }, "bad-argument", /^maxRunMs: is -1, and may be a positive number/],
  [
    { maxEvaluationKeyBytes: 1e6 },
    "no-parameters",
    /^matmul @ act \(.*plan-options\.test\.\ws:\d+\): with its table of \d bits the evaluation keys of the circuit take at least \d+\.\d MB, and may take 1\.0 MB\. Keys of \d+\.\d MB would fit \(maxEvaluationKeyBytes: \d+\)$/,
  ],
  [
    { maxEvaluationKeyBytes: 1000 },
    "no-parameters",
    / take at least \d+\.\d MB, and may take 1 KB\. Keys of \d+\.\d MB would fit/,
  ],
  [{ maxEvaluationKeyBytes: 999 }, "no-parameters", /, and may take 999 bytes\. /],
  [{ maxEvaluationKeyBytes: 0 }, "no-parameters", /, and may take 0 bytes\. Keys of .* would fit/],
  [
    { maxEvaluationKeyBytes: -1 },
    "bad-argument",
    /^maxEvaluationKeyBytes: is -1, and may be a positive number, or 0 for no keys/,
  ],
  [
    { maxUploadBytes: 50 },
    "no-parameters",
    /^maxUploadBytes: the upload of 3 numbers takes at least \d+ bytes, and may take 50\. Allow \d+ bytes/,
  ],
  [{ maxMemoryBytes: 0 }, "bad-argument", /^maxMemoryBytes: is 0, and may be a positive number/],
  [
    { maxMemoryBytes: 1e6 },
    "no-parameters",
    /^matmul @ act \(.*plan-options\.test\.\ws:\d+\): with its table of \d bits the server's memory takes at least \d+\.\d MB \(\d+\.\d MB of expanded keys, \d+\.\d MB of all else\), and may take 1\.0 MB\. \d+\.\d MB would fit \(maxMemoryBytes: \d+\)$/,
  ],
  [
    { maxRunMs: 1 },
    "no-parameters",
    /^matmul @ act \(.*\): one run takes at least \d+ ms on one thread \(avx512\), and may take 1 ms; most of it are 2 look-ups of \d bits/,
  ],
];

for (const [options, code, message] of refused) {
  test(`refused: ${JSON.stringify(options)}`, async () => {
    await assert.rejects(planOf(options), { name: "VelumError", code, message });
  });
}

test("limits on what travels hold without look-ups, too, and count clear numbers", async () => {
  const weighted = fhe.compiler({ x: "encrypted" }, (x) => fhe.dot(x, [3, -2]));
  const named = fhe.compiler({ x: "encrypted", w: "clear" }, (x, w) => table.apply(x.mul(w)));
  const vectors = [
    [0, 7],
    [7, 0],
  ];
  const pairs = [
    [0, 0],
    [7, 7],
    [3, 5],
  ];
  const { uploadBytes } = (await weighted.compile(vectors)).sizes;
  assert.ok(await weighted.compile(vectors, { maxUploadBytes: uploadBytes }));
  await assert.rejects(
    weighted.compile(vectors, { name: "sum", maxUploadBytes: uploadBytes - 1 }),
    {
      code: "no-parameters",
      limit: uploadBytes - 1,
      message: `function "sum": one request takes ${uploadBytes} bytes, and may take ${uploadBytes - 1}. Allow ${uploadBytes} bytes (maxUploadBytes), or upload fewer numbers`,
    },
  );
  await assert.rejects(
    weighted.compile(vectors, { protectModel: true, maxEvaluationKeyBytes: 1000 }),
    {
      code: "no-parameters",
      message:
        /^function "main": evaluation keys take \d+ bytes, and may take 1000\. Allow \d+ bytes \(maxEvaluationKeyBytes\), or leave protectModel away$/,
    },
  );
  const free = await named.compile(pairs);
  assert.ok(free.cost().clearBytes > 0);
  const maxUploadBytes = free.sizes.uploadBytes - 1;
  const within = await named.compile(pairs, { maxUploadBytes }).catch((error: unknown) => {
    assert.ok(error instanceof VelumError && error.code === "no-parameters");
  });
  assert.ok(within === undefined || within.sizes.uploadBytes <= maxUploadBytes);
  const pair = fhe.module({ one: fhe.function({ x: "encrypted" }, (x) => fhe.square(x)) });
  await assert.rejects(pair.compile({ one: [0, 3] }, { maxUploadBytes: 100 }), {
    code: "no-parameters",
  });
});

test("the kind of machine that will run it decides between parameters", async () => {
  const untyped: Partial<CompileOptions> = JSON.parse('{ "machine": "abacus" }');
  await assert.rejects(planOf(untyped), {
    code: "bad-argument",
    message: /^machine: is "abacus", and may be "this" or "avx512" or "avx2" or "wasm"\. /,
  });
  const fast = await planOf({ machine: "avx512" });
  const slow = await planOf({ machine: "wasm" });
  assert.ok(slow.bootstrapMs > 2 * fast.bootstrapMs);
});

test("sums of too many bits name the node and its line", async () => {
  const large = fhe.compiler({ x: "encrypted" }, (x) => [x, x.mul(2 ** 50)]);
  await assert.rejects(large.compile([0, 3], {}), {
    code: "no-parameters",
    message:
      /^multiply \(.*plan-options\.test\.\ws:\d+\): no parameters at 132 bits of security give 52 bits of a sum with squared norm/,
  });
});
