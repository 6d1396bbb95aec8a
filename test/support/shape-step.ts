import type { NestedArray } from "../../src/base/tensor.js";
import type { Tracer } from "../../src/trace/tracer.js";
import type { Naive } from "./naive-tensor.js";
import { nest } from "./plain-programs.js";

/** One operation in both forms. */
export interface Step {
  readonly text: string;
  trace(x: Tracer): Tracer;
  plain(x: Naive): Naive;
}

/** A random number from 0, below its argument. */
export type Pick = (below: number) => number;

/** The numbers below `count` in random order. */
export function shuffled(count: number, pick: Pick): number[] {
  const left = Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: count }, () => left.splice(pick(left.length), 1)[0] ?? 0);
}

/** Nested arrays of a tensor. */
export function nested({ shape, data }: Naive): NestedArray {
  return nest(data, shape);
}
