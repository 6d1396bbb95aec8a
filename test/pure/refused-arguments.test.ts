// What a caller in JavaScript, or one who mistypes a name, is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client as SmallClient } from "../../src/client/client.js";
import {
  ClassifierClient,
  Client,
  fhe,
  LogisticRegression,
  ServerCircuit,
  type Tracer,
  trainTestSplit,
  VelumError,
  XGBClassifier,
} from "../../src/index.js";

/** What JavaScript would let a caller pass. */
// biome-ignore lint/suspicious/noExplicitAny: the tests below call like untyped code
type Untyped = any;

const rows = [
  [0, 1],
  [1, 0],
  [2, 2],
  [3, 1],
];
const double = fhe.compiler({ x: "encrypted" }, (x) => x.mul(2));

async function textOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof VelumError, String(error));
    return `${error.code}: ${error.message}`;
  }
  assert.fail("nothing was refused");
}

/** The same with `(line)` for the place in this file, which must be named. */
async function placedTextOf(call: () => unknown): Promise<string> {
  const text = await textOf(call);
  const placed = text.replace(/\(\S*refused-arguments\.test\.\ws:\d+\)/, "(line)");
  assert.notEqual(placed, text);
  return placed;
}

const untyped = (value: unknown): Untyped => value;

test("options that nobody reads are refused with the one that was meant", async () => {
  assert.match(
    await textOf(() => double.compile([1, 2], untyped({ failurelog: -128 }))),
    /^bad-argument: compile options failurelog: is no option\. Did you mean failureLog2\? Known are name, /,
  );
  assert.ok(
    (await textOf(() => double.compile([1, 2], untyped({ speed: 9 })))).includes(
      "compile options speed: is no option. Known are name, ",
    ),
  );
  assert.equal(
    await textOf(() => double.compile([1, 2], untyped(-64))),
    "bad-argument: compile options: the options are a number, not an object. " +
      `Pass an object with any of ${await knownCompileOptions()}`,
  );
  assert.equal(
    await textOf(() => new LogisticRegression(untyped({ nbits: 4 }))),
    "bad-argument: LogisticRegression nbits: is no option. Did you mean nBits? " +
      "Known are nBits, inputQuantizer, result, classWeight, classTableBits, C, penalty, l1Ratio, fitIntercept, tol, maxIter",
  );
  assert.equal(
    await textOf(() => new LogisticRegression(untyped({ fitIntercept: "false" }))),
    'bad-argument: LogisticRegression fitIntercept: is "false". Pass true or false',
  );
  assert.equal(new LogisticRegression(untyped({ C: undefined })).getParams().C, 1);
  assert.match(
    await textOf(() => new LogisticRegression().setParams(untyped({ maxiter: 4 }))),
    /setParams maxiter: is no option\. Did you mean maxIter\? /,
  );
  assert.equal(
    await textOf(() => trainTestSplit(rows, [0, 1, 0, 1], untyped({ testsize: 0.5 }))),
    "bad-argument: trainTestSplit testsize: is no option. Did you mean testSize? Known are testSize, randomState, stratify",
  );
  const circuit = await double.compile([1, 2], { runtime: "wasm", threads: 1 });
  assert.match(
    await textOf(() => circuit.run([], untyped({ onprogress: () => {} }))),
    /^bad-argument: run onprogress: is no option\. Did you mean onProgress\? Known are signal, onProgress$/,
  );
  assert.match(
    await textOf(() => circuit.keygen(untyped({ forced: true }))),
    /^bad-argument: keygen forced: is no option\. Did you mean force\? /,
  );
  assert.match(
    await textOf(() => ServerCircuit.load(circuit.serverFile, untyped({ thread: 1 }))),
    /^bad-argument: ServerCircuit\.load thread: is no option\. Did you mean threads\? /,
  );
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  await circuit.close();
  const model = new LogisticRegression().fit(rows, [0, 0, 1, 1]);
  assert.match(
    await textOf(() => model.predict(rows, untyped({ FHE: "execute" }))),
    /^bad-argument: LogisticRegression\.predict FHE: is no option\. Did you mean fhe\? /,
  );
  assert.match(
    await textOf(() =>
      fhe
        .compiler({ x: "encrypted" }, (x) =>
          fhe.conv(x, [[[1, 1]]], null, untyped({ padding: [1, 1] })),
        )
        .compile([[[[1, 2, 3]]]]),
    ),
    /^bad-argument: conv padding: is no option\. Known are pads, /,
  );
});

