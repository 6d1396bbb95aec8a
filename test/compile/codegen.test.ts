import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { emitC } from "../../src/codegen/emit-c.js";
import { emitWasm } from "../../src/codegen/emit-wasm.js";
import type { Stage } from "../../src/codegen/stage.js";
import { stageProgram } from "../../src/codegen/stage-program.js";
import { fhe } from "../../src/index.js";
import type { Plan } from "../../src/plan/plan.js";
import { findNativeTarget } from "../../src/tfhe/native-build.js";
import { tablesPerElement } from "../../src/trace/lookup-table.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { nest, plainPrograms } from "../support/plain-programs.js";
import { checkConstants, checkWorkspace } from "../support/stage-memory.js";

const word = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(
    0,
    1,
    -1,
    63,
    64,
    -64,
    -65,
    127,
    128,
    8191,
    8192,
    2 ** 30,
    2 ** 31 - 1,
    -(2 ** 31),
  ),
);
/** Kernels with a fixed number of constants each, as the real ones have. */
const arities = { velum_stage_a: 0, velum_stage_b: 3, velum_stage_c: 9 } as const;
const stages: fc.Arbitrary<Stage[]> = fc.array(
  fc
    .constantFrom<keyof typeof arities>("velum_stage_a", "velum_stage_b", "velum_stage_c")
    .chain((kernel) =>
      fc.record({
        kernel: fc.constant(kernel),
        items: fc.integer({ min: 1, max: 2 ** 24 }),
        constants: fc.array(word, { minLength: arities[kernel], maxLength: arities[kernel] }),
        heavy: fc.boolean(),
      }),
    ),
  { minLength: 1, maxLength: 200 },
);

test("stages as WebAssembly are valid and call their kernels with the constants", () => {
  fc.assert(
    fc.property(stages, (own) => {
      const code = emitWasm(own);
      assert.ok(WebAssembly.validate(code));
      const calls: unknown[] = [];
      const kernels = Object.fromEntries(
        Object.keys(arities).map((name) => [
          name,
          (...parameters: number[]) => calls.push([name, ...parameters]),
        ]),
      );
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { kernels });
      for (const [index, { kernel, items, constants }] of own.entries()) {
        const stage = exports[`stage_${index}`];
        assert.ok(typeof stage === "function");
        stage(10, 20, 30, 40, 50, 60, 70);
        assert.deepEqual(calls.at(-1), [kernel, 10, 20, 30, 40, 50, 60, 70, items, ...constants]);
      }
      assert.equal(Object.keys(exports).length, own.length);
    }),
    { numRuns: 60 },
  );
});

test("stages as C", () => {
  const own: Stage[] = [
    { kernel: "velum_stage_b", items: 3, constants: [-(2 ** 31), 0, 2 ** 31 - 1], heavy: true },
    { kernel: "velum_stage_a", items: 1, constants: [], heavy: false },
  ];
  assert.equal(
    emitC(own),
    `#include <stdint.h>
typedef intptr_t word;
void velum_stage_b(char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end, word, word, word, word);
void velum_stage_a(char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end, word);
__attribute__((visibility("default"))) void stage_0(char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end) {
  velum_stage_b(workspace, stride, constants, keys, scratch, begin, end, 3, -2147483648, 0, 2147483647);
}
__attribute__((visibility("default"))) void stage_1(char *workspace, word stride, const char *constants, const char *keys, char *scratch, word begin, word end) {
  velum_stage_a(workspace, stride, constants, keys, scratch, begin, end, 1);
}
`,
  );
});

const target = await findNativeTarget();
const skip = target === undefined && "no C compiler on this machine";
test("stages as C pass a compiler without a warning", { skip }, () => {
  fc.assert(
    fc.property(stages, (own) => {
      const flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-"];
      const run = spawnSync(target?.compiler ?? "cc", flags, {
        input: emitC(own),
        encoding: "utf8",
      });
      assert.equal(run.stderr, "");
      assert.equal(run.status, 0);
    }),
    { numRuns: 5 },
  );
});

function checkPlan({ program, parameters, outputs }: Plan): void {
  const layouts = outputs.map(({ layout }) => layout);
  const staged = stageProgram(program, parameters, layouts);
  checkWorkspace(staged, program.instructions);
  const { polynomialSize } = parameters.glwe;
  checkConstants(staged, polynomialSize);
}

for (const lookupBits of [0, 6]) {
  test(`buffers of random programs lie apart and are written before they are read, look-ups up to ${lookupBits} bits`, async () => {
    const limits = { inputBits: 4, lookupBits, steps: 8, samples: 3 };
    await fc.assert(
      fc.asyncProperty(plainPrograms(limits), async ({ names, trace, samples, shapes }) => {
        const inputs = samples.map((sample) =>
          sample.map((flat, i) => nest(flat, shapes[i] ?? [])),
        );
        const inputset = inputs.map((own) => (own.length === 1 ? (own[0] ?? 0) : own));
        try {
          checkPlan((await fhe.compiler(names, trace).compile(inputset)).plan);
        } catch (error) {
          if (!(error instanceof VelumError) || !/too-wide|no-param/.test(error.code)) throw error;
        }
      }),
      { numRuns: 40 },
    );
  });
}

