// Plain JavaScript passes anything: every function and method ends in a value or in a VelumError, whatever stands in place of an argument.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe, type Tracer, VelumError } from "../../src/index.js";
import { endlessSeconds, processorSeconds } from "../support/processor-time.js";

/** What JavaScript would let a caller pass. */
// biome-ignore lint/suspicious/noExplicitAny: the tests below call like untyped code
type Untyped = any;

const endless: unknown[] = [];
endless.push(endless);

const wrong: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["text", "abc"],
  ["digits", "3"],
  ["[]", []],
  ["[[]]", [[]]],
  ["NaN", Number.NaN],
  ["-1", -1],
  ["1.5", 1.5],
  ["1e300", 1e300],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["10n", 10n],
  ["{}", {}],
  ["{ length }", { length: 2 }],
  ["floats", new Float32Array([1, 2, 3])],
  ["bigints", new BigInt64Array(3)],
  ["ragged", [[1, 2], [3]]],
  ["[null]", [null]],
  ["[1n]", [1n]],
  ["[1e9]", [1e9]],
  ["[65536, 65536]", [65536, 65536]],
  ["[-1]", [-1]],
  ["true", true],
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  ["no prototype", Object.create(null)],
  ["tensor of other data", { shape: [3], data: [1, 2, 3] }],
  ["tensor of a negative shape", { shape: [-1], data: new Float64Array(1) }],
  ["an array in itself", endless],
];

const vector = [1, 2, 3];
const matrix = [vector, vector];
const image = [[vector, vector, vector].map((row) => [...row])].map((channel) => [channel]);
const trees = {
  ...{ features: 3, outputs: 1, feature: Int32Array.of(0, -1, -1) },
  ...{ threshold: Int32Array.of(2, 0, 0), left: Int32Array.of(1, 0, 0) },
  ...{ right: Int32Array.of(2, 0, 0), roots: Int32Array.of(0), values: Float64Array.of(0, 5, 7) },
};

type Arguments = (x: Tracer) => readonly unknown[];
const one: Arguments = (x) => [x];
const two: Arguments = (x) => [x, 2];

/** Functions that take other arguments than traced values, with a sample and arguments that are right. */
const special: Readonly<Record<string, readonly [sample: unknown, args: Arguments]>> = {
  matmul: [vector, (x) => [matrix, x]],
  dot: [vector, (x) => [x, vector]],
  lookup: [vector, (x) => [[0, 1, 2, 3], x]],
  sum: [vector, (x) => [x, 0, false]],
  mean: [[2, 4], (x) => [x, 0, false]],
  max: [vector, (x) => [x, 0, false]],
  min: [vector, (x) => [x, 0, false]],
  conv: [image, (x) => [x, [[[[1, 1]]]], [0], {}]],
  sumPool: [image, (x) => [x, [2, 2], {}]],
  avgPool: [image, (x) => [x, [1, 1], {}]],
  maxPool: [image, (x) => [x, [2, 2], {}]],
  reshape: [vector, (x) => [x, [3, 1]]],
  transpose: [matrix, (x) => [x, [1, 0]]],
  squeeze: [[vector], (x) => [x, 0]],
  expandDims: [vector, (x) => [x, 0]],
  broadcastTo: [vector, (x) => [x, [2, 3]]],
  expand: [vector, (x) => [x, [2, 3]]],
  tile: [vector, (x) => [x, [2]]],
  concatenate: [vector, (x) => [[x, x], 0]],
  stack: [vector, (x) => [[x, x], 0]],
  array: [3, (x) => [[x, 1]]],
  slice: [vector, () => [0, 2, 1]],
  zeros: [vector, () => [[2]]],
  ones: [vector, () => [[2]]],
  zero: [vector, () => []],
  one: [vector, () => []],
  constant: [vector, () => [[1, 2]]],
  tag: [vector, (x) => ["a", () => x.add(1)]],
  where: [vector, (x) => [x.greater(1), x, 0]],
  ifThenElse: [vector, (x) => [x.greater(1), x, 0]],
  clip: [vector, (x) => [x, 0, 2]],
  around: [vector, (x) => [x, 0]],
  hint: [vector, (x) => [x, 4]],
  hintValue: [vector, (x) => [x, 5]],
  roundBitPattern: [vector, (x) => [x, 1, true, "exact"]],
  truncateBitPattern: [vector, (x) => [x, 1]],
  univariate: [vector, () => [(v: number) => v + 1]],
  multivariate: [vector, () => [(a: number, b: number) => a + b]],
  treeEnsemble: [vector, (x) => [trees, x]],
  inputset: [vector, () => [[{ min: 0, max: 3, shape: [2] }], 10]],
  tablesPerElement: [vector, () => [[1], [vector]]],
};

