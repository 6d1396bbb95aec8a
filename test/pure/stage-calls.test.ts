import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "../../src/runtime/engine.js";
import { stageCallsFrom } from "../../src/runtime/stage-calls.js";
import type { Address } from "../../src/tfhe/machine.js";

const call = (name: string): Step => ({ do: "call", name, parameters: [1, 2, 3, 4, 5, 6, 7] });
const write: Step = { do: "write", address: 0 as Address, data: new Uint8Array(1) };
const namesFrom = (steps: readonly Step[], first: number) =>
  stageCallsFrom(steps, first).map(({ name }) => name);

test("stages that follow each other are one call; a write, a read or a kernel's own function ends it", () => {
  const steps = [write, call("stage_0"), call("stage_3"), write, call("stage_4"), call("velum_x")];
  assert.deepEqual(namesFrom(steps, 0), []);
  assert.deepEqual(namesFrom(steps, 1), ["stage_0", "stage_3"]);
  assert.deepEqual(namesFrom(steps, 2), ["stage_3"]);
  assert.deepEqual(namesFrom(steps, 4), ["stage_4"]);
  assert.deepEqual(namesFrom(steps, 5), []);
  assert.deepEqual(namesFrom(steps, 6), []);
});
