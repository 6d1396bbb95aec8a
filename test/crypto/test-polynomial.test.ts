import assert from "node:assert/strict";
import { test } from "node:test";
import { readKernelModule } from "../../src/tfhe/kernel-files.js";
import { createWasmMachine } from "../../src/tfhe/machine-wasm.js";

const machine = await createWasmMachine(await WebAssembly.compile(await readKernelModule("eval")));
const N = 512;

/** Coefficient t by its definition: the table's entry whose box t lies in, boxes centred on their messages, minus past the end. */
function expected(
  values: readonly number[],
  precision: number,
  tablesLog2: number,
  t: number,
  size: number,
): number {
  const entries = 2 ** precision;
  const table = t % 2 ** tablesLog2;
  const message = Math.floor((t - table) / (size / entries) + 0.5);
  const value = values[table * entries + (message % entries)] ?? Number.NaN;
  return message === entries ? -value : value;
}

// The last one has an entry a coefficient: the polynomial itself.
for (const [precision, tablesLog2, extensionLog2] of [
  [2, 0, 0],
  [3, 0, 2],
  [2, 1, 0],
  [3, 2, 1],
  [10, 0, 1],
] as const) {
  test(`the test polynomial of ${2 ** tablesLog2} tables of ${precision} bits over ${2 ** extensionLog2} components`, () => {
    const values = Array.from(
      { length: 2 ** (precision + tablesLog2) },
      (_, i) => (i * 7 + 3) * 1000,
    );
    const size = N << extensionLog2;
    const from = machine.allocate(values.length * 4);
    const to = machine.allocate(size * 4);
    machine.bytes(from, values.length * 4).set(new Uint8Array(Int32Array.from(values).buffer));
    machine.call("velum_expand_table", to, from, precision, tablesLog2, N, extensionLog2);
    const words = new Int32Array(new Uint8Array(machine.bytes(to, size * 4)).buffer);
    for (let t = 0; t < size; t++) {
      const component = t % 2 ** extensionLog2;
      const place = component * N + (t >> extensionLog2);
      assert.equal(
        words[place],
        expected(values, precision, tablesLog2, t, size),
        `coefficient ${t}`,
      );
    }
  });
}