/** Not called as functions of a traced function. */
const elsewhere = ["compiler", "module", "function", "newAxis", "ellipsis"];
const classes = ["LookupTable", "AutoRounder", "AutoTruncator"];

const methods: Readonly<Record<string, readonly unknown[]>> = {
  at: [0],
  set: [0, 1],
  matmul: [vector],
  dot: [vector],
  reshape: [[3, 1]],
  transpose: [[0]],
  squeeze: [[]],
  astype: ["int64"],
  clip: [0, 2],
  sum: [0, false],
  max: [0, false],
  min: [0, false],
  round: [0],
};

/** What `call` ends in while a function is traced; undefined for a value. */
async function endsIn(sample: unknown, call: (x: Tracer) => unknown): Promise<unknown> {
  const untyped: Untyped = sample;
  let found: unknown;
  const program = fhe.compiler({ x: "encrypted" }, (x) => {
    try {
      call(x);
    } catch (error) {
      found = error;
    }
    throw traced;
  });
  await assert.rejects(program.compile([untyped]), traced);
  return found;
}

/** Thrown where tracing is over: nothing needs to be compiled. */
const traced = new Error("traced");

/** Puts every wrong value in place of every argument. */
async function checkAll(
  name: string,
  sample: unknown,
  args: Arguments,
  call: (x: Tracer, given: readonly unknown[]) => unknown,
): Promise<void> {
  const right = await endsIn(sample, (x) => call(x, args(x)));
  assert.equal(right, undefined, `${name}: ${String(right)}`);
  const count = await countOf(sample, args);
  for (let position = 0; position <= count; position++) {
    for (const [text, value] of wrong) {
      const started = processorSeconds();
      const error = await endsIn(sample, (x) => {
        const given = [...args(x)];
        given[position] = value;
        return call(x, given);
      });
      const at = `${name}, argument ${position}: ${text}`;
      assert.ok(error === undefined || error instanceof VelumError, `${at}: ${String(error)}`);
      assert.ok(processorSeconds() - started < endlessSeconds, at);
    }
  }
}

async function countOf(sample: unknown, args: Arguments): Promise<number> {
  let count = 0;
  await endsIn(sample, (x) => {
    count = args(x).length;
  });
  return count;
}

const functions: Untyped = fhe;
for (const name of Object.keys(fhe)) {
  if (elsewhere.includes(name) || classes.includes(name)) continue;
  test(`fhe.${name}`, async () => {
    const known = special[name];
    const unary = await endsIn(vector, (x) => functions[name](x));
    const [sample, args] = known ?? [vector, unary === undefined ? one : two];
    const call = (_: Tracer, given: readonly unknown[]): unknown => functions[name](...given);
    await checkAll(`fhe.${name}`, sample, args, call);
  });
}

test("functions that univariate and multivariate make, and classes", async () => {
  const lines: readonly (readonly [string, Arguments, (given: readonly Untyped[]) => unknown])[] = [
    ["univariate()", one, ([x]) => fhe.univariate((v) => v + 1)(x)],
    ["multivariate()", two, ([x, y]) => fhe.multivariate((a, b) => a + b)(x, y)],
    ["bits().at", () => [0], ([bit]) => fhe.bits(functions.zeros([2])).at(bit)],
    ["bits().slice", () => [0, 2, 1], ([a, b, c]) => fhe.bits(functions.zeros([2])).slice(a, b, c)],
    ["LookupTable", () => [vector], ([entries]) => new fhe.LookupTable(entries)],
    ["LookupTable.apply", one, ([x]) => new fhe.LookupTable([1, 2, 3, 4]).apply(x)],
    ["AutoRounder", () => [4], ([bits]) => new fhe.AutoRounder(bits)],
  ];
  for (const [name, args, call] of lines) {
    await checkAll(name, vector, args, (_, given) => call(given));
  }
});

