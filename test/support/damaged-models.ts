import assert from "node:assert/strict";
import { VelumError } from "../../src/base/error.js";
import type { ImportedModel } from "../../src/import/model/imported-model.js";
import { endlessSeconds, processorSeconds } from "./processor-time.js";
import { seededRandom } from "./seeded-random.js";

/**
 * Imports damaged copies of `bytes`: each must end in a `VelumError`, or in a model that predicts, and neither may take
 * endlessly. Copies have bytes changed, stretches cut out or doubled, or their end missing.
 */
export function damageModel(
  bytes: Uint8Array,
  importModel: (bytes: Uint8Array) => ImportedModel,
  copies: number,
  seed: number,
): void {
  const random = seededRandom(`damaged model ${seed}`);
  const word = new Uint8Array(4);
  const below = (limit: number): number => {
    random.fill(word);
    return new DataView(word.buffer).getUint32(0) % limit;
  };
  for (let copy = 0; copy < copies; copy++) {
    const damaged = damage(bytes, copy, below);
    const started = processorSeconds();
    try {
      predictZeros(importModel(damaged));
    } catch (error) {
      if (!(error instanceof VelumError)) throw error;
    }
    assert.ok(processorSeconds() - started < endlessSeconds, `copy ${copy} takes no end`);
  }
}

function damage(
  bytes: Uint8Array,
  copy: number,
  below: (limit: number) => number,
): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(bytes);
  const at = below(bytes.length);
  if (copy % 4 === 0) return changed.slice(0, at);
  if (copy % 4 === 1) {
    const end = Math.min(bytes.length, at + 1 + below(16));
    return Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(end)]);
  }
  for (let flips = copy % 4 === 2 ? 1 : 4; flips > 0; flips--) {
    const place = below(bytes.length);
    changed[place] = below(2) === 0 ? below(256) : (changed[place] ?? 0) ^ (1 << below(8));
  }
  return changed;
}

function predictZeros(model: ImportedModel): void {
  if (model.columns > 10_000) return;
  const row = model.parts.inputs.flatMap((input) =>
    Array.from({ length: input.columns }, () => (input.type === "text" ? "" : 0)),
  );
  model.floatModel.predict([row]);
}
