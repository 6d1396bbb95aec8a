import fc from "fast-check";
import type { Tracer } from "../../src/trace/tracer.js";
import { build, type Naive } from "./naive-tensor.js";
import type { Pick, Step } from "./shape-step.js";
import { arrayStep, assignStep, indexStep, listStep } from "./shape-steps-index.js";
import {
  broadcastStep,
  joinStep,
  reshapeStep,
  tileStep,
  transposeStep,
} from "./shape-steps-layout.js";
import { convStep, extremumStep, maxPoolStep, poolStep, sumStep } from "./shape-steps-window.js";

/** A random program over linear and shape operations: for the tracer, and by definitions written out. */
export interface ShapeProgram {
  readonly text: string;
  readonly samples: readonly Naive[];
  trace(x: Tracer): Tracer[];
  plain(x: Naive): Naive[];
}

const families = {
  sum: sumStep,
  reshape: reshapeStep,
  transpose: transposeStep,
  broadcast: broadcastStep,
  tile: tileStep,
  join: joinStep,
  index: indexStep,
  lists: listStep,
  assign: assignStep,
  array: arrayStep,
  conv: convStep,
  pool: poolStep,
  extremum: extremumStep,
  maxPool: maxPoolStep,
} as const;

export type Family = keyof typeof families;
export const allFamilies = Object.keys(families) as Family[];

/** Programs of one to `steps` operations of the families, with at least one of the first. */
export function shapePrograms(
  chosen: readonly Family[],
  steps: number,
): fc.Arbitrary<ShapeProgram> {
  return fc
    .record({
      shape: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
      bits: fc.integer({ min: 1, max: 4 }),
      signed: fc.boolean(),
      seeds: fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: steps }),
    })
    .map(({ shape, bits, signed, seeds }) => {
      const low = signed ? -(2 ** (bits - 1)) : 0;
      let value = build(shape, () => 0);
      const made: Step[] = [];
      seeds.forEach((seed, at) => {
        const pick = picker(seed);
        const family = at === 0 ? chosen[0] : chosen[pick(chosen.length)];
        const step = family === undefined ? undefined : families[family](value.shape, pick, at);
        if (step === undefined) return;
        const next = step.plain(value);
        if (next.data.length === 0 || next.data.length > 200) return;
        made.push(step);
        value = next;
      });
      const next = picker(seeds[0] ?? 0);
      const samples = [0, 1, 2].map((sample) =>
        build(shape, () => {
          if (sample < 2) return sample === 0 ? low : low + 2 ** bits - 1;
          return low + next(2 ** bits);
        }),
      );
      return {
        text: `${shape} ${made.map((step) => step.text).join("; ")}`,
        samples,
        trace: (x) => [made.reduce((own, step) => step.trace(own), x)],
        plain: (x) => [made.reduce((own, step) => step.plain(own), x)],
      };
    });
}

function picker(seed: number): Pick {
  let state = seed | 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * below);
  };
}