test("buffers of several responses and of several uploaded ciphertexts lie apart", async () => {
  for (const [rows, length] of [
    [65, 30],
    [150, 40],
    [7, 700],
    [3, 3000],
  ] as const) {
    const matrix = Array.from({ length: rows }, (_, r) =>
      Array.from({ length }, (_, c) => ((r * 3 + c) % 5) - 2),
    );
    const compiled = fhe.compiler({ x: "encrypted" }, (x) => [fhe.matmul(matrix, x), x.add(1)]);
    checkPlan((await compiled.compile([new Array<number>(length).fill(3)])).plan);
  }
});

test("buffers of tables that share a rotation as sums of their steps lie apart", async () => {
  const tables = [
    [0, 0, 1, 0, 1, 1, 1, 0],
    [0, 1, 1, 0, 2, 1, 0, 1],
  ].map((entries) => new fhe.LookupTable(entries));
  const compiled = fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => {
    const sum = x.add(y);
    return tables.map((table) => table.apply(sum));
  });
  const { plan } = await compiled.compile([
    [0, 0],
    [3, 4],
  ]);
  const shared = plan.program.instructions.filter(
    (one) => one.op === "bootstrap" && one.steps !== undefined,
  );
  assert.equal(shared.length, 1);
  checkPlan(plan);
});

test("the printed program of both lanes", async () => {
  const table = new fhe.LookupTable([3, 1, 4, 1, 5, 9, 2, 6]);
  const affine = (x: Tracer) =>
    fhe
      .matmul(
        [
          [1, 1],
          [2, -1],
        ],
        x,
      )
      .add(1);
  const inputset = [
    [0, 0],
    [1, 2],
    [2, 1],
    [2, 2],
  ];
  const linear = await fhe.compiler({ x: "encrypted" }, affine).compile(inputset);
  assert.equal(
    linear.program.replaceAll(/(bodyBits|wordBits|numbers)=\d+/g, "$1=#"),
    `fresh[0..1] = expand(upload, numbers=#, bodyBits=#)
linear[0..1] = weights[1, 1] * fresh + constants, 2 outputs each
output[0] = pack(linear[0..1], wordBits=#)`,
  );
  const lookups = fhe.compiler({ x: "encrypted" }, (x) => [
    table.apply(affine(x)).add(x),
    table.apply(x),
  ]);
  const lookup = await lookups.compile(inputset, { inputForm: "numbers" });
  assert.equal(
    lookup.program.replaceAll(/(bodyBits|wordBits)=\d+/g, "$1=#"),
    `fresh[0..1] = expand(upload, numbers=2, bodyBits=#)
linear[0..2] = weights[2, 1] * fresh + constants, 1 outputs each
lwe[0..2] = extract(linear, weights=[1 1])
lwe[2..4] = bootstrap(lwe[0..2], bits=3, tables=1, set=0)
lwe[4..6] = extract(fresh, weights=[4 4])
lwe[6..8] = bootstrap(lwe[4..6], bits=2, tables=1, set=0)
lwe[8..10] = extract(fresh, weights=[1 1])
lwe[10..12] = affine(lwe, terms=4)
output[0] = pack(lwe[10..12], wordBits=#)
output[1] = pack(lwe[6..8], wordBits=#)`,
  );
  const cells = await lookups.compile(inputset);
  assert.equal(
    cells.program.replaceAll(/(bodyBits|wordBits)=\d+/g, "$1=#"),
    `fresh[0..1] = expand(upload, numbers=8, bodyBits=#)
linear[0..6] = weights[6, 1] * fresh + constants, 1 outputs each
lwe[0..2] = extract(linear, weights=[1 1])
lwe[2..4] = bootstrap(lwe[0..2], bits=3, tables=1, set=0)
lwe[4..6] = extract(linear, weights=[1 1])
lwe[6..8] = affine(lwe, terms=4)
lwe[8..10] = extract(linear, weights=[1 1])
output[0] = pack(lwe[6..8], wordBits=#)
output[1] = pack(lwe[8..10], wordBits=#)`,
  );
});

test("a chain of tables has entries also where one element's table leads beyond the other's range", async () => {
  const first = new fhe.LookupTable(
    tablesPerElement(
      [2],
      [
        [0, 1, 1, 1],
        [1, 7, 1, 0],
      ],
    ),
  );
  const second = new fhe.LookupTable([1, 0, 1, 1, 0, 0, 1, 0]);
  const chain = fhe.compiler({ x: "encrypted" }, (x) => [second.apply(first.apply(x)), x.add(1)]);
  const circuit = await chain.compile([
    [0, 0],
    [3, 3],
    [1, 2],
  ]);
  assert.deepEqual(circuit.simulate([3, 3]), [
    [0, 1],
    [4, 4],
  ]);
});
