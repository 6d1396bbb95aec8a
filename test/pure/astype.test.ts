// Casts and truth values, as NumPy and Concrete have them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe, type Tracer } from "../../src/index.js";

/** What numpy 1.26.4 gives for `[-70000, ..., 70000]` and for fractions. */
const integers = [
  ...[-70000, -40000, -300, -129, -128, -1, 0, 1],
  ...[127, 128, 255, 256, 300, 40000, 70000],
];
const fractions = [-129.5, -1.9, -0.5, 0, 0.4, 1.5, 127.9, 200.7];
const recorded = {
  bool: [
    [1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 0, 1, 1, 1, 1],
  ],
  int8: [
    [-112, -64, -44, 127, -128, -1, 0, 1, 127, -128, -1, 0, 44, 64, 112],
    [127, -1, 0, 0, 0, 1, 127, -56],
  ],
  int16: [
    [-4464, 25536, -300, -129, -128, -1, 0, 1, 127, 128, 255, 256, 300, -25536, 4464],
    [-129, -1, 0, 0, 0, 1, 127, 200],
  ],
  int32: [integers, [-129, -1, 0, 0, 0, 1, 127, 200]],
  int64: [integers, [-129, -1, 0, 0, 0, 1, 127, 200]],
  uint8: [
    [144, 192, 212, 127, 128, 255, 0, 1, 127, 128, 255, 0, 44, 64, 112],
    [127, 255, 0, 0, 0, 1, 127, 200],
  ],
  uint16: [
    [61072, 25536, 65236, 65407, 65408, 65535, 0, 1, 127, 128, 255, 256, 300, 40000, 4464],
    [65407, 65535, 0, 0, 0, 1, 127, 200],
  ],
} as const;
const names: readonly (keyof typeof recorded)[] = [
  ...(["bool", "int8", "int16", "int32", "int64", "uint8", "uint16"] as const),
];

/** One way and the other: values that are looked up are found by their place. */
const valueAt = (list: readonly number[]) => fhe.univariate((place) => list[place] ?? 0);

for (const name of names) {
  test(`astype("${name}") of integers and of fractions`, async () => {
    const cast = (list: readonly number[]) =>
      fhe.compiler({ x: "encrypted" }, (x) => valueAt(list)(x).astype(name));
    for (const [k, list] of [integers, fractions].entries()) {
      const places = list.map((_, place) => place);
      const circuit = await cast(list).compile(places);
      assert.deepEqual(
        places.map((place) => circuit.simulate(place)),
        recorded[name][k],
      );
    }
  });
}

/** What `f` prints as, for values from 0 to 7. */
async function textOf(f: (x: Tracer<"encrypted">) => Tracer): Promise<string> {
  const samples = [0, 1, 2, 3, 4, 5, 6, 7];
  return String(await fhe.compiler([["x", "encrypted"]], f).compile(samples));
}

test("graphs as concrete-python 2.10.0 prints them", async () => {
  const lines: readonly (readonly [(x: Tracer<"encrypted">) => Tracer, string])[] = [
    [
      (x) => x.mul(100).astype("uint8"),
      "%3 = astype(%2, dtype=ubyte)        # EncryptedScalar<uint8>",
    ],
    [
      (x) => x.mul(100).astype("int8"),
      "%3 = astype(%2, dtype=byte)        # EncryptedScalar<int8>",
    ],
    [
      (x) => x.mul(3).astype("int32"),
      "%3 = astype(%2, dtype=intc)        # EncryptedScalar<uint5>",
    ],
    [
      (x) => x.sub(4).astype("bool"),
      "%3 = astype(%2, dtype=<class 'numpy.bool_'>)        # EncryptedScalar<uint1>",
    ],
    [
      (x) => x.greater(3).astype("uint8").mul(x),
      "%3 = astype(%2, dtype=ubyte)        # EncryptedScalar<uint1>",
    ],
  ];
  for (const [f, line] of lines) {
    const text = await textOf(f);
    assert.ok(text.includes(line), `${text}\nhas not\n${line}`);
  }
});

test("float32 rounds where it stands", async () => {
  const tenths = fhe.compiler({ x: "encrypted" }, (x) =>
    x
      .div(10)
      .astype("float32")
      .sub(0.1)
      .mul(2 ** 30)
      .astype("int64"),
  );
  const circuit = await tenths.compile([0, 1, 2, 3]);
  assert.equal(circuit.simulate(1), Math.trunc((Math.fround(0.1) - 0.1) * 2 ** 30));
  assert.equal(circuit.simulate(2), Math.trunc((Math.fround(0.2) - 0.1) * 2 ** 30));
});

test("truth values as data, on ciphertexts too", async () => {
  const program = fhe.compiler({ x: "encrypted", y: "encrypted" }, (x, y) => [
    x.mul(true).add([false, true]),
    fhe.where([true, false], x, y),
    fhe.matmul(x, [
      [true, false],
      [true, true],
    ]),
    new fhe.LookupTable([false, true, true, false]).apply(x),
    fhe.logicalNot(x.greater(1)).sum(),
  ]);
  const circuit = await program.compile(
    [
      [
        [0, 3],
        [true, false],
      ],
      [
        [3, 0],
        [false, true],
      ],
    ],
    { runtime: "wasm", threads: 1 },
  );
  const expected = [[1, 4], [1, 1], [4, 3], [1, 0], 1];
  assert.deepEqual(circuit.simulate([1, 3], [true, true]), expected);
  assert.deepEqual(await circuit.encryptRunDecrypt([1, 3], [true, true]), expected);
  await circuit.close();
});

test("types that there are not", async () => {
  const cast = (type: string): Promise<unknown> => {
    const untyped: "int64" = JSON.parse(JSON.stringify(type));
    return fhe.compiler({ x: "encrypted" }, (x) => x.astype(untyped)).compile([1]);
  };
  for (const type of ["float16", "uint64", "complex64", ""]) {
    await assert.rejects(cast(type), {
      code: "bad-argument",
      message: new RegExp(
        `^astype \\(.*:\\d+\\): there is no type "${type}" here\\. Use one of bool, int8, int16, int32, int64, uint8, uint16, uint32, float32, float64$`,
      ),
    });
  }
});
