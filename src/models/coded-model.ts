import type { JsonValue } from "../artifact/client-file.js";
import type { Tensor } from "../base/tensor.js";
import type { ModelCoding } from "../quantize/model-coding.js";
import type { Tracer } from "../trace/tracer.js";

/** A fitted model on integers: what runs on ciphertexts, and the client's coding around it. Immutable. */
export interface CodedModel<C extends ModelCoding> {
  readonly coding: C;
  /** Integers that a row has when it is encrypted: `coding.quantize` gives `[rows, width]`. */
  readonly width: number;
  /** Exact integer results `[rows, outputs]` of quantized rows, in clear. */
  evaluate(q: Tensor): Tensor;
  /** The same as a graph, for one row `[width]`. */
  trace(x: Tracer): Tracer;
  /** Rows `[width]` that drive every value to its ends: what a client may encrypt is then computed exactly. */
  extremes(): Tensor[];
  /** What `dump` keeps, without the coding. */
  toJSON(): JsonValue;
}
