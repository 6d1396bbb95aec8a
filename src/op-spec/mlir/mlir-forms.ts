import { VelumError } from "../../base/error.js";
import type { MlirCall, MlirEmitter, MlirType, MlirValue } from "../mlir-emitter.js";
import { operandPair } from "../operands.js";

/** `FHE` for scalars, `FHELinalg` for tensors. */
export function dialectOf(type: MlirType): string {
  return type.shape.length === 0 ? "FHE" : "FHELinalg";
}

/** The value as a signed or unsigned encrypted type of the same width; clear values have no sign. */
export function withSign(value: MlirValue, signed: boolean, emitter: MlirEmitter): MlirValue {
  const { type } = value;
  if (type.kind !== "encrypted" || type.signed === signed) return value;
  const op = signed ? "to_signed" : "to_unsigned";
  const result = emitter.emit(`${dialectOf(type)}.${op}`, [value], { ...type, signed });
  return { ...result, measuredBits: value.measuredBits };
}

/** The two operands of a call. Errors: `unsupported-op` if none is encrypted. */
export function operandsOfCall(call: MlirCall): readonly [MlirValue, MlirValue] {
  const [a, b] = operandPair(call.operands, call.path);
  if (a.type.kind === "clear" && b.type.kind === "clear") throw clearOnly(call);
  return [a, b];
}

/** Both operands as tensors if one of them is. */
export function asTensors(
  operands: readonly [MlirValue, MlirValue],
  emitter: MlirEmitter,
): readonly [MlirValue, MlirValue] {
  const [a, b] = operands;
  if (a.type.shape.length === 0 && b.type.shape.length === 0) return operands;
  const tensor = (value: MlirValue): MlirValue =>
    value.type.shape.length === 0 ? emitter.fromElement(value) : value;
  return [tensor(a), tensor(b)];
}

/** The operands of a sum or difference: with the sign of the result, and both as tensors if one is. */
export function alignedOperands(
  call: MlirCall,
  emitter: MlirEmitter,
): readonly [MlirValue, MlirValue] {
  const [a, b] = operandsOfCall(call);
  const { signed } = call.result;
  return asTensors([withSign(a, signed, emitter), withSign(b, signed, emitter)], emitter);
}

/** A product of two encrypted values is computed signed if an operand is, then read as the result's type. */
export function emitProduct(
  op: string,
  a: MlirValue,
  b: MlirValue,
  result: MlirType,
  emitter: MlirEmitter,
): MlirValue {
  const bothEncrypted = a.type.kind === "encrypted" && b.type.kind === "encrypted";
  const signed = result.signed || (bothEncrypted && (a.type.signed || b.type.signed));
  const operands = [withSign(a, signed, emitter), withSign(b, signed, emitter)];
  return withSign(emitter.emit(op, operands, { ...result, signed }), result.signed, emitter);
}

/** For operations on several encrypted values that the dialects lack: passes rewrite them before. */
export function notInDialect(call: MlirCall): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: call.path,
    problem: "the dialects have no such operation on these operands",
    cure: "Rewrite it into look-ups before printing, or give all operands but one as constants",
  });
}

/** Most bits of a value that is looked up in the dialects. */
const mostLookupBits = 16;

/** Errors: `width-too-wide` before a table is written out that no compiler takes. */
export function checkLookupBits(bits: number, path: string): void {
  if (bits <= mostLookupBits) return;
  throw new VelumError({
    code: "width-too-wide",
    path,
    problem: `it needs a table over ${bits} bits, and the dialects take at most ${mostLookupBits}`,
    limit: mostLookupBits,
    actual: bits,
    cure: "Run the compiled program, which looks up rounded values alone",
  });
}

export function clearOnly(call: MlirCall): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: call.path,
    problem: "no operand is encrypted",
    cure: "Compute clear values before tracing, or encrypt one of the operands",
  });
}