async function knownCompileOptions(): Promise<string> {
  const text = await textOf(() => double.compile([1], untyped({ zzzzzzzzzzzzzz: 1 })));
  return text.slice(text.indexOf("Known are ") + "Known are ".length);
}

test("option values of the wrong kind are refused with what is allowed", async () => {
  const cases: [name: string, value: unknown, text: string][] = [
    ["threads", 0, "is 0, and may be an integer from 1 to 256"],
    ["threads", "a", 'is "a", and may be an integer from 1 to 256'],
    ["runtime", "cuda", 'is "cuda", and may be "auto" or "wasm" or "native"'],
    ["inputForm", "m1", 'is "m1", and may be "auto" or "numbers"'],
    ["uploadForm", 7, 'is 7, and may be "auto" or "direct" or "packed"'],
    ["bounds", true, 'is true, and may be "inputset" or "intervals"'],
    ["composable", "yes", 'is "yes", and may be true or false'],
    ["protectModel", "yes", 'is "yes", and may be true, false or { bits }'],
    ["protectModel", null, "is null, and may be true, false or { bits }"],
    ["maxRunMs", "10", 'is "10", and may be a number'],
    ["pError", "0.001", 'is "0.001", and may be a number'],
    ["name", 5, "is 5, and may be a text that is not empty"],
    ["onStage", 5, "is 5, and may be a function"],
    ["machine", "x", 'is "x", and may be "this" or "avx512" or "avx2" or "wasm"'],
    ["debugFolder", 5, "is 5, and may be a text that is not empty"],
    ["debugFolder", ["out"], "is an array, and may be a text that is not empty"],
  ];
  for (const [name, value, text] of cases) {
    assert.equal(
      await textOf(() => double.compile([1, 2], untyped({ [name]: value }))),
      `bad-argument: ${name}: ${text}. Leave it away for the default`,
    );
  }
  const model = new LogisticRegression().fit(rows, [0, 0, 1, 1]);
  assert.match(
    await textOf(() => model.compile(rows, untyped({ runtime: "cuda" }))),
    /^bad-argument: runtime: is "cuda", /,
  );
  const functions = fhe.module({ f: fhe.function({ x: "encrypted" }, (x) => x.add(1)) });
  assert.match(
    await textOf(() => functions.compile({ f: [1, 2] }, untyped({ threads: -1 }))),
    /^bad-argument: threads: is -1, /,
  );
});

test("what is no function of a module, and no format of a drawing", async () => {
  const cure = 'Give fhe.function({ x: "encrypted" }, (x) => ...)';
  assert.equal(
    await textOf(() => fhe.module(untyped({ f: 3 }))),
    `bad-argument: function "f": is 3, not a declared function. ${cure}`,
  );
  assert.equal(
    await textOf(() => fhe.module(untyped({ f: (x: Untyped) => x }))),
    `bad-argument: function "f": is a function, not a declared function. ${cure}`,
  );
  const circuit = await double.compile([1, 2]);
  assert.equal(
    await textOf(() => circuit.draw(untyped("png"))),
    'bad-argument: draw: the format is "png". Use "dot", text for Graphviz, or "svg", a picture',
  );
});

test("what has no value says so with its node and its line", async () => {
  const compiled = (fn: (x: Untyped) => Untyped) => () =>
    fhe.compiler({ x: "encrypted" }, fn).compile([1, 2, 3]);
  assert.match(
    await textOf(compiled((x) => x.pow(-1))),
    /^not-a-number: power \(.*refused-arguments\.test\.\ws:\d+\): an integer to a negative power is no integer\. Use floatPower /,
  );
  assert.match(
    await textOf(compiled((x) => x.leftShift(-1))),
    /^not-a-number: left_shift \(.*:\d+\): integers are not shifted by a negative number of bits\. Shift to the right /,
  );
  assert.match(
    await textOf(compiled((x) => fhe.rightShift(x, -1))),
    /^not-a-number: right_shift \(.*:\d+\): integers are not shifted .* Shift to the left /,
  );
  const upTo = (most: number) => (v: number) => {
    if (v < 0 || v > most) throw new Error(`no entry ${v}`);
    return v + 1;
  };
  const thrown =
    /^bad-argument: (uni|multi)variate \(.*refused-arguments\.test\.\ws:\d+\): the function throws: no entry \d\. Make it give an integer/;
  assert.match(await textOf(compiled(fhe.univariate(upTo(0)))), /^bad-argument: .* no entry 1\./);
  assert.match(await textOf(compiled((x) => fhe.univariate(upTo(0))(x))), thrown);
  // Traced with 1; the inputset shows 3.
  assert.match(await textOf(compiled((x) => fhe.univariate(upTo(2))(x))), thrown);
  assert.match(await textOf(compiled((x) => fhe.multivariate(upTo(2))(x))), thrown);
  assert.match(
    await textOf(
      compiled((x) =>
        fhe
          .univariate(() => Number.NaN)(x)
          .astype("int64"),
      ),
    ),
    /^not-a-number: /,
  );
  assert.equal(
    await placedTextOf(compiled((x) => fhe.univariate(untyped(5))(x))),
    "bad-argument: univariate (line): is given a number, not a function. Give a function of numbers, such as (v) => v * v",
  );
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.univariate(upTo(2))(x))
    .compile([0, 1, 2]);
  assert.equal(circuit.simulate(2), 3);
});

