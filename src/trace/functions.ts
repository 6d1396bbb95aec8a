import type { LookupTable } from "./lookup-table.js";
import { type Operand, record, Tracer } from "./tracer.js";

/** `a + b`, element by element. At least one operand must be traced. */
export function add(a: Operand, b: Operand): Tracer {
  return record("add", [a, b]);
}

/** `a - b`, element by element. At least one operand must be traced. */
export function subtract(a: Operand, b: Operand): Tracer {
  return record("subtract", [a, b]);
}

/** `a * b`, element by element. At least one operand must be traced. */
export function multiply(a: Operand, b: Operand): Tracer {
  return record("multiply", [a, b]);
}

/** `-a`. */
export function negative(a: Tracer): Tracer {
  return record("negative", [a]);
}

/** Matrix product with NumPy's rules. At least one operand must be traced. */
export function matmul(a: Operand, b: Operand): Tracer {
  return record("matmul", [a, b]);
}

/** NumPy's dot product. At least one operand must be traced. */
export function dot(a: Operand, b: Operand): Tracer {
  return record("dot", [a, b]);
}

/**
 * Every element of `x` replaced by its entry in `table`. The table may be a traced list, e.g. a clear parameter; every entry then costs
 * two look-ups or more an element.
 */
export function lookup(table: LookupTable | Tracer, x: Tracer): Tracer {
  return table instanceof Tracer ? record("dynamic_tlu", [x, table]) : table.apply(x);
}
