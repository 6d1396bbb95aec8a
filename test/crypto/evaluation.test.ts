// What the kernels compute on ciphertexts equals its clear meaning, for random inputs, tables and weights.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decryptOutput } from "../../src/keys/decrypt.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { makeKeys, type TestKeys } from "../support/eval-keys.js";
import { evalMachines, keyMachine } from "../support/eval-machines.js";
import { EvalServer } from "../support/eval-server.js";
import { affineStage, expandInput, extractStage, packLwe } from "../support/eval-stages.js";
import { seededRandom } from "../support/seeded-random.js";

/** N, k, levels, base_log: every shape that has a kernel of its own. */
const shapes: readonly (readonly [number, number, number, number])[] = [
  [2048, 1, 1, 23],
  [2048, 1, 2, 15],
  [2048, 1, 3, 10],
  [1024, 1, 1, 23],
  [1024, 1, 2, 12],
  [1024, 2, 1, 23],
  [1024, 2, 3, 9],
  [1024, 3, 2, 15],
  [512, 1, 1, 20],
  [512, 1, 3, 8],
  [512, 2, 2, 15],
  [512, 3, 1, 17],
  [512, 4, 1, 23],
  [512, 4, 3, 10],
  [512, 5, 1, 23],
  [512, 5, 2, 14],
];

function parametersOf(
  [N, k, levels, baseLog]: readonly [number, number, number, number],
  n: number,
  extensionLog2: number,
): CryptoParameters {
  return {
    glwe: { dimension: k, polynomialSize: N, noiseLog2: 17 },
    bootstraps: [
      {
        lwe: { dimension: n, noiseLog2: 8 },
        bootstrapGadget: { baseLog, levels },
        keySwitchGadget: { baseLog: 5, levels: 4 },
      },
    ],
    extensionLog2,
  };
}

const client = await keyMachine();
const machines = await evalMachines();

/** LWE ciphertexts of `messages * 2^deltaLog2`, as a server extracts them. */
function encryptLwes(server: EvalServer, keys: TestKeys, messages: Int32Array, deltaLog2: number) {
  const { glwe } = server.parameters;
  const encoding = { deltaLog2, bodyBits: 32 };
  const vector = encryptVector(client, keys.key, messages, encoding, seededRandom("messages"));
  const rows = Array.from(messages, (_, i) => ({
    glwe: Math.floor(i / glwe.polynomialSize),
    coefficient: i % glwe.polynomialSize,
    weight: 1,
    addend: 0n,
  }));
  return extractStage(server.machine, glwe, expandInput(server.machine, glwe, vector), rows);
}

function decryptLwes(
  server: EvalServer,
  keys: TestKeys,
  lwes: readonly Uint32Array[],
  bits: number,
): number[] {
  const { glwe } = server.parameters;
  const data = packLwe(server.machine, glwe, lwes, 28);
  const layout = { form: "lwe", wordBits: 28, count: lwes.length } as const;
  const decoding = { deltaLog2: 64 - bits, messageBits: bits, signed: true };
  return [...decryptOutput(client, keys.key, data, layout, decoding)];
}

interface LookupCase {
  readonly precision: number;
  readonly tablesLog2: number;
  readonly signed: boolean;
  /** Of 8 bits, table after table, for each of two sets of tables. */
  readonly entries: readonly (readonly number[])[];
  readonly messages: readonly number[];
  readonly tableOf: readonly number[];
}

function lookupCases(widest: number): fc.Arbitrary<LookupCase> {
  const head = fc.record({
    precision: fc.integer({ min: 1, max: widest }),
    tablesLog2: fc.integer({ min: 0, max: 2 }),
    signed: fc.boolean(),
    count: fc.integer({ min: 1, max: 11 }),
  });
  return head.chain(({ precision, tablesLog2, signed, count }) => {
    // Several tables take room from the message.
    const bits = Math.max(1, precision - tablesLog2);
    const size = 2 ** bits;
    const least = signed ? -size / 2 : 0;
    const list = (item: fc.Arbitrary<number>, length: number) =>
      fc.array(item, { minLength: length, maxLength: length });
    const entry = fc.integer({ min: -128, max: 127 });
    return fc.record({
      precision: fc.constant(bits),
      tablesLog2: fc.constant(tablesLog2),
      signed: fc.constant(signed),
      entries: list(entry, size << tablesLog2).chain((first) =>
        list(entry, size << tablesLog2).map((second) => [first, second]),
      ),
      messages: list(fc.integer({ min: least, max: least + size - 1 }), count),
      tableOf: list(fc.integer({ min: 0, max: 1 }), count),
    });
  });
}

