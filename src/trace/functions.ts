import type { Encryption, EncryptionOfAll, JoinedEncryption } from "./encryption.js";
import { LookupTable } from "./lookup-table.js";
import { type Operand, record, Tracer } from "./tracer.js";

/** `a + b`, element by element. At least one operand must be traced. */
export function add<A extends Operand, B extends Operand>(
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[A, B]>> {
  return record("add", [a, b]);
}

/** `a - b`, element by element. At least one operand must be traced. */
export function subtract<A extends Operand, B extends Operand>(
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[A, B]>> {
  return record("subtract", [a, b]);
}

/** `a * b`, element by element. At least one operand must be traced. */
export function multiply<A extends Operand, B extends Operand>(
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[A, B]>> {
  return record("multiply", [a, b]);
}

/** `-a`. */
export function negative<E extends Encryption>(a: Tracer<E>): Tracer<E> {
  return record("negative", [a]);
}

/** Matrix product with NumPy's rules. At least one operand must be traced. */
export function matmul<A extends Operand, B extends Operand>(
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[A, B]>> {
  return record("matmul", [a, b]);
}

/** NumPy's dot product. At least one operand must be traced. */
export function dot<A extends Operand, B extends Operand>(
  a: A,
  b: B,
): Tracer<EncryptionOfAll<[A, B]>> {
  return record("dot", [a, b]);
}

/**
 * Every element of `x` replaced by its entry in `table`, a table or its entries. The table may be a traced list, e.g. a clear parameter;
 * every entry then costs two look-ups or more an element.
 */
export function lookup<E extends Encryption>(
  table: LookupTable | readonly number[],
  x: Tracer<E>,
): Tracer<E>;
export function lookup<T extends Encryption, E extends Encryption>(
  table: Tracer<T>,
  x: Tracer<E>,
): Tracer<JoinedEncryption<T, E>>;
export function lookup(table: LookupTable | readonly number[] | Tracer, x: Tracer): Tracer {
  if (table instanceof Tracer) return record("dynamic_tlu", [x, table]);
  return (table instanceof LookupTable ? table : new LookupTable(table)).apply(x);
}