test("methods of traced values", async () => {
  const names: string[] = [];
  await endsIn(vector, (x) => {
    const own = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(x));
    for (const [name, { value }] of Object.entries(own)) {
      if (typeof value === "function" && name !== "constructor") names.push(name);
    }
  });
  const noValue = ["valueOf", "toString", "toJSON"];
  for (const name of names.filter((own) => !noValue.includes(own))) {
    const call = (x: Untyped, given: readonly unknown[]): unknown => x[name](...given);
    const unary = await endsIn(vector, (x) => call(x, []));
    const args = methods[name] ?? (unary === undefined ? [] : [2]);
    await checkAll(name, vector, () => args, call);
  }
});

test("declarations, inputsets and modules", async () => {
  const x = fhe.function({ x: "encrypted" }, (own) => own.add(1));
  const calls: readonly (readonly [string, (value: Untyped) => unknown])[] = [
    ["compiler parameters", (value) => fhe.compiler(value, (own: Tracer) => own).compile([1])],
    ["compiler function", (value) => fhe.compiler({ x: "encrypted" }, value).compile([1])],
    ["function parameters", (value) => fhe.function(value, (own: Tracer) => own)],
    ["function function", (value) => fhe.function({ x: "encrypted" }, value)],
    ["module functions", (value) => fhe.module(value)],
    ["module inputsets", (value) => fhe.module({ x }).compile(value)],
    ["module options", (value) => fhe.module({ x }).compile({ x: [1] }, value)],
    ["module wires", (value) => fhe.module({ x }).compile({ x: [1, 2] }, { wires: value })],
    ["inputset", (value) => fhe.compiler({ x: "encrypted" }, (own) => own.add(1)).compile(value)],
  ];
  for (const [name, call] of calls) {
    for (const [text, value] of wrong) {
      try {
        await call(value);
      } catch (error) {
        assert.ok(error instanceof VelumError, `${name}: ${text}: ${String(error)}`);
      }
    }
  }
});

async function textOf(sample: unknown, call: (x: Tracer) => unknown): Promise<string> {
  const error = await endsIn(sample, call);
  assert.ok(error instanceof VelumError, String(error));
  return `${error.code}: ${error.message.replace(/\(\S*wrong-arguments\.test\.\ws:\d+\)/, "(line)")}`;
}

test("what the errors say", async () => {
  const untyped = (value: unknown): Untyped => value;
  const cases: readonly (readonly [string, (x: Tracer) => unknown])[] = [
    [
      "bad-argument: treeEnsemble (line): its first argument is a traced value, and the trees are due there. Give the trees, then the traced value: ",
      (x) => fhe.treeEnsemble(untyped(x), untyped([])),
    ],
    [
      "not-traceable: sum (line): its first argument is an array, not a traced value. Pass a parameter of the function, or compute with plain numbers",
      () => fhe.sum(untyped([1, 2])),
    ],
    [
      "bad-shape: zeros (line): the result has 1000000000 elements, and values have at most 67108864. Use axes of length 1 or more, some millions of elements in all",
      () => fhe.zeros([1e9]),
    ],
    ["bad-shape: ones (line): the result has an axis of length -1. ", () => fhe.ones([-1])],
    [
      "bad-argument: tile (line): the number of repeats is [0], not a list of whole numbers from 1. ",
      (x) => fhe.tile(x, 0),
    ],
    [
      "bad-argument: around (line): its second argument is an object, not a whole number. ",
      (x) => fhe.around(x, untyped({})),
    ],
    [
      "bad-shape: add (line), operand 1: arrays are nested more than 32 times. ",
      (x) => x.add(untyped(endless)),
    ],
    [
      "bad-argument: tablesPerElement (line): its second argument is null, not a list of tables. ",
      () => fhe.tablesPerElement([2], untyped(null)),
    ],
    [
      "bad-argument: fhe.compiler: its second argument is 5, not a function. Give what is computed: ",
      () => fhe.compiler({ x: "encrypted" }, untyped(5)),
    ],
    [
      'bad-argument: parameters: 1 declares no parameter. Give names with "encrypted" or "clear": ',
      () =>
        fhe.compiler(
          untyped([1]),
          untyped(() => 1),
        ),
    ],
  ];
  for (const [begin, call] of cases) {
    const text = await textOf(vector, call);
    assert.ok(text.startsWith(begin), text);
  }
});