/** Outputs of `lookup` on fresh ciphertexts, and what they must be. */
function runLookup(server: EvalServer, keys: TestKeys, one: LookupCase): [number[], number[]] {
  const { precision, tablesLog2, signed, entries, messages, tableOf } = one;
  const lwes = encryptLwes(server, keys, Int32Array.from(messages), 63 - precision);
  const found = server.lookUp(lwes, {
    precision,
    tablesLog2,
    tables: entries.map((table) => Int32Array.from(table, (value) => value * 2 ** 24)),
    tableOf,
    offset: signed ? 2 ** 30 : 0,
  });
  const size = 2 ** precision;
  const due = messages.flatMap((message, i) =>
    Array.from({ length: 2 ** tablesLog2 }, (_, t) => {
      const at = message + (signed ? size / 2 : 0);
      return entries[tableOf[i] ?? 0]?.[t * size + at] ?? Number.NaN;
    }),
  );
  return [decryptLwes(server, keys, found, 8), due];
}

for (const machine of machines) {
  for (const shape of shapes) {
    const [N, k, levels] = shape;
    test(`bootstrap with any tables, N=${N} k=${k} l=${levels}, ${machine.kind}`, async () => {
      const parameters = parametersOf(shape, 20, 0);
      const keys = await makeKeys(client, parameters, "shapes");
      const server = new EvalServer(machine, parameters, keys.seeded);
      const property = fc.property(lookupCases(N === 512 ? 4 : 5), (one) => {
        const [found, due] = runLookup(server, keys, one);
        assert.deepEqual(found, due);
      });
      fc.assert(property, { numRuns: 12 });
      server.release();
    });
  }

  for (const extensionLog2 of [1, 2, 3, 4]) {
    for (const shape of [shapes[0], shapes[1], shapes[6], shapes[12]] as const) {
      assert.ok(shape);
      const [N, k, levels] = shape;
      const title = `extended 2^${extensionLog2} times, N=${N} k=${k} l=${levels}`;
      test(`bootstrap with any tables, ${title}, ${machine.kind}`, async () => {
        const parameters = parametersOf(shape, 16, extensionLog2);
        const keys = await makeKeys(client, parameters, "extended");
        const server = new EvalServer(machine, parameters, keys.seeded);
        const property = fc.property(lookupCases(6), (one) => {
          const [found, due] = runLookup(server, keys, one);
          assert.deepEqual(found, due);
        });
        fc.assert(property, { numRuns: 5 });
        server.release();
      });
    }
  }

  for (const extensionLog2 of [0, 2]) {
    const title = `extended 2^${extensionLog2} times, ${machine.kind}`;
    test(`one table read at several places after one rotation, ${title}`, async () => {
      const parameters = parametersOf([1024, 2, 1, 23], 16, extensionLog2);
      const keys = await makeKeys(client, parameters, "places");
      const server = new EvalServer(machine, parameters, keys.seeded);
      const [precision, size] = [3, 8];
      const entries = [5, -3, 100, 7, 0, -90, 31, 2];
      const steps = [0, 1, 5, 8];
      const messages = Int32Array.from({ length: size }, (_, i) => i);
      const lwes = encryptLwes(server, keys, messages, 63 - precision);
      const table = Int32Array.from(entries, (value) => value * 2 ** 24);
      const found = server.lookUp(lwes, { precision, tablesLog2: 0, tables: [table], steps });
      // In front of its first entry a table has its last ones negated.
      const due = [...messages].flatMap((message) =>
        steps.map((step) => {
          const at = message - step;
          return (at < 0 ? -(entries[at + size] ?? 0) : entries[at]) ?? 0;
        }),
      );
      assert.deepEqual(
        decryptLwes(server, keys, found, 8),
        due.map((value) => value + 0),
      );
      server.release();
    });
  }

  test(`every message of every width, signed and unsigned, ${machine.kind}`, async () => {
    for (const [extensionLog2, widths] of [
      [0, [1, 2, 3, 4, 5]],
      [2, [6, 7]],
    ] as const) {
      const parameters = parametersOf([2048, 1, 1, 23], 16, extensionLog2);
      const keys = await makeKeys(client, parameters, "widths");
      const server = new EvalServer(machine, parameters, keys.seeded);
      for (const precision of widths) {
        for (const signed of [false, true]) {
          const size = 2 ** precision;
          const messages = Array.from({ length: size }, (_, m) => (signed ? m - size / 2 : m));
          const entries = [messages.map((m) => ((m * 37 + 11) % 127) - (m % 3))];
          const one = { precision, tablesLog2: 0, signed, entries, messages };
          const [found, due] = runLookup(server, keys, { ...one, tableOf: messages.map(() => 0) });
          assert.deepEqual(found, due, `${precision} bits`);
        }
      }
      server.release();
    }
  });

  test(`weighted sums between two look-ups, ${machine.kind}`, async () => {
    const parameters = parametersOf([1024, 2, 1, 23], 20, 0);
    const keys = await makeKeys(client, parameters, "sums");
    const server = new EvalServer(machine, parameters, keys.seeded);
    const bits = 5;
    const delta = 2 ** (32 - bits - 1);
    const small = fc.integer({ min: 0, max: 3 });
    const inputs = fc.record({
      first: fc.array(small, { minLength: 4, maxLength: 4 }),
      weights: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 4, maxLength: 4 }),
      addend: fc.integer({ min: 12, max: 19 }),
      table: fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 32, maxLength: 32 }),
    });
    const property = fc.property(inputs, ({ first, weights, addend, table }) => {
      const lwes = encryptLwes(server, keys, Int32Array.from(first), 64 - bits - 1);
      // A look-up of squares mod 4, a weighted sum of its results, a look-up of that.
      const squares = Int32Array.from({ length: 2 ** bits }, (_, m) => ((m * m) % 4) * delta);
      const squared = server.lookUp(lwes, { precision: bits, tablesLog2: 0, tables: [squares] });
      const row = { columns: [0, 1, 2, 3], weights, addend: addend * delta };
      const empty = { columns: [], weights: [], addend: 7 * delta };
      const sums = affineStage(machine, server.dimension, squared, [row, empty]);
      const scaled = Int32Array.from(table, (value) => value * 2 ** 24);
      const found = server.lookUp(sums, { precision: bits, tablesLog2: 0, tables: [scaled] });
      const sum = weights.reduce((s, w, i) => s + w * ((first[i] ?? 0) ** 2 % 4), addend);
      assert.deepEqual(decryptLwes(server, keys, found, 8), [table[sum], table[7]]);
    });
    fc.assert(property, { numRuns: 15 });
    server.release();
  });
}

test("WebAssembly and native machines agree after decryption", {
  skip: machines.length < 2 && "no C compiler or no koffi: there is only WebAssembly",
}, async () => {
  for (const [shape, extensionLog2] of [
    [[2048, 1, 1, 23], 0],
    [[2048, 1, 2, 15], 1],
    [[512, 4, 1, 23], 0],
  ] as const) {
    const parameters = parametersOf(shape, 200, extensionLog2);
    const keys = await makeKeys(client, parameters, "both");
    const servers = machines.map((machine) => new EvalServer(machine, parameters, keys.seeded));
    fc.assert(
      fc.property(lookupCases(4), (one) => {
        const [wasm, native] = servers.map((server) => runLookup(server, keys, one)[0]);
        assert.deepEqual(wasm, native);
      }),
      { numRuns: 6 },
    );
    for (const server of servers) server.release();
  }
});
