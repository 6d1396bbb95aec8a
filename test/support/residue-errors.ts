import assert from "node:assert/strict";
import type { Client } from "../../src/client/client.js";

/**
 * How far the remainders in answers lie beside the steps of `expected`, in turns of the torus. Each is less than half a step off. The client
 * reads no more sums after it.
 */
export function residueErrors(
  client: Client,
  answers: readonly Uint8Array[],
  expected: readonly number[],
): number[] {
  const [output] = client.manifest.outputs;
  assert.ok(output?.residues);
  const { residues } = output;
  // Without them the client gives the phases themselves.
  Object.assign(output, { residues: undefined });
  const turn = 2 ** output.messageBits;
  const errors = answers.flatMap((answer) =>
    Array.from(client.decrypt(answer)[0]?.data ?? [], (phase, at) => {
      const m = residues[at % residues.length] ?? 1;
      const value = expected[Math.floor(at / residues.length)] ?? 0;
      const off = phase / turn - value / m;
      return off - Math.round(off);
    }),
  );
  assert.ok(Math.max(...errors.map(Math.abs)) < 0.5 / Math.max(...residues));
  return errors;
}
