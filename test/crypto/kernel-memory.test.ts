// Blocks of kernel memory: aligned, zeroed, reused, merged; and what is said when there is no more.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Address } from "../../src/tfhe/machine.js";
import { createWasmMachine, type WasmMachine } from "../../src/tfhe/machine-wasm.js";
import { evalMachines, wasmEval } from "../support/eval-machines.js";

async function freshWasm(): Promise<WasmMachine> {
  const machine = await wasmEval();
  assert.ok("module" in machine && machine.module instanceof WebAssembly.Module);
  return createWasmMachine(machine.module);
}

for (const machine of await evalMachines()) {
  test(`blocks are aligned, zeroed and apart, whatever happened before, ${machine.kind}`, () => {
    const actions = fc.array(
      fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), release: fc.nat() }),
      { maxLength: 60 },
    );
    const property = fc.property(actions, (list) => {
      const held: { address: Address; bytes: number; mark: number }[] = [];
      const give = (index: number) => {
        const [block] = held.splice(index, 1);
        if (block === undefined) return;
        const bytes = machine.bytes(block.address, block.bytes);
        assert.ok(
          bytes.every((byte) => byte === block.mark),
          "a block was written by another",
        );
        machine.release(block.address);
      };
      list.forEach(({ bytes, release }, i) => {
        const address = machine.allocate(bytes);
        assert.equal(address % 64, 0);
        const view = machine.bytes(address, bytes);
        assert.ok(view.every((byte) => byte === 0));
        view.fill((i % 255) + 1);
        held.push({ address, bytes, mark: (i % 255) + 1 });
        if (release % 2 === 0) give(release % held.length);
      });
      while (held.length > 0) give(0);
    });
    fc.assert(property, { numRuns: 40 });
  });

  test(`releasing nothing is allowed, ${machine.kind}`, () => {
    machine.release(0 as Address);
  });
}

test("released neighbours merge: their room serves one larger block", async () => {
  const machine = await freshWasm();
  const size = 1 << 20;
  const [first, second, third] = [1, 2, 3].map(() => machine.allocate(size));
  const fence = machine.allocate(64);
  assert.ok(first !== undefined && second !== undefined && third !== undefined && fence > third);
  for (const address of [first, third, second]) machine.release(address);
  assert.equal(machine.allocate(3 * size), first);
});

test("a large free block is split, and the rest is used", async () => {
  const machine = await freshWasm();
  const whole = machine.allocate(1 << 20);
  machine.allocate(64);
  machine.release(whole);
  const part = machine.allocate(1 << 19);
  const rest = machine.allocate(1 << 18);
  assert.equal(part, whole);
  assert.ok(rest > part && rest < whole + (1 << 20));
});

test("memory does not grow while blocks come and go", async () => {
  const machine = await freshWasm();
  const before = machine.memory.buffer.byteLength;
  for (let i = 0; i < 2000; i++) {
    const one = machine.allocate(100_000 + 64 * (i % 7));
    const other = machine.allocate(50_000);
    machine.release(i % 2 ? one : other);
    machine.release(i % 2 ? other : one);
  }
  assert.equal(machine.memory.buffer.byteLength, before);
});

test("memory grows for large blocks, and old views of it keep their place", async () => {
  const machine = await freshWasm();
  const early = machine.allocate(64);
  machine.bytes(early, 64).fill(7);
  const large = machine.allocate(64 << 20);
  assert.ok(machine.bytes(large, 64 << 20).every((byte) => byte === 0));
  assert.ok(machine.bytes(early, 64).every((byte) => byte === 7));
});

test("out of memory: how much was wanted, how much is held, what helps", async () => {
  const machine = await freshWasm();
  const pages = machine.memory.buffer.byteLength / 65536;
  const bytes = 4_294_900_000;
  assert.throws(() => machine.allocate(bytes), {
    code: "runtime-unavailable",
    path: "kernel memory",
    limit: 2 ** 32,
    actual: bytes,
    message:
      `kernel memory: ${bytes} bytes more do not fit beside the ${pages} pages held. ` +
      "Run smaller batches, release keys that are not in use, or use the native engine",
  });
  // What was there still works.
  machine.release(machine.allocate(1000));
});

test("a kernel that is not there is named", async () => {
  const machine = await freshWasm();
  assert.throws(() => machine.call("velum_absent"), {
    code: "runtime-unavailable",
    message:
      'kernel "velum_absent": the kernel module does not export it. ' +
      "Use the kernels that this program was compiled against",
  });
});
