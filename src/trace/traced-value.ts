import { VelumError } from "../base/error.js";
import { type Shape, sizeOf } from "../base/tensor.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { SampledNode } from "../ops/apply.js";
import { callPath } from "./origin.js";

/** A node of a graph that is being recorded, as user code holds it: it has a shape, and nothing that JavaScript could take for its value. */
export class TracedValue {
  /** The graph that is being recorded. */
  readonly builder: GraphBuilder;
  /** Its node there, with the value that it takes on a sample. */
  readonly node: SampledNode;

  constructor(builder: GraphBuilder, node: SampledNode) {
    this.builder = builder;
    this.node = node;
    // `x[0] = 5` fails instead of being ignored: values are changed with `set`.
    Object.freeze(this);
  }

  /** Length of each axis. */
  get shape(): Shape {
    return this.node.sample.shape;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** JavaScript's operators and templates ask for a primitive: there is none. */
  [Symbol.toPrimitive](): never {
    throw noValue();
  }

  /** There is no number to give. Error `not-traceable`. */
  valueOf(): never {
    throw noValue();
  }

  /** There is no number to give. Error `not-traceable`. */
  toString(): never {
    throw noValue();
  }

  /** There is no number to give. Error `not-traceable`. */
  toJSON(): never {
    throw noValue();
  }
}

/** What asking for the value gives. */
export function noValue(): VelumError {
  return new VelumError({
    code: "not-traceable",
    path: callPath("traced value"),
    problem: "its number is not known while the function is traced",
    cure: "Use methods such as x.add(1) instead of operators, x.at(0) and table.apply(x) instead of brackets, and fhe.where instead of branches",
  });
}