test("tables for each element are made by tablesPerElement", async () => {
  const nested = [
    [1, 2],
    [3, 4],
  ];
  assert.equal(
    await placedTextOf(() => new fhe.LookupTable(untyped(nested))),
    "bad-shape: LookupTable (line): a table of shape (2, 2) is not a list of entries. " +
      "Give one list of integers, or fhe.tablesPerElement(shape, tables) for a table for each element",
  );
  const table = new fhe.LookupTable(fhe.tablesPerElement([2], nested));
  assert.deepEqual([...table.apply([1, 0]).data], [2, 3]);
  assert.match(await textOf(() => new fhe.LookupTable(untyped(5))), /^bad-shape: LookupTable \(/);
});

test("an option that is undefined counts as absent", async () => {
  const circuit = await double.compile([1, 2], untyped({ failureLog2: undefined }));
  assert.ok(circuit.cost(1));
});

test("what is no inputset, no file or no function", async () => {
  assert.equal(
    await textOf(() => double.compile(untyped(5))),
    "bad-argument: inputset: is a number, not a list of samples. Give an array with one sample an entry, e.g. [[0, 3], [7, 1]]",
  );
  assert.match(
    await textOf(() => double.compile(untyped(undefined))),
    /^bad-argument: inputset: is undefined, not a list of samples\./,
  );
  assert.match(await textOf(() => double.compile(untyped("12"))), /inputset: is a string, not/);
  assert.equal(
    await textOf(() => Client.load(untyped(undefined))),
    "bad-argument: client file: is undefined, not bytes. Pass its content as a Uint8Array, e.g. what readFile or fetch gave",
  );
  assert.match(
    await textOf(() => ServerCircuit.load(untyped("server.zip"))),
    /^bad-argument: server file: is a string, not bytes\./,
  );
  assert.equal(
    await textOf(() => SmallClient.load(untyped(new ArrayBuffer(8)))),
    "bad-argument: client file: is an ArrayBuffer. Pass new Uint8Array(buffer)",
  );
  const circuit = await double.compile([1, 2]);
  const client = await Client.load(circuit.clientFile);
  assert.match(
    await textOf(() => client.importKey(untyped("key"))),
    /^bad-argument: client key: is a string, not bytes\./,
  );
  assert.equal(
    await textOf(() => fhe.compiler({}, () => fhe.zeros([2])).compile([[]])),
    'bad-argument: function "main": has no parameters, so that there is nothing to encrypt. ' +
      'Declare at least one: fhe.compiler({ x: "encrypted" }, (x) => ...)',
  );
});

test("a classifier's client tells what to use for the file of a function", async () => {
  const circuit = await double.compile([1, 2], { name: "double" });
  assert.equal(
    await textOf(() => ClassifierClient.load(circuit.clientFile)),
    'file-kind: client file: is of the function "double", not of a classifier. ' +
      "Use Client.load for it: it encrypts integers and decrypts integers",
  );
});

test("labels that are text come back with the way to number them", async () => {
  assert.equal(
    await textOf(() => new LogisticRegression().fit(rows, untyped([0, "ham", 1, 1]))),
    "bad-argument: LogisticRegression.fit y[1]: is text, and labels are numbers. " +
      "Number the classes: pass new LabelEncoder().fitTransform(y)",
  );
  assert.equal(
    await textOf(() => new LogisticRegression().fit([[1], [2]], untyped([true, false]))),
    "bad-argument: LogisticRegression.fit y[0]: is a boolean, and labels are numbers. Pass y.map(Number)",
  );
});

test("weights of classes name labels that rows have", async () => {
  const fit = (classWeight: Record<number, number>) =>
    new LogisticRegression({ classWeight }).fit(rows, [0, 0, 1, 1]);
  assert.equal(
    await textOf(() => fit({ 7: 2 })),
    "bad-argument: classWeight: names the label 7, which no row has, and not all of those that rows have. " +
      "Name labels of y: 0, 1",
  );
  fit({ 0: 1, 1: 3, 7: 2 });
  fit({ 1: 3 });
});

test("targets of a regression are no labels, and entries that are no numbers come with their place", async () => {
  for (const Classifier of [LogisticRegression, XGBClassifier]) {
    const { name } = Classifier;
    assert.equal(
      await textOf(() => new Classifier().fit([[1], [2], [3]], [1, 2.5, 0])),
      `bad-argument: ${name}.fit y[1]: is 2.5, and labels are whole numbers. ` +
        "Fit a regressor, or number the classes: pass new LabelEncoder().fitTransform(y)",
    );
  }
  const texts = untyped([
    [1, 2],
    [3, "4"],
  ]);
  assert.equal(
    await textOf(() => new LogisticRegression().fit(texts, [0, 1])),
    "bad-argument: LogisticRegression.fit X: entry 1, 1 is a string, not a number. " +
      "Pass numbers, nested arrays of numbers or typed arrays",
  );
});

test("what functions refuse while a function is traced names the place, and the tag", async () => {
  const inTag = (body: () => Tracer) => (): Tracer => fhe.tag("layer", body);
  const trace =
    (fn: (x: Tracer) => unknown): (() => Promise<unknown>) =>
    () =>
      fhe.compiler({ x: "encrypted" }, (x) => untyped(fn(x))).compile([[[[1, 2]]]]);
  const cases: readonly (readonly [string, (x: Tracer) => unknown])[] = [
    [
      "bad-shape: conv (line): a weight of shape (1, 2) has 0 spatial axes",
      (x) => fhe.conv(x, [[1, 2]]),
    ],
    ["bad-shape: maxPool (line): a window of (2, 2) does not fit", (x) => fhe.maxPool(x, [2, 2])],
    ["bad-argument: concatenate (line): no operands were given", () => fhe.concatenate([])],
    ["bad-shape: array (line): rows differ in length", () => fhe.array([[1, 2], [3]])],
    ["bad-argument: hint (line): 99 is no number of bits", (x) => fhe.hint(x, 99)],
    ["bad-argument: hint @ layer (line): 0 is no", (x) => inTag(() => fhe.hint(x, 0))()],
    ["bad-shape: matmul @ layer (line): ", (x) => inTag(() => x.matmul([1, 2, 3]))()],
    ["bad-argument: AutoRounder (line): 0 is no", () => new fhe.AutoRounder(0)],
    [
      "bad-argument: concatenate (line): its first argument is not an array of operands. Put them in brackets: fhe.concatenate([x, y])",
      (x) => fhe.concatenate(untyped(x)),
    ],
    ["bad-argument: stack (line): its first argument", (x) => fhe.stack(untyped(x))],
    ["bad-argument: array (line): its first argument", (x) => fhe.array(untyped(x))],
    [
      "bad-argument: conv (line): its third argument, the bias, is an object of options. Give null for no bias: fhe.conv(x, weight, null,",
      (x) => fhe.conv(x, [[[1]]], untyped({ strides: [1] })),
    ],
    [
      "bad-argument: maxPool (line): its second argument is not the list of a window's lengths. Give one length for each spatial axis: fhe.maxPool(x, [2, 2])",
      (x) => fhe.maxPool(x, untyped(2)),
    ],
    [
      'bad-argument: tag (line): there is nothing to tag. Give a function that makes it: fhe.tag("a", () => x.add(1))',
      () => fhe.tag("a", untyped(undefined)),
    ],
    ["bad-argument: add (line), operand 1: the value is an object, not", (x) => x.add(untyped({}))],
  ];
  for (const [begin, fn] of cases) {
    const text = await placedTextOf(trace(fn));
    assert.ok(text.startsWith(begin), text);
  }
});
