// The native engine's queue of a thread, on a machine of plain memory: what is copied when, and what becomes one call.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/runtime/engine.js";
import { NativeBlocks } from "../../src/runtime/native-blocks.js";
import { StageQueue } from "../../src/runtime/stage-queue.js";
import type { Address } from "../../src/tfhe/machine.js";
import type { NativeMachine } from "../../src/tfhe/machine-native.js";

const callWords = 8;

/** Calls of `stage_calls` wait until `next` lets the oldest run; stages by name are run in plain. */
class PlainMachine implements NativeMachine {
  readonly kind = "native";
  readonly #memory = new ArrayBuffer(2 ** 16);
  readonly #names: string[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly log: string[] = [];
  allocated = 0;
  failing = false;

  allocate(bytes: number): Address {
    this.allocated += Math.ceil(bytes / 64) * 64;
    return (this.allocated - Math.ceil(bytes / 64) * 64 + 64) as Address;
  }
  release(): void {}
  bytes(address: Address, length: number): Uint8Array {
    return new Uint8Array(this.#memory, address, length);
  }
  call(): number {
    return 0;
  }
  callOn(): number {
    return 0;
  }
  functionAddress(name: string): bigint {
    const known = this.#names.indexOf(name);
    return BigInt(known < 0 ? this.#names.push(name) - 1 : known);
  }
  callAsync(name: string, list = 0, count = 0): Promise<number> {
    assert.equal(name, "stage_calls");
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (this.failing) return reject(new Error("no thread"));
        this.#run(list as Address, count);
        resolve(0);
      });
    });
  }
  async next(): Promise<void> {
    this.#waiting.shift()?.();
    await new Promise(setImmediate);
  }
  #run(list: Address, count: number): void {
    const words = new BigInt64Array(this.#memory, list, count * callWords);
    const names: string[] = [];
    for (let at = 0; at < words.length; at += callWords) {
      const [fn = 0, to = 0, bytes = 0, from = 0] = Array.from(
        words.subarray(at, at + callWords),
        Number,
      );
      const name = this.#names[fn] ?? "";
      names.push(name);
      if (name === "stage_copy") {
        this.bytes(to as Address, bytes).set(this.bytes(from as Address, bytes));
      } else {
        const place = this.bytes(to as Address, 4);
        place[0] = (place[0] ?? 0) * 2;
      }
    }
    this.log.push(names.filter((name) => name !== "stage_copy").join());
  }
}

function opened() {
  const machine = new PlainMachine();
  const blocks = new NativeBlocks(machine);
  const workspace = machine.allocate(64);
  blocks.add(workspace, 64);
  const request = (value: number): Step[] => [
    { do: "write", address: workspace, data: Uint8Array.of(value, 7) },
    { do: "call", name: "stage_3", parameters: [workspace, 0, 0, 0, 0, 0, 0] },
    { do: "read", address: workspace, bytes: 2 },
  ];
  return { machine, queue: new StageQueue(machine, blocks), request };
}

test("steps that are asked for while the thread works become one call, and each has its own bytes", async () => {
  const { machine, queue, request } = opened();
  const all = Promise.all([5, 6, 9].map((value) => queue.run(request(value))));
  await machine.next();
  await machine.next();
  assert.deepEqual(machine.log, ["stage_3", "stage_3,stage_3"]);
  assert.deepEqual(
    (await all).map((results) => results.map((one) => (one === 0 ? 0 : [...(one as Uint8Array)]))),
    [10, 12, 18].map((value) => [0, 0, [value, 7]]),
  );
});

test("memory does not grow with the number of steps", async () => {
  const { machine, queue, request } = opened();
  const turn = async () => {
    const all = Promise.all([queue.run(request(1)), queue.run(request(2))]);
    await machine.next();
    await machine.next();
    await all;
  };
  await turn();
  const before = machine.allocated;
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(machine.allocated, before);
});

test("memory does not grow with the number of calls that fail", async () => {
  const { machine, queue, request } = opened();
  machine.failing = true;
  const turn = async () => {
    const refused = assert.rejects(queue.run(request(1)), { message: "no thread" });
    await machine.next();
    await refused;
  };
  await turn();
  const before = machine.allocated;
  for (let i = 0; i < 20; i++) await turn();
  assert.equal(machine.allocated, before);
});

test("a call that fails rejects its steps alone; closing rejects what has not begun", async () => {
  const { machine, queue, request } = opened();
  machine.failing = true;
  const [first, second] = [queue.run(request(1)), queue.run(request(2))];
  const refused = assert.rejects(first, { message: "no thread" });
  await machine.next();
  await refused;
  machine.failing = false;
  const third = queue.run(request(3));
  queue.close();
  await assert.rejects(third, { code: "runtime-unavailable" });
  await machine.next();
  assert.equal((await second).length, 3);
});

test("stages that are not all short are for a queue, and nothing else", () => {
  const { request } = opened();
  const call = (name: string, short: boolean): Step => ({
    ...{ do: "call", name, short, parameters: [] },
  });
  assert.ok(StageQueue.takes(request(1)));
  assert.ok(StageQueue.takes([call("stage_0", true), call("stage_1", false)]));
  assert.ok(!StageQueue.takes([call("stage_0", true)]));
  assert.ok(!StageQueue.takes([call("stage_0", false), call("velum_allocate", false)]));
  assert.ok(!StageQueue.takes(request(1).slice(0, 1)));
});
